import ArgumentParser
import Benchmarks
import Foundation
import Storage
import TensorCore
import Trials

struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table",
    abstract: "Fill a table of a paper: ours, the paper's, the expected range, the verdict.")

  @Argument(help: "The table, by its name (--list shows them) or as a file of your own, FILE.yaml.")
  var name: String?
  @Flag(name: .customLong("list"), help: "List the tables.") var isList = false
  @Flag(help: "The minutes-long form.") var quick = false
  @Option(help: "Runs at a time; changes no result.")
  var threads = Machine.threads
  @Option(help: "Seeds a row, in place of the table's own number (tables of runs only).")
  var seeds: Int?
  @Flag(
    name: .customLong("done"),
    help: "Fill rows from the runs that are done, and start and time nothing.")
  var isOnlyDone = false
  @Option(
    help: ArgumentHelp(
      "Only rows with this text in their names; tables of files start no other runs.",
      valueName: "text"))
  var rows: String?
  @Option(
    help: ArgumentHelp(
      "Also write the table with command, commit, machine and time to a text file.",
      valueName: "path"))
  var file: String?
  @Option(
    help: ArgumentHelp(
      "How the table is printed: \(TableFormat.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "format"))
  var format: TableFormat?
  @Flag(help: "A line for each cell, with its expected range and its notes.") var long = false
  @OptionGroup var session: SessionOptions
  @OptionGroup var places: PlaceOptions
  @OptionGroup var listing: ListingOptions

  func validate() throws {
    try PathText.check("--file", file, "the path of a file to write")
    if isList == (name != nil) {
      throw ValidationError(
        "expected the name of a table or --list, found \(isList ? "both" : "neither")")
    }
    if threads < 1 {
      throw ValidationError("--threads: expected a number from 1, found \(threads)")
    }
    if listing.isJSON, let format, format != .json {
      throw ValidationError("expected --json or --format \(format.rawValue), found both")
    }
    if let seeds, seeds < 1 {
      throw ValidationError("--seeds: expected a number from 1, found \(seeds)")
    }
  }

  func run() throws {
    let catalog = TableCatalog.withMeasurements
    guard let name else {
      return try listing.show(catalog.text, catalog.json)
    }
    let table = try catalog.table(name)
    Parallelism.threads = threads
    var options = session.runOptions(places)
    if isOnlyDone { options.changedInputs = .showOld }
    let context = TableContext(
      quick: quick, options: options, threads: threads,
      seeds: seeds, onlyDone: isOnlyDone, rows: rows, observer: session.observer())
    let start = ContinuousClock.now
    let result = try table.fill(context)
    let shown = format ?? (listing.isJSON ? .json : .text)
    try StandardStream.print(try result.printed(as: shown, long: long), terminator: "")
    if let file {
      var command =
        "tessera table \(name)\(quick ? " --quick" : "")\(rows.map { " --rows '\($0)'" } ?? "")"
      command += format.map { " --format \($0.rawValue)" } ?? ""
      try TableFiling.write(
        result, to: file, command: command, folders: context.folders,
        seconds: (ContinuousClock.now - start) / .seconds(1),
        // A file is kept for years: with all digits, ranges and notes unless another form is asked for.
        body: try format.map { try result.printed(as: $0, long: long) })
    }
    guard !context.folders.isEmpty else { return }
    let path = "\(context.options.runsFolder)/\(table.name)\(quick ? "-quick" : "").html"
    let report = try Report.write(runs: context.folders, to: path) {
      if $0.hasPrefix("left out") { StandardStream.note($0) }
    }
    if shown == .text || shown == .markdown { try StandardStream.print("\nreport: \(report)") }
  }
}

extension TableFormat: ExpressibleByArgument {}
