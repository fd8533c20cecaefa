import Foundation
import TensorCore

/// What a run is told beside its configuration; none of it changes a result.
public struct RunOptions: Sendable {
  /// The folder that holds the run folders.
  public var runsFolder: String
  /// When state is saved.
  public var cadence: CheckpointCadence
  /// Where data sets lie.
  public var environment: RunEnvironment
  /// What is to become of a run whose inputs are not those of the run that is there.
  public var changedInputs: ChangedInputs
  /// The command as typed, for `run.json`.
  public var command: String
  /// The signal of ``SignalTrap`` that came, if one did; the runner asks after every step.
  public var pendingSignal: @Sendable () -> Int32?

  /// Makes options; the signal is that of ``SignalTrap``.
  public init(
    runsFolder: String = "runs", cadence: CheckpointCadence = .standard,
    environment: RunEnvironment = RunEnvironment(), changedInputs: ChangedInputs = .refuse,
    command: String = ProgramArguments.all.joined(separator: " "),
    pendingSignal: @escaping @Sendable () -> Int32? = { SignalTrap.pending }
  ) {
    self.runsFolder = runsFolder
    self.cadence = cadence
    self.environment = environment
    self.changedInputs = changedInputs
    self.command = command
    self.pendingSignal = pendingSignal
  }
}

/// How often a run saves its state.
public enum CheckpointCadence: Sendable, Equatable {
  /// After every so many steps.
  case steps(Int)
  /// After the first step that ends so many seconds past the last saving.
  case seconds(Double)

  /// Every twenty seconds.
  public static let standard = CheckpointCadence.seconds(20)

  /// Reads `50` as steps and `30s` as seconds; `nil` for anything else.
  public init?(_ text: String) {
    if text.hasSuffix("s"), let seconds = Double(text.dropLast()), seconds > 0, seconds.isFinite {
      self = .seconds(seconds)
    } else if let steps = Int(text), steps > 0 {
      self = .steps(steps)
    } else {
      return nil
    }
  }
}

/// How a run ended.
public struct RunOutcome: Sendable {
  /// Its folder.
  public let folder: RunFolder
  /// What it found.
  public let result: RunResult
  /// Whether it was done before and nothing was computed.
  public let wasDone: Bool
  /// The step at which it resumed; `nil` for a run from the start.
  public let resumedAt: Int?
  /// What a reader must know before the result, such as that it is of other data than those of now.
  public var cautions: [String] = []
}
