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
    let folders = RunFolder.all(in: places.runsFolder)
    if folders.isEmpty && !listing.isJSON {
      return try StandardStream.print(
        "no runs in \(places.runsFolder); `tessera run CONFIG.yaml` makes one")
    }
    try listing.show(RunListing.list(folders), RunListing.json(folders))
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
    try listing.show(RunListing.compare(folders), RunListing.comparison(folders))
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
    let folders =
      runs.isEmpty
      ? RunFolder.all(in: places.runsFolder)
      : try runs.map { try RunFolder.find($0, in: places.runsFolder) }
    if folders.isEmpty {
      throw UsageError(
        "--runs \(places.runsFolder): expected a folder of runs, found none in it; "
          + "`tessera run CONFIG.yaml` makes one")
    }
    try StandardStream.print(
      Report.write(runs: folders.map(\.path), to: path, figures: figureFolder))
  }
}
