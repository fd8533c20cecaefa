import Foundation
import Settings
import Storage
import Trials

/// Reads files and adds up their bytes, a step a pass: small, with inputs that a test can change under it.
struct Reading: Experiment {
  struct Configuration: ExperimentConfiguration {
    @Setting("the experiment") var experiment = "reading"
    @Setting("seed of nothing", 0...) var seed = 0
    @Setting(.threads) var threads = 1
    @Setting("the file or folder") var path = "table.csv"
    @Setting("whether it is a folder") var isFolder = false
    @Setting("passes") var stepCount = 4
    @Setting("what is put behind the file while it is read") var appendsWhileReading = ""
    @Setting("what is put behind the file in step 2") var appendsInStep = ""
  }

  static let name = "reading"
  static let summary = "sums of bytes"

  let configuration: Configuration
  private let path: String
  private let sum: Int
  private var total = 0

  static func inputs(configuration: Configuration, environment: RunEnvironment) throws
    -> [InputFile]
  {
    [
      InputFile(
        key: "path", path: try place(configuration, environment),
        contents: configuration.isFolder ? .scenes(.pictures) : .file, isReadThroughout: true)
    ]
  }

  private static func place(_ configuration: Configuration, _ environment: RunEnvironment) throws
    -> String
  {
    let places = environment.dataDirectories.map { "\($0)/\(configuration.path)" }
    return places.first(where: FileManager.default.fileExists) ?? configuration.path
  }

  init(configuration: Configuration, environment: RunEnvironment) throws {
    self.configuration = configuration
    path = try Self.place(configuration, environment)
    if configuration.isFolder {
      sum = try FileManager.default.contentsOfDirectory(atPath: path).count
    } else {
      sum = try FileBytes.read(path).reduce(0) { $0 + Int($1) }
    }
    try append(configuration.appendsWhileReading)
  }

  private func append(_ text: String) throws {
    if text.isEmpty { return }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
  }

  var stepCount: Int { configuration.stepCount }

  mutating func advance(step: Int, log: inout StepLog) throws {
    if step == 2 { try append(configuration.appendsInStep) }
    total += sum
    log["loss"] = Double(total)
  }

  func checkpoint() throws -> Checkpoint {
    Checkpoint(tensors: ["total": StoredArray([Double(total)])])
  }

  mutating func restore(_ checkpoint: Checkpoint) throws {
    let values: [Double] = try checkpoint.array("total").values()
    total = Int(values[0])
  }

  mutating func finish(_ monitor: RunMonitor) throws -> RunResult {
    RunResult(experiment: "reading", seed: 0, scalars: ["total": Double(total)])
  }
}

/// A registry with the reading alone.
let readings: ExperimentRegistry = {
  var registry = ExperimentRegistry()
  registry.register(Reading.self)
  return registry
}()
