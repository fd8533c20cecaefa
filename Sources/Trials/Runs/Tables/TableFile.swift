import Foundation
import Settings
import Yams

/// A table that a file describes: which runs are its rows, which of their numbers its columns.
///
/// ```yaml
/// summary: "two weights, three seeds each"
/// seeds: 3
/// columns:
///   - {title: "ρ*(Z;T)", metric: dependence.coded}
/// rows:
///   - {label: light, config: slice.yaml, set: {utilityWeight: 0.1}}
///   - {label: heavy, config: slice.yaml, paper: {"ρ*(Z;T)": 0.07}, expected: {"ρ*(Z;T)": [0, 0.2]}}
/// ```
///
/// `docs/tables.md` has every key. What a row runs is its config with the settings of the table, of its block, of the block's
/// data and of its own laid over, in this order; in the quick form the quick settings of the experiment and those of the
/// file, too.
public struct TableFile: Sendable {
  /// The name of the table: `table:`, else that of the file.
  public let name: String
  /// One line on what it shows.
  public let summary: String
  /// The wall time to expect.
  public let expectedTime: String
  /// What every row of the table has in common.
  let common: TablePart
  /// What groups of rows have in common; one without anything where the file has only rows.
  let blocks: [TablePart]
  /// What is said once, below the table.
  let footnotes: [String]
  /// What is said of every cell with a number of the paper: where that comes from.
  let source: String
  /// How the notes of runs begin that are shown; none are where this is `nil`.
  let runNotes: String?
  /// Where its configs are.
  let files: ExperimentFiles

  private static let keys =
    TablePart.Level.table.keys + [
      "table", "summary", "time", "footnotes", "source", "runNotes", "blocks",
    ]

  /// Reads a file.
  ///
  /// - Throws: ``ConfigError`` with file, line and column.
  public init(path: String) throws {
    let (text, files) = try ExperimentFiles.disk(path)
    try self.init(text: text, path: path, files: files)
  }

  /// The same from text; `path` is what messages call it.
  init(text: String, path: String, files: ExperimentFiles) throws {
    let node = try TableNode(ConfigNode.mapping(text, path: path), path: path, keys: Self.keys)
    let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    name = try node.text("table") ?? stem
    summary = try node.text("summary") ?? ""
    expectedTime = try node.text("time") ?? ""
    footnotes = try node.texts("footnotes") ?? []
    source = try node.text("source") ?? ""
    runNotes = try node.text("runNotes")
    self.files = files
    var common = try TablePart(node, .table)
    let rows = common.rows
    common.rows = nil
    self.common = common
    let blocks =
      try node.list("blocks", keys: TablePart.Level.block.keys)?.map { try TablePart($0, .block) }
      ?? [TablePart()]
    self.blocks = try blocks.map { block in
      var block = block
      block.rows = block.rows ?? rows
      guard block.rows != nil || block.data.allSatisfy({ $0.rows != nil }) && !block.data.isEmpty
      else {
        throw ConfigError.invalid(
          key: "rows", place: path, expected: "at least one row, of the table or of each block",
          found: "none")
      }
      guard common.columns != nil || block.columns != nil else {
        throw ConfigError.invalid(
          key: "columns", place: block.place.isEmpty ? path : block.place,
          expected: "at least one column, of the table or of each block", found: "none")
      }
      return block
    }
    for stray in Self.strayNames(common: common, blocks: self.blocks) {
      throw ConfigError.unknownKey(
        key: stray.name, place: stray.place,
        suggestion: NearMiss.nearest(to: stray.name, among: stray.known), known: stray.known)
    }
  }

  /// The names in rows and blocks that no column or row bears.
  private static func strayNames(
    common: TablePart, blocks: [TablePart]
  ) -> [(name: String, place: String, known: [String])] {
    let parts = blocks + blocks.flatMap(\.data)
    // Rows that several blocks share may have numbers for the columns of any of them.
    let columns = (common.columns ?? []) + parts.flatMap { $0.columns ?? [] }
    let titles = columns.flatMap(\.names).firstAppearances
    let rows = parts.flatMap { $0.rows ?? [] }
    let labels = rows.compactMap(\.label).firstAppearances
    var stray: [(name: String, place: String, known: [String])] = []
    for row in rows {
      let names = Array(row.paper.keys) + Array(row.expected.keys) + (row.only ?? [])
      for name in names.sorted() where !titles.contains(name) {
        stray.append((name, row.place, titles))
      }
    }
    for block in blocks {
      for name in block.without where !labels.contains(name) {
        stray.append((name, block.place, labels))
      }
    }
    return stray
  }
}

/// What a row, or a group of rows, says of itself; what the outer one says holds where the inner one says nothing.
struct TablePart: Sendable {
  /// Where in the file a part can stand.
  enum Level {
    case table, block, data, row

    /// The keys that a part may have there.
    var keys: [String] {
      let shared = ["config", "experiment", "set", "quick", "note"]
      switch self {
      case .table: return shared + ["seeds", "columns", "rows"]
      case .block:
        return shared + ["label", "seeds", "columns", "rows", "without", "data", "compared"]
      case .data: return shared + ["rows", "make", "compared"]
      case .row: return shared + ["label", "seeds", "columns", "data", "paper", "expected"]
      }
    }
  }

  /// What only the quick form has.
  struct Quick: Sendable {
    var label, note: String?
    var settings: [TableSetting] = []
    /// Whether numbers are held against their ranges in the quick form, too.
    var isExpected: Bool?
  }

  /// The name of the row, or what the names of the block's rows end in.
  var label: String?
  /// The config that runs, as the file names it, or the experiment whose defaults run.
  var config, experiment: String?
  /// What is laid over it.
  var settings: [TableSetting] = []
  var quick = Quick()
  /// What a reader must know.
  var note: String?
  /// Seeds of a row, from 0.
  var seeds: Int?
  var columns: [TableColumn]?
  var rows: [TablePart]?
  /// The labels of rows that a block leaves out.
  var without: [String] = []
  /// Data to run on: the first whose files are there.
  var data: [TablePart] = []
  /// The command that makes the files.
  var make: String?
  /// Whether the paper's numbers and the ranges belong beside the rows.
  var isCompared: Bool?
  /// The paper's number and the range to expect, by the title or the metric of a column.
  var paper: [String: Double] = [:]
  var expected: [String: ClosedRange<Double>] = [:]
  /// The titles of the only columns in which the row has a cell.
  var only: [String]?
  /// Where it stands.
  var place = ""

  /// Says nothing.
  init() {}

  /// Reads a part whose keys are known to be those of `level`.
  init(_ node: TableNode, _ level: Level) throws {
    place = node.place
    let keys = level.keys
    func has(_ key: String) -> Bool { keys.contains(key) }
    config = try node.text("config")
    experiment = try node.text("experiment")
    if config != nil, experiment != nil {
      throw node.invalid("experiment", "a config or an experiment", "both")
    }
    settings = try node.settings("set")
    note = try node.text("note")
    if let group = try node.group("quick", keys: ["label", "note", "set", "expected"]) {
      quick = Quick(
        label: try group.text("label"), note: try group.text("note"),
        settings: try group.settings("set"), isExpected: try group.flag("expected"))
    }
    if has("label") { label = try node.text("label") }
    if has("seeds") { seeds = try node.count("seeds") }
    if has("without") { without = try node.texts("without") ?? [] }
    if has("make") { make = try node.text("make") }
    if has("compared") { isCompared = try node.flag("compared") }
    if has("rows") {
      rows = try node.list("rows", keys: Level.row.keys)?.map { try TablePart($0, .row) }
    }
    if has("data") {
      data = try node.list("data", keys: Level.data.keys)?.map { try TablePart($0, .data) } ?? []
    }
    guard level == .row else {
      if has("columns") {
        columns = try node.list("columns", keys: TableColumn.keys)?.map { try TableColumn($0) }
      }
      return
    }
    guard label != nil else { throw node.invalid("label", "the name of the row", "none") }
    only = try node.texts("columns")
    if let group = try node.group("paper") {
      for case let name? in group.mapping.keys.map(\.string) {
        paper[name] = try group.number(name)
      }
    }
    if let group = try node.group("expected") {
      for case let name? in group.mapping.keys.map(\.string) {
        expected[name] = try group.range(name)
      }
    }
  }
}

/// A column: a number of each row's runs.
struct TableColumn: Sendable {
  /// What fills a column.
  enum Content: Sendable, Equatable {
    /// The scalar of this name in the results.
    case metric(String)
    /// The seconds of a max-step, timed when the table is filled.
    case maxStep
  }

  static let keys = ["title", "metric", "measure", "note", "expected", "optional"]

  /// The heading; `nil` for the title of the metric.
  let title: String?
  let content: Content
  /// What is said of its cells in place of the rows' notes.
  let note: String?
  /// The range to expect of rows that set none.
  let expected: ClosedRange<Double>?
  /// Whether it is left out where runs are done and none has the number.
  let isOptional: Bool
  /// Where it stands.
  let place: String

  /// The names by which rows speak of it.
  var names: [String] {
    if case .metric(let id) = content { [title, id].compactMap(\.self) } else { [title ?? ""] }
  }

  init(_ node: TableNode) throws {
    place = node.place
    note = try node.text("note")
    expected = try node.range("expected")
    isOptional = try node.flag("optional") ?? false
    switch (try node.text("metric"), try node.text("measure")) {
    case (let id?, nil): content = .metric(id)
    case (nil, "max-step"): content = .maxStep
    case (nil, let other?): throw node.invalid("measure", "max-step", "`\(other)`")
    case (nil, nil): throw node.invalid("metric", "the id of a metric of the results", "none")
    case (_?, _?): throw node.invalid("measure", "metric or measure", "both")
    }
    title = try node.text("title") ?? (content == .maxStep ? "seconds per max-step" : nil)
  }
}
