import ArgumentParser
import TensorCore
import Trials

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List run folders and experiments.")

  @Flag(help: "List the experiments that configs can name instead.") var experiments = false
  @OptionGroup var places: PlaceOptions
  @OptionGroup var listing: ListingOptions

  func run() throws {
    if experiments {
      let registry = ExperimentRegistry.standard
      return try listing.show(registry.text, registry.json)
    }
    var survey = RunSurvey(of: places.runsFolder)
    let folders = survey.folders
    if folders.isEmpty && survey.faults.isEmpty && !listing.isJSON {
      return try StandardStream.print(
        "no runs in \(places.runsFolder); `tessera run CONFIG.yaml` makes one")
    }
    let environment = places.environment
    func cautions(_ folder: RunFolder) -> [String] { folder.cautions(environment: environment) }
    try listing.show(RunListing.list(folders), RunListing.json(folders, cautions: cautions))
    survey.keepSound()
    Complaints.show(cautions: RunListing.cautions(survey.folders, of: cautions), survey.faults)
  }
}

/// Lines on standard error about runs that are shown and about those that cannot be.
enum Complaints {
  static func show(cautions: [String] = [], _ faults: [RunFault]) {
    for caution in cautions { StandardStream.note("caution: \(caution)") }
    for fault in faults { StandardStream.note("tessera: \(fault.message)") }
  }
}

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Show in which settings runs differ, and their results.")

  @Argument(help: "Run folders, or beginnings of their names.") var runs: [String]
  @OptionGroup var places: PlaceOptions
  @OptionGroup var listing: ListingOptions

  func run() throws {
    let folders = try runs.map { try RunFolder.find($0, in: places.runsFolder) }
    var survey = RunSurvey(folders)
    survey.keepSound(RunListing.requireSound)
    if survey.folders.isEmpty, let first = folders.first {
      Complaints.show(Array(survey.faults.dropFirst()))
      try RunListing.requireSound(first)
    }
    let environment = places.environment
    func cautions(_ folder: RunFolder) -> [String] { folder.cautions(environment: environment) }
    try listing.show(
      RunListing.compare(survey.folders),
      RunListing.comparison(survey.folders, cautions: cautions))
    Complaints.show(
      cautions: RunListing.cautions(survey.folders, of: cautions), survey.faults)
    // The runs were named: one that cannot be shown is bad input.
    if !survey.faults.isEmpty { throw ExitCode(2) }
  }
}

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write one self-contained HTML file about runs.")

  @Argument(help: "Run folders, or beginnings of their names; all runs of --runs if none is named.")
  var runs: [String] = []
  @Option(name: .customLong("to"), help: "The file to write.") var path: String?
  @Option(name: .customLong("figures"), help: "A folder for each figure as an SVG file of its own.")
  var figureFolder: String?
  @OptionGroup var places: PlaceOptions

  func validate() throws {
    try PathText.check("--to", path, "the path of a file to write")
    try PathText.check("--figures", figureFolder, "a folder")
  }

  func run() throws {
    let survey = RunSurvey(of: runs.isEmpty ? places.runsFolder : "")
    let folders =
      runs.isEmpty
      ? survey.folders : try runs.map { try RunFolder.find($0, in: places.runsFolder) }
    if folders.isEmpty && survey.faults.isEmpty {
      throw UsageError(
        "--runs \(places.runsFolder): expected a folder of runs, found none in it; "
          + "`tessera run CONFIG.yaml` makes one")
    }
    var leftOut = 0
    Complaints.show(survey.faults)
    let page = try Report.write(runs: folders.map(\.path), to: path, figures: figureFolder) {
      if $0.hasPrefix("left out") { leftOut += 1 }
      StandardStream.note($0)
    }
    try StandardStream.print(page)
    // Of runs that were named, one that cannot be shown is bad input.
    if leftOut > 0 && !runs.isEmpty { throw ExitCode(2) }
  }
}
