import Settings
import Storage

/// What the runner can drive: built from a config, advanced step by step, saved, resumed, finished.
///
/// The runner owns everything about running (folders, checkpoints, signals, progress); a conforming type owns its
/// state and its arithmetic. Two rules make a killed run resume to the same bits:
/// - all state that moves is in ``checkpoint()``, and ``restore(_:)`` on a fresh value brings all of it back;
/// - random numbers are addressed by (seed, stream, step), never by how many were drawn before.
public protocol Experiment: SendableMetatype {
  associatedtype Configuration: ExperimentConfiguration

  /// The value of the config key `experiment`, such as `fairness`.
  static var name: String { get }
  /// One line on what a run shows, for listings.
  static var summary: String { get }

  /// The numbers of its results, in the order of reports: titles, directions, families. What is not among them is listed by its
  /// name, and no value of it is called better than another.
  static var metrics: [Metric] { get }

  /// Loads the data and draws the initial weights: everything before step 0.
  ///
  /// - Throws: whatever the data loaders throw; the run ends as failed with that message.
  init(configuration: Configuration, environment: RunEnvironment) throws

  /// The files that a run of this configuration reads; none where everything is generated.
  ///
  /// The runner notes their contents before the first step, refuses to resume with others, and gives no result of other contents
  /// without saying so. An experiment that reads files must name all of them here.
  ///
  /// - Throws: what ``init(configuration:environment:)`` throws for data that are not there.
  static func inputs(configuration: Configuration, environment: RunEnvironment) throws
    -> [InputFile]

  /// How many steps a full run has; a step is the unit of logging, checkpoints and interruption (often an epoch).
  var stepCount: Int { get }

  /// Does step `step`, counted from 0, and logs its values; a step that logs none leaves no row.
  ///
  /// - Throws: when numbers go wrong; the run ends as failed. A NaN or infinity in a logged value whose name begins
  ///   with `loss` is found by the runner itself.
  mutating func advance(step: Int, log: inout StepLog) throws

  /// All state that moves: weights, moments, counters.
  func checkpoint() throws -> Checkpoint

  /// Brings back what ``checkpoint()`` saved, on a value freshly made from the same configuration.
  mutating func restore(_ checkpoint: Checkpoint) throws

  /// The evaluation after the last step.
  ///
  /// It must depend on nothing but the configuration and the state of ``checkpoint()``: a run that is stopped here
  /// resumes here. Long evaluations call ``RunMonitor/report(_:)`` and ``RunMonitor/checkCancellation()``.
  mutating func finish(_ monitor: RunMonitor) throws -> RunResult
}

extension Experiment {
  /// None are declared.
  public static var metrics: [Metric] { [] }

  /// None.
  public static func inputs(configuration: Configuration, environment: RunEnvironment) throws
    -> [InputFile]
  { [] }
}

/// The settings of an experiment, each declared once:
///
///     @Setting("rows per step", 20...10_000) public var batchSize = 250
///
/// The declaration gives the default, the line of listings, the range that is checked before a run, the value of the quick form and
/// what the hash of a run leaves out. Properties may be integers, floating-point numbers, `Bool`, `String`, enums backed by `String` (make them
/// `CaseIterable`, so that errors can list the values), arrays of these, and nested structs of these, which need no meaning. Optionals are
/// refused: a missing value has no place in the tree of defaults.
public protocol ExperimentConfiguration: Codable, Sendable {
  /// The documented defaults.
  init()
  /// The name of the experiment, equal to ``Experiment/name``.
  var experiment: String { get set }
  /// The seed of every random stream of the run.
  var seed: Int { get set }
  /// Threads of the run, from 1; changes no result.
  var threads: Int { get set }
  /// Checks what must hold between keys; each is in its range already.
  ///
  /// - Throws: ``ConfigError/invalid(key:place:expected:found:)`` with the dotted key; the loader adds the place.
  func validate() throws
}

extension ExperimentConfiguration {
  /// Accepts everything.
  public func validate() throws {}
}

extension Setting<Int>.Declaration {
  /// Threads of a run, which change no result.
  public static var threads: Self {
    Self("threads of the run", .within(1...1024), isWithoutEffect: true)
  }
}
