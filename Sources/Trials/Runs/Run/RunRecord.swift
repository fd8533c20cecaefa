/// What `run.json` says of a run.
public struct RunRecord: Codable, Sendable, Equatable {
  /// How far a run is.
  public enum Status: String, Codable, Sendable, CaseIterable {
    /// A process works on it, or was killed while it did.
    case running
    /// Stopped by a signal, state saved.
    case interrupted
    /// Ended by an error.
    case failed
    /// Finished, with `result.json`.
    case done
  }

  /// The processor and how many of its threads the system shows.
  public struct Host: Codable, Sendable, Equatable {
    /// The name of the machine and of its processor.
    public var name, processor: String
    /// Hardware threads.
    public var cores: Int
  }

  /// The name of the experiment and the hash that names the folder.
  public var experiment, hash: String
  /// What told it from the others of its sweep; empty outside sweeps.
  public var label: String
  /// How far it is.
  public var status: Status
  /// The git commit of the program's sources, or `unknown`.
  public var commit: String
  /// The seed and the threads.
  public var seed, threads: Int
  /// The build of OpenBLAS and its kernel.
  public var blas: String
  /// The machine.
  public var host: Host
  /// The first start and the last change, in UTC as ISO 8601.
  public var started, updated: String
  /// Wall time in seconds over all sessions, up to the last change.
  public var seconds: Double
  /// Steps done at the last change, and steps of a full run.
  public var step, stepCount: Int
  /// The process of the newest session and its command line.
  public var pid: Int
  /// The command as typed.
  public var command: String
  /// Why it failed; empty if it did not.
  public var error: String
}
