import ArgumentParser
import Foundation
import Storage
import TensorCore
import Trials

/// Where things lie.
struct PlaceOptions: ParsableArguments {
  @Option(name: .customLong("data"), help: "Folder to look for data sets in first.")
  var dataFolder: String?

  @Option(name: .customLong("runs"), help: "Folder that holds the run folders.")
  var runsFolder = "runs"

  var environment: RunEnvironment {
    RunEnvironment(
      dataDirectories: RunEnvironment.standardDataDirectories(explicit: dataFolder))
  }

  /// Refuses a `--data` that is not there: looking elsewhere in silence would use other data.
  func validate() throws {
    try PathText.check("--runs", runsFolder, "a folder for the runs")
    try PathText.check("--data", dataFolder, "a folder of data sets")
    var isDirectory: ObjCBool = false
    guard let dataFolder else { return }
    let exists = FileManager.default.fileExists(atPath: dataFolder, isDirectory: &isDirectory)
    if !exists || !isDirectory.boolValue {
      let found = exists ? "a file; name the folder that holds it" : "none; check the path"
      throw ValidationError("--data \(dataFolder): expected a folder, found \(found)")
    }
  }
}

/// How state is saved and how many runs work at a time.
struct SessionOptions: ParsableArguments {
  @Option(
    name: .customLong("checkpoint-every"),
    help: "Save the state after so many steps (50) or seconds (30s); changes no result.")
  var cadence: String = "20s"

  @Flag(name: .customLong("quiet"), help: "Show no progress, cautions alone.")
  var isQuiet = false

  @Flag(
    name: .customLong("new-data"),
    help: "Where a run is there that is of other data than those of now, make one of its own.")
  var isOnNewData = false

  func validate() throws {
    if CheckpointCadence(cadence) == nil {
      throw ValidationError(
        "--checkpoint-every: expected steps such as 50 or seconds such as 30s, found `\(cadence)`")
    }
  }

  func runOptions(_ places: PlaceOptions) -> RunOptions {
    RunOptions(
      runsFolder: places.runsFolder, cadence: CheckpointCadence(cadence) ?? .standard,
      environment: places.environment, changedInputs: isOnNewData ? .runAnew : .refuse)
  }

  /// Watches runs and listens for signals.
  func observer() -> any RunObserver {
    SignalTrap.install()
    return isQuiet ? CautionReporter() : ProgressReporter()
  }
}

/// `--json`.
struct ListingOptions: ParsableArguments {
  @Flag(name: .customLong("json"), help: "Print JSON.")
  var isJSON = false

  /// Prints the one or the other.
  ///
  /// - Throws: `StreamError` if standard output does not take it.
  func show(_ text: @autoclosure () throws -> String, _ json: @autoclosure () throws -> JSONValue)
    throws
  {
    try StandardStream.print(isJSON ? json().description + "\n" : text(), terminator: "")
  }
}
