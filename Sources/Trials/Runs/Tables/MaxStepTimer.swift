import TensorCore

/// An experiment whose max-step tables can time by itself.
protocol MaxStepTiming: Experiment {
  /// One max-step as the schedule has it, at the present parameters.
  mutating func maxStepOfSchedule(_ index: Int) throws
}

/// The seconds of one max-step of a configuration, as the tables print them beside the paper's.
enum MaxStepTimer {
  /// What times an experiment whose type is forgotten.
  static func timer<Timed: MaxStepTiming>(of type: Timed.Type)
    -> @Sendable (ResolvedConfig, RunEnvironment) throws -> Double
  {
    { try seconds(type, $0, $1) }
  }

  /// The median of several max-steps at the initial parameters, one thread; one that is not counted comes first.
  static func seconds<Timed: MaxStepTiming>(
    _ experiment: Timed.Type, _ config: ResolvedConfig, _ environment: RunEnvironment,
    repeats: Int = 5
  ) throws -> Double {
    var experiment = try Timed(
      configuration: try config.configuration(as: Timed.Configuration.self),
      environment: environment)
    let threads = Parallelism.threads
    Parallelism.threads = 1
    defer { Parallelism.threads = threads }
    let clock = ContinuousClock()
    var times: [Double] = []
    for index in 0...repeats {
      let start = clock.now
      try experiment.maxStepOfSchedule(index)
      times.append((clock.now - start) / .seconds(1))
    }
    return times.dropFirst().sorted()[repeats / 2]
  }
}
