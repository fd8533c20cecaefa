import Foundation

/// The names of signals that ask a program to end.
public enum SignalName {
  private static let names: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGTERM: "SIGTERM",
    SIGUSR1: "SIGUSR1", SIGUSR2: "SIGUSR2", SIGXCPU: "SIGXCPU", SIGKILL: "SIGKILL",
  ]

  /// Such as `SIGTERM`.
  public static func of(_ signal: Int32) -> String { names[signal] ?? "signal \(signal)" }
}
