import Datasets

/// What can go wrong while running, each with where, what was expected, what came and what to do.
public enum RunError: Error, Sendable, CustomStringConvertible {
  /// A signal arrived, see ``SignalTrap``; the state is saved.
  case interrupted(signal: Int32)
  /// Another process holds the folder.
  case locked(folder: String, pid: String)
  /// A file or folder cannot be written.
  case unwritable(path: String, reason: String, advice: String)
  /// A file of a run folder cannot be read.
  case unreadable(path: String, expected: String, found: String, advice: String)
  /// A logged loss is NaN or infinite.
  case nonFinite(name: String, value: Double, step: Int, saved: String)
  /// A run's own check found that its training has gone astray, and its config says to stop then.
  case unhealthy(finding: String, step: Int)
  /// There is no run at this place.
  case notARun(path: String)

  /// The message for a person at a terminal.
  public var description: String {
    switch self {
    case .interrupted(let signal):
      return
        "stopped by \(SignalName.of(signal)); the state is saved, the same command resumes"
    case .locked(let folder, let pid):
      return "\(folder): expected a free run folder, found it in use by process \(pid); "
        + "wait for that run or stop it, then start again"
    case .unwritable(let path, let reason, let advice):
      return "\(path): cannot be written: \(reason); \(advice)"
    case .unreadable(let path, let expected, let found, let advice):
      return "\(path): expected \(expected), found \(found); \(advice)"
    case .nonFinite(let name, let value, let step, let saved):
      return
        "step \(step): expected `\(name)` to be finite, found \(value); the state after the step is in \(saved); "
        + "lower the learning rate or look at the data for extreme values"
    case .unhealthy(let finding, let step):
      return
        "health check after step \(step): \(finding); start again with another seed, "
        + "or go on all the same with health.action=note"
    case .notARun(let path):
      return
        "\(path): expected a run folder (with run.json), found none; `tessera list` shows the runs"
    }
  }
}
