import Settings
import Storage
import Synchronization

/// A table whose rows are given by code: of what a machine measures, or of a grid inside one run. Most tables are a
/// ``TableFile``.
public protocol Table: SendableMetatype {
  /// The word on the command line, such as `fairness-adult`.
  static var name: String { get }
  /// One line on what the table shows.
  static var summary: String { get }
  /// Wall time to expect, full and quick, with the machine it was read on.
  static var expectedTime: String { get }
  /// Runs what the table needs and fills every cell.
  ///
  /// - Throws: what the runs throw; ``RunError/interrupted(signal:)`` after a signal, and the same command goes on where
  ///   it stopped.
  static func run(_ context: TableContext) throws -> TableResult
}

/// A table that times this machine each time it is filled, and has no runs.
public protocol MeasuredTable: Table {}

/// A table by its name, wherever its rows come from.
public struct TableEntry: Sendable {
  /// The word on the command line, one line on what it shows, and the wall time to expect.
  public let name, summary, expectedTime: String
  private let run: @Sendable (TableContext) throws -> TableResult

  /// A table by code; one that measures has nothing to show with `--done`.
  public init<T: Table>(_ type: T.Type) {
    (name, summary, expectedTime) = (T.name, T.summary, T.expectedTime)
    run = { context in
      guard context.onlyDone, T.self is any MeasuredTable.Type else { return try T.run(context) }
      return TableResult(
        table: T.name, quick: context.quick,
        rows: [
          TableRow(
            row: context.rows ?? "all rows", column: "measured", values: [],
            note: "timed anew each time, and not with --done")
        ])
    }
  }

  /// A table that a file describes.
  public init(_ file: TableFile) {
    (name, summary, expectedTime) = (file.name, file.summary, file.expectedTime)
    run = { try file.fill($0) }
  }

  /// Runs what the table needs and fills the rows that are wanted.
  ///
  /// - Throws: ``TableError/noRow(table:text:known:)``, ``ConfigError``, and what the runs throw; after a signal
  ///   ``RunError/interrupted(signal:)``, and the same command goes on where it stopped.
  public func fill(_ context: TableContext) throws -> TableResult {
    try context.onlyWanted(run(context))
  }
}

/// What a table is given to fill itself.
public struct TableContext: Sendable {
  /// Whether the minutes-long form is wanted.
  public var quick: Bool
  /// The experiments.
  public var registry: ExperimentRegistry
  /// Where runs go and data lies.
  public var options: RunOptions
  /// Runs at a time.
  public var threads: Int
  /// Seeds a row, if not those of the table.
  public var seeds: Int?
  /// Whether rows are filled from the runs that are done, and none is started.
  public var onlyDone: Bool
  /// What the name of a row must hold for the row to be run; `nil` for all rows.
  public var rows: String?
  /// Who watches.
  public var observer: any RunObserver
  /// The folders of the runs that the table has used so far, in their order, without repeats.
  public var folders: [String] { visited.withLock { $0.folders } }
  /// The names of the rows that the table has asked for so far, wanted or not.
  public var rowNames: [String] { visited.withLock { $0.rows } }
  private let visited = Visited()

  /// Makes a context.
  public init(
    quick: Bool, registry: ExperimentRegistry = .standard, options: RunOptions = RunOptions(),
    threads: Int = 1, seeds: Int? = nil, onlyDone: Bool = false,
    rows: String? = nil, observer: any RunObserver = SilentObserver()
  ) {
    self.quick = quick
    self.registry = registry
    self.options = options
    self.threads = threads
    self.seeds = seeds
    self.onlyDone = onlyDone
    self.rows = rows
    self.observer = observer
  }

  /// Runs every configuration, `threads` at a time, and gives the results in their order.
  ///
  /// - Throws: the first error, after all have ended.
  public func run(_ configs: [ResolvedConfig]) throws -> [RunResult] {
    let outcomes = try Sweep.run(
      configs, registry: registry, options: options, threads: threads, observer: observer
    ).map { try $0.get() }
    visited.withLock { known in
      for path in outcomes.map(\.folder.path) where !known.folders.contains(path) {
        known.folders.append(path)
      }
    }
    return outcomes.map { outcome in
      var result = outcome.result
      // Rows show what their runs were cautioned of.
      let known = Set(result.cautions)
      result.notes += outcome.cautions.filter { !known.contains($0) }
        .map { RunResult.cautionMark + $0 }
      return result
    }
  }

  /// The configurations to run: all, or those that are done if only they count. One that is done and whose result cannot be read
  /// is named to the observer and left out.
  public func runnable(_ configs: [ResolvedConfig]) -> [ResolvedConfig] {
    guard onlyDone else { return configs }
    return configs.filter { config in
      do {
        let folder = try registry.folder(of: config, options: options)
        return try folder.isDone && folder.result() != nil
      } catch {
        observer.cautioned(config, "left out: \(ExitStatus.message(for: error))")
        return false
      }
    }
  }

  /// Whether a row is to be run: whether its name holds what ``rows`` asks for, in whatever case.
  public func wants(_ row: String) -> Bool {
    visited.withLock { known in
      if !known.rows.contains(row) { known.rows.append(row) }
    }
    return rows.map { row.lowercased().contains($0.lowercased()) } ?? true
  }

  /// The rows of a filled table that ``rows`` asks for: a table that runs all of its rows at once shows these alone.
  ///
  /// - Throws: ``TableError/noRow(table:text:known:)`` if there is none.
  public func onlyWanted(_ result: TableResult) throws -> TableResult {
    var result = result
    result.rows = result.rows.filter { wants($0.row) }
    if let rows, result.rows.isEmpty {
      throw TableError.noRow(table: result.table, text: rows, known: rowNames)
    }
    return result
  }

  /// Resolves an experiment with overrides and runs what comes out; ``quick`` lays the quick overrides under them.
  ///
  /// - Throws: ``ConfigError``, and as ``run(_:)``.
  public func run(experiment: String, _ overrides: [String]) throws -> [RunResult] {
    try run(registry.resolve(experiment: experiment, overrides: overrides, quick: quick))
  }
}

/// What a table has seen, shared by the copies of its context.
private final class Visited: Sendable {
  struct Names: Sendable { var folders, rows: [String] }
  private let names = Mutex(Names(folders: [], rows: []))

  func withLock<Result: Sendable>(_ body: (inout sending Names) -> sending Result) -> Result {
    names.withLock(body)
  }
}

/// The tables that the command line knows.
public struct TableCatalog: Sendable {
  /// The tables in the order of listings.
  public let tables: [TableEntry]

  /// Makes a catalogue.
  public init(_ tables: [TableEntry]) { self.tables = tables }

  /// The table called `name`, or, of a path that ends in `.yaml` or `.yml`, that of the file.
  ///
  /// - Throws: ``ConfigError``, ``TableError/unknown(name:suggestion:known:)``.
  public func table(_ name: String) throws -> TableEntry {
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      return TableEntry(try TableFile(path: name))
    }
    return try table(named: name)
  }

  /// The table called `name`.
  ///
  /// - Throws: ``TableError/unknown(name:suggestion:known:)``.
  public func table(named name: String) throws -> TableEntry {
    guard let table = tables.first(where: { $0.name == name }) else {
      let known = tables.map { $0.name }
      throw TableError.unknown(
        name: name, suggestion: NearMiss.nearest(to: name, among: known), known: known)
    }
    return table
  }
}

/// What can be wrong with asking for a table.
public enum TableError: Error, Sendable, CustomStringConvertible {
  /// No table of that name.
  case unknown(name: String, suggestion: String?, known: [String])
  /// No row of a table has a name with that text in it.
  case noRow(table: String, text: String, known: [String])

  /// The message for a person at a terminal.
  public var description: String {
    switch self {
    case .unknown(let name, let suggestion, let known):
      let hint =
        suggestion.map { "did you mean `\($0)`?" }
        ?? "the tables are \(known.joined(separator: ", ")); one of your own is named by its file, which ends in .yaml"
      return "no table is called `\(name)`; \(hint)"
    case .noRow(let table, let text, let known):
      return
        "no row of \(table) has `\(text)` in its name; the rows are \(known.joined(separator: "; "))"
    }
  }
}
