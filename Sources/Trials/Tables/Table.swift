import Storage
import Synchronization

/// A table of a paper that this package can fill: `tessera table NAME`.
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
  /// Who watches.
  public var observer: any RunObserver
  /// The folders of the runs that the table has used so far, in their order, without repeats.
  public var folders: [String] { visited.withLock { $0 } }
  private let visited = SharedFolders()

  /// Makes a context.
  public init(
    quick: Bool, registry: ExperimentRegistry = .standard, options: RunOptions = RunOptions(),
    threads: Int = 1, seeds: Int? = nil, onlyDone: Bool = false,
    observer: any RunObserver = SilentObserver()
  ) {
    self.quick = quick
    self.registry = registry
    self.options = options
    self.threads = threads
    self.seeds = seeds
    self.onlyDone = onlyDone
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
      for path in outcomes.map(\.folder.path) where !known.contains(path) { known.append(path) }
    }
    return outcomes.map(\.result)
  }

  /// The configurations to run: all, or those that are done if only they count.
  public func runnable(_ configs: [ResolvedConfig]) -> [ResolvedConfig] {
    onlyDone ? configs.filter { RunFolder(of: $0, in: options.runsFolder).isDone } : configs
  }

  /// Resolves an experiment with overrides and runs what comes out; ``quick`` lays the quick overrides under them.
  ///
  /// - Throws: ``ConfigError``, and as ``run(_:)``.
  public func run(experiment: String, _ overrides: [String]) throws -> [RunResult] {
    try run(registry.resolve(experiment: experiment, overrides: overrides, quick: quick))
  }
}

/// The folders of a table's runs, shared by the copies of its context.
private final class SharedFolders: Sendable {
  private let folders = Mutex<[String]>([])

  func withLock<Result: Sendable>(_ body: (inout sending [String]) -> sending Result) -> Result {
    folders.withLock(body)
  }
}

/// The tables that the command line knows.
public struct TableCatalog: Sendable {
  /// The tables in the order of listings.
  public let tables: [any Table.Type]

  /// Makes a catalogue.
  public init(_ tables: [any Table.Type]) { self.tables = tables }

  /// The table called `name`.
  ///
  /// - Throws: ``TableError/unknown(name:suggestion:known:)``.
  public func table(named name: String) throws -> any Table.Type {
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

  /// The message for a person at a terminal.
  public var description: String {
    switch self {
    case .unknown(let name, let suggestion, let known):
      let hint =
        suggestion.map { "did you mean `\($0)`?" }
        ?? "the tables are \(known.joined(separator: ", "))"
      return "no table is called `\(name)`; \(hint)"
    }
  }
}
