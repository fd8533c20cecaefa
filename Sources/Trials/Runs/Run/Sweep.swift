import TensorCore

/// Several runs; nothing more than their list.
public enum Sweep {
  /// Runs or resumes every configuration, at most `threads` at a time, and waits for all.
  ///
  /// One run alone uses the threads inside itself; of several, each works on one thread, which changes no result.
  /// Configurations with the same hash are one run.
  ///
  /// - Returns: one outcome a configuration, in their order. After a signal, runs that have not begun fail with
  ///   ``RunError/interrupted(signal:)``.
  public static func run(
    _ configs: [ResolvedConfig], registry: ExperimentRegistry, options: RunOptions = RunOptions(),
    threads: Int, observer: any RunObserver = SilentObserver()
  ) -> [Result<RunOutcome, any Error>] {
    Parallelism.threads = max(1, threads)
    var distinct: [ResolvedConfig] = []
    var places: [String: Int] = [:]
    for config in configs where places[config.experiment + config.hash] == nil {
      places[config.experiment + config.hash] = distinct.count
      distinct.append(config)
    }
    let runs = distinct
    observer.planned(runs.count)
    // While one run loads its data, others have something to save.
    if runs.count > 1 { SignalTrap.hold() }
    defer { if runs.count > 1 { SignalTrap.release() } }
    let outcomes = parallelMap(over: runs.count) { index -> Result<RunOutcome, any Error> in
      if let signal = options.pendingSignal() {
        return .failure(RunError.interrupted(signal: signal))
      }
      return Result { try registry.run(runs[index], options: options, observer: observer) }
    }
    return configs.map { outcomes[places[$0.experiment + $0.hash]!] }
  }
}
