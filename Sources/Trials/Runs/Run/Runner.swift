import Storage
import TensorCore

/// Drives an experiment through its run folder.
public enum Runner {
  /// Runs or resumes `config`; a run that is done gives its result at once.
  ///
  /// A run that is killed at any moment resumes from its newest checkpoint and ends with the same bits as one that was
  /// not, if the experiment keeps the two rules of ``Experiment``.
  ///
  /// - Throws: ``RunError/interrupted(signal:)`` after a signal, with the state saved;
  ///   ``RunError/nonFinite(name:value:step:saved:)`` for a loss that is not finite; ``RunError/locked(folder:pid:)``;
  ///   what the experiment throws. In each case `run.json` says how the run stands, but for an experiment that cannot be built,
  ///   as when its data are missing: that leaves the disk as it was.
  public static func run<E: Experiment>(
    _ type: E.Type, config: ResolvedConfig, options: RunOptions = RunOptions(),
    observer: any RunObserver = SilentObserver()
  ) throws -> RunOutcome {
    let outcome = Result {
      try body(type, config: config, options: options, observer: observer)
    }
    observer.ended(config, outcome)
    return try outcome.get()
  }

  private static func body<E: Experiment>(
    _ type: E.Type, config: ResolvedConfig, options: RunOptions, observer: any RunObserver
  ) throws -> RunOutcome {
    let configuration = try config.configuration(as: E.Configuration.self)
    let found = readInputs(type, configuration, options)
    let place = try self.place(config, found, options)
    let folder = place.folder
    var cautions = place.cautions
    func caution(_ text: String) {
      cautions.append(text)
      observer.cautioned(config, text)
    }
    place.cautions.forEach { observer.cautioned(config, $0) }
    if folder.isDone {
      do {
        guard let result = try folder.result() else { throw RunError.notARun(path: folder.path) }
        // A folder that cannot be written is no reason to keep its result back.
        if let mended = try? folder.mend(config) { caution(mended) }
        result.cautions.forEach(caution)
        return RunOutcome(
          folder: folder, result: result, wasDone: true, resumedAt: nil, cautions: cautions)
      } catch let error as RunError {
        // The state after the last step is there: the evaluation makes the result again.
        guard options.changedInputs != .showOld, CheckpointFolder(folder).hasState else {
          throw error
        }
        caution("\(error.whatIsWrong): the evaluation is done again from the last state")
      }
    }
    // Data that are missing or broken leave no folder behind.
    var environment = options.environment
    environment.folder = folder.path
    let experiment = try E(configuration: configuration, environment: environment)
    let inputs = try found.get()
    try inputs.requireUnchanged()
    // From here on there is something to save; a signal that came while other runs of a sweep held it back ends this one here.
    SignalTrap.hold()
    defer { SignalTrap.release() }
    if let signal = SignalTrap.pending { throw RunError.interrupted(signal: signal) }
    let session = try RunSession(
      config: config, options: options, folder: folder, inputs: inputs.records)
    session.cautions.forEach(caution)
    do {
      let result = try work(
        consume experiment, session, inputs, config: config, options: options, observer: observer)
      result.cautions.forEach(caution)
      return RunOutcome(
        folder: folder, result: result, wasDone: false,
        resumedAt: session.restored == nil ? nil : session.firstStep, cautions: cautions)
    } catch RunError.interrupted(let signal) {
      // The state is saved; a note that finds no room on the disk changes nothing about that.
      try? session.update(.interrupted)
      throw RunError.interrupted(signal: signal)
    } catch {
      session.fail(with: error)
      throw error
    }
  }

  /// The folder of a run, by the contents of its inputs.
  static func place<E: Experiment>(
    _ type: E.Type, config: ResolvedConfig, options: RunOptions
  ) throws -> RunPlace {
    let configuration = try config.configuration(as: E.Configuration.self)
    return try place(config, readInputs(type, configuration, options), options)
  }

  private static func readInputs<E: Experiment>(
    _ type: E.Type, _ configuration: E.Configuration, _ options: RunOptions
  ) -> Result<ReadInputs, any Error> {
    Result {
      try ReadInputs(
        E.inputs(configuration: configuration, environment: options.environment))
    }
  }

  private static func place(
    _ config: ResolvedConfig, _ inputs: Result<ReadInputs, any Error>, _ options: RunOptions
  ) throws -> RunPlace {
    switch inputs {
    case .success(let inputs):
      try RunPlace(
        config, inputs.records, in: options.runsFolder, policy: options.changedInputs)
    case .failure(let error):
      RunPlace(config, unreadable: error, in: options.runsFolder)
    }
  }

  private static func work<E: Experiment>(
    _ experiment: consuming E, _ session: RunSession, _ inputs: ReadInputs, config: ResolvedConfig,
    options: RunOptions,
    observer: any RunObserver
  ) throws -> RunResult {
    if let restored = session.restored { try experiment.restore(restored) }
    let stepCount = experiment.stepCount
    try session.start(stepCount: stepCount)
    observer.began(config, folder: session.folder, step: session.firstStep, of: stepCount)

    var saved = (step: session.firstStep, time: ContinuousClock.now)
    for step in session.firstStep..<max(stepCount, session.firstStep) {
      var log = StepLog(step: step)
      try experiment.advance(step: step, log: &log)
      if let bad = log.firstNonFiniteLoss {
        let path = try session.saveFailed(experiment.checkpoint(), step: step + 1)
        throw RunError.nonFinite(name: bad.name, value: bad.value, step: step, saved: path)
      }
      // A step that logged nothing leaves no row.
      if !log.names.isEmpty { try session.log(log) }
      observer.advanced(config, log, of: stepCount)
      let signal = options.pendingSignal()
      if signal != nil || step + 1 == stepCount || isDue(options.cadence, step + 1, since: saved) {
        try session.save(experiment.checkpoint(), step: step + 1)
        saved = (step + 1, .now)
      }
      if let signal { throw RunError.interrupted(signal: signal) }
    }

    let monitor = RunMonitor(
      report: { observer.reported(config, $0) }, pendingSignal: options.pendingSignal)
    try monitor.checkCancellation()
    var result = try experiment.finish(monitor)
    result.seconds = session.seconds
    result.notes += inputs.notes
    try session.complete(result)
    return result
  }

  private static func isDue(
    _ cadence: CheckpointCadence, _ step: Int,
    since saved: (step: Int, time: ContinuousClock.Instant)
  ) -> Bool {
    switch cadence {
    case .steps(let count): return step - saved.step >= count
    case .seconds(let seconds): return .now - saved.time >= .seconds(seconds)
    }
  }
}
