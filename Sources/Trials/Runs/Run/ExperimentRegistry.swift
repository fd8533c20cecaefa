import Settings

/// The experiments that the command line and the tables know, by name.
public struct ExperimentRegistry: Sendable {
  /// One experiment with its type forgotten.
  public struct Entry: Sendable {
    /// The value of the config key `experiment`.
    public let name: String
    /// One line on what a run shows.
    public let summary: String
    /// What its configuration accepts.
    public let template: ConfigTemplate
    /// The numbers of its results.
    public let metrics: MetricList
    let run: @Sendable (ResolvedConfig, RunOptions, any RunObserver) throws -> RunOutcome
    /// The files that a run reads.
    let inputs: @Sendable (ResolvedConfig, RunEnvironment) throws -> [InputFile]
    /// The folder that a run has.
    let place: @Sendable (ResolvedConfig, RunOptions) throws -> RunFolder
    /// The seconds of one max-step at the start; `nil` for an experiment without one.
    let maxStep: (@Sendable (ResolvedConfig, RunEnvironment) throws -> Double)?
  }

  /// The experiments in the order in which they were registered.
  public private(set) var entries: [Entry] = []

  /// Makes an empty registry.
  public init() {}

  /// The names in order.
  public var names: [String] { entries.map(\.name) }

  /// Adds an experiment; requires a new name, and a configuration that can be described.
  public mutating func register<E: Experiment>(_ type: E.Type) {
    let template: ConfigTemplate
    do {
      template = try ConfigTemplate(E.Configuration.self)
    } catch {
      fatalError("ExperimentRegistry.register: \(error)")
    }
    guard template.experiment == E.name else {
      fatalError(
        "ExperimentRegistry.register: \(E.Configuration.self) has the default experiment "
          + "`\(template.experiment)`, expected `\(E.name)`")
    }
    guard !names.contains(E.name) else {
      fatalError("ExperimentRegistry.register: `\(E.name)` is registered twice")
    }
    entries.append(
      Entry(
        name: E.name, summary: E.summary, template: template, metrics: MetricList(E.metrics),
        run: { config, options, observer in
          try Runner.run(E.self, config: config, options: options, observer: observer)
        },
        inputs: { config, environment in
          try E.inputs(
            configuration: config.configuration(as: E.Configuration.self), environment: environment)
        },
        place: { config, options in
          try Runner.place(E.self, config: config, options: options).folder
        }, maxStep: (E.self as? any MaxStepTiming.Type).map { MaxStepTimer.timer(of: $0) }))
  }

  /// The experiment called `name`; `place` is where that name stands.
  ///
  /// - Throws: ``ConfigError/unknownExperiment(name:place:suggestion:known:)``.
  public func entry(named name: String, place: String = "command line") throws -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw ConfigError.unknownExperiment(
        name: name, place: place, suggestion: NearMiss.nearest(to: name, among: names),
        known: names)
    }
    return entry
  }

  /// The metrics that an experiment declares; none for one that is not here, such as that of an old run.
  public func metrics(of experiment: String) -> MetricList {
    entries.first { $0.name == experiment }?.metrics ?? MetricList([])
  }

  /// The folder that a configuration's run has, by the contents of the files that it reads.
  ///
  /// - Throws: ``RunError/unreadable(path:expected:found:advice:)`` for an unfinished run of other contents.
  public func folder(of config: ResolvedConfig, options: RunOptions) throws -> RunFolder {
    try entry(named: config.experiment).place(config, options)
  }

  /// Runs or resumes one configuration; a run that is done gives its result at once.
  ///
  /// - Throws: ``RunError``, and what the experiment throws.
  public func run(
    _ config: ResolvedConfig, options: RunOptions = RunOptions(),
    observer: any RunObserver = SilentObserver()
  ) throws -> RunOutcome {
    try entry(named: config.experiment).run(config, options, observer)
  }
}
