import TensorCore

/// Who watches runs: the progress line of a terminal, or nobody.
///
/// Calls come from the threads that the runs work on; `run` tells one run of a sweep from another.
public protocol RunObserver: Sendable {
  /// So many more runs are to come.
  func planned(_ count: Int)
  /// A run starts at `step` of `stepCount`.
  func began(_ run: ResolvedConfig, folder: RunFolder, step: Int, of stepCount: Int)
  /// A step is done.
  func advanced(_ run: ResolvedConfig, _ log: StepLog, of stepCount: Int)
  /// The run says what it is doing.
  func reported(_ run: ResolvedConfig, _ message: String)
  /// A reader of the run's result must know this; nobody may be so quiet as not to show it.
  func cautioned(_ run: ResolvedConfig, _ caution: String)
  /// The run is over, with an error or without.
  func ended(_ run: ResolvedConfig, _ outcome: Result<RunOutcome, any Error>)
}

extension RunObserver {
  /// Nothing.
  public func cautioned(_ run: ResolvedConfig, _ caution: String) {}
}

/// Shows nothing.
public struct SilentObserver: RunObserver {
  /// Makes it.
  public init() {}
  /// Nothing.
  public func planned(_ count: Int) {}
  /// Nothing.
  public func began(_ run: ResolvedConfig, folder: RunFolder, step: Int, of stepCount: Int) {}
  /// Nothing.
  public func advanced(_ run: ResolvedConfig, _ log: StepLog, of stepCount: Int) {}
  /// Nothing.
  public func reported(_ run: ResolvedConfig, _ message: String) {}
  /// Nothing.
  public func ended(_ run: ResolvedConfig, _ outcome: Result<RunOutcome, any Error>) {}
}

/// Shows cautions and nothing else: for `--quiet`.
public struct CautionReporter: RunObserver {
  private let write: @Sendable (String) -> Void

  /// Makes a reporter that gives its lines to `write`, by default standard error.
  public init(write: @escaping @Sendable (String) -> Void = { StandardStream.note($0) }) {
    self.write = write
  }

  /// Nothing.
  public func planned(_ count: Int) {}
  /// Nothing.
  public func began(_ run: ResolvedConfig, folder: RunFolder, step: Int, of stepCount: Int) {}
  /// Nothing.
  public func advanced(_ run: ResolvedConfig, _ log: StepLog, of stepCount: Int) {}
  /// Nothing.
  public func reported(_ run: ResolvedConfig, _ message: String) {}
  /// A line.
  public func cautioned(_ run: ResolvedConfig, _ caution: String) {
    write("caution: \(caution)")
  }
  /// Nothing.
  public func ended(_ run: ResolvedConfig, _ outcome: Result<RunOutcome, any Error>) {}
}
