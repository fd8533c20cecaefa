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
  /// The run is over, with an error or without.
  func ended(_ run: ResolvedConfig, _ outcome: Result<RunOutcome, any Error>)
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
