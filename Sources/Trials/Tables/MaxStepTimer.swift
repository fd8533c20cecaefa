import TensorCore

/// The seconds of one max-step of a fairness configuration, as the tables print them beside the paper's.
enum MaxStepTimer {
  /// The median of five max-steps at the initial parameters, one thread; one that is not counted comes first.
  static func seconds(_ config: ResolvedConfig, _ environment: RunEnvironment) throws -> Double {
    let configuration = try config.configuration(as: FairnessConfiguration.self)
    var experiment = try FairnessExperiment(
      configuration: configuration, environment: environment)
    let threads = Parallelism.threads
    Parallelism.threads = 1
    defer { Parallelism.threads = threads }
    let clock = ContinuousClock()
    var times: [Double] = []
    for repeatIndex in 0..<6 {
      let start = clock.now
      try experiment.maxStepOfSchedule(repeatIndex)
      times.append((clock.now - start) / .seconds(1))
    }
    return times.dropFirst().sorted()[2]
  }
}
