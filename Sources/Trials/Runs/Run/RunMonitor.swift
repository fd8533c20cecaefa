/// The line from a long evaluation back to the runner: progress out, cancellation in.
public struct RunMonitor: Sendable {
  private let onReport: @Sendable (String) -> Void
  private let pendingSignal: @Sendable () -> Int32?

  /// Makes a monitor; without arguments it is silent and never cancelled, as tests want it.
  public init(
    report: @escaping @Sendable (String) -> Void = { _ in },
    pendingSignal: @escaping @Sendable () -> Int32? = { nil }
  ) {
    onReport = report
    self.pendingSignal = pendingSignal
  }

  /// Shows what the run is doing, such as `ρ* 300/1000`; the newest message replaces the one before.
  public func report(_ message: String) { onReport(message) }

  /// Returns if the run may go on.
  ///
  /// - Throws: ``RunError/interrupted(signal:)`` after a signal, see ``SignalTrap``; let it pass through.
  public func checkCancellation() throws {
    if let signal = pendingSignal() { throw RunError.interrupted(signal: signal) }
  }
}
