import Foundation
import Storage
import TensorCore
import Testing

@testable import Trials

/// A model of 32 pixels on generated scenes, small enough to train in a test.
@Suite(.serialized) struct SceneExperimentTests {
  private static let overrides = [
    "model.side=32", "model.grid=4", "model.glimpse=8", "model.widthDivisor=4",
    "model.components=2", "data.procedural.side=32", "data.procedural.train=20",
    "data.procedural.validation=4", "data.procedural.test=5", "data.procedural.leastSize=6",
    "data.procedural.mostSize=10", "batchSize=3", "steps=6", "logEvery=1", "evaluation.every=3",
    "evaluation.validationCount=4", "evaluation.testCount=5", "evaluation.batchSize=2",
    "evaluation.pictures=2", "health.step=4", "seed=3", "warmUpSteps=4",
  ]

  private func config(_ more: String...) throws -> ResolvedConfig {
    try ExperimentRegistry.standard.resolve(
      experiment: "scenes", overrides: Self.overrides + more)[0]
  }

  private func options(_ folder: String, stopAfter: Int? = nil) -> RunOptions {
    let counter = StepCounter()
    return RunOptions(
      runsFolder: folder, cadence: .steps(2), environment: RunEnvironment(dataDirectories: []),
      pendingSignal: { counter.next() == stopAfter ? SIGINT : nil })
  }

  @Test func withoutTrainingImagesARunIsRefused() {
    #expect {
      try withTemporaryFolder { runs in
        try ExperimentRegistry.standard.run(
          config("data.procedural.train=0"), options: options(runs))
      }
    } throws: {
      "\($0)".contains("data.procedural.train") && ExitStatus.code(for: $0) == 2
    }
  }

  @Test func threadsChangeNoBit() throws {
    try withTemporaryFolder { runs in
      defer { Parallelism.threads = 1 }
      Parallelism.threads = 1
      let one = try ExperimentRegistry.standard.run(config(), options: options(runs + "/1"))
      for threads in [2, 3] {
        Parallelism.threads = threads
        let other = try ExperimentRegistry.standard.run(
          config(), options: options(runs + "/\(threads)"))
        expectSame(other.folder, one.folder)
      }
    }
  }

  /// Also within and right after a head start of the background, when the two optimisers have taken different numbers of steps.
  @Test(arguments: [(1, 0), (3, 0), (4, 0), (1, 2), (2, 2), (4, 2)])
  func resumesToTheSameBits(_ step: Int, headStart: Int) throws {
    try withTemporaryFolder { runs in
      let config = try config("headStartSteps=\(headStart)")
      let whole = try ExperimentRegistry.standard.run(config, options: options(runs + "/whole"))
      #expect(throws: RunError.self) {
        try ExperimentRegistry.standard.run(
          config, options: options(runs + "/parts", stopAfter: step))
      }
      let rest = try ExperimentRegistry.standard.run(config, options: options(runs + "/parts"))
      #expect(rest.resumedAt == step)
      expectSame(rest.folder, whole.folder)
    }
  }

  /// The foreground waits, and takes its first step, of the rate that a first step has, after the head start.
  @Test func theForegroundWaitsForTheBackground() throws {
    var experiment = try SceneTraining<SPACEKind>(
      configuration: config("headStartSteps=2").configuration(as: SceneConfiguration.self),
      environment: RunEnvironment(dataDirectories: []))
    let before = experiment.trainer.model
    for step in 0..<3 {
      var log = StepLog(step: step)
      try experiment.advance(step: step, log: &log)
      let (front, back) = (experiment.trainer.model.foreground, experiment.trainer.model.background)
      #expect(back.namedParameters.map(\.value) != before.background.namedParameters.map(\.value))
      let waits =
        front.namedParameters.map(\.value) == before.foreground.namedParameters.map(\.value)
      #expect(waits == (step < 2), "step \(step)")
      let (presence, loss) = (try #require(log["KL/presence"]), try #require(log["loss"]))
      #expect((presence == 0) == (step < 2) && loss.isFinite)
    }
  }

  /// Objects are scored from the first step that trains them.
  @Test func aHeadStartIsValidatedWithoutObjects() throws {
    var experiment = try SceneTraining<SPACEKind>(
      configuration: config("headStartSteps=2", "evaluation.every=1").configuration(
        as: SceneConfiguration.self),
      environment: RunEnvironment(dataDirectories: []))
    for step in 0..<4 {
      var log = StepLog(step: step)
      try experiment.advance(step: step, log: &log)
      let objects = try #require(log["validation/objects"])
      #expect((objects == 0) == (step < 2), "step \(step): \(objects)")
      if step < 2 {
        #expect(log["validation/count error"] == 1 && log["validation/AP"] == 0)
      }
    }
  }

  @Test func aHeadStartLeavesStepsForTheWhole() throws {
    // 6 are all steps.
    for wrong in [6, -1] {
      #expect(throws: ConfigError.self, "\(wrong)") {
        try config("headStartSteps=\(wrong)").configuration(as: SceneConfiguration.self).check()
      }
    }
    try config("headStartSteps=5").configuration(as: SceneConfiguration.self).check()
  }

  /// After the second step with objects, whether others came before it or not.
  @Test(arguments: [0, 2, 4]) func theHealthCheckCountsFromTheEndOfAHeadStart(_ headStart: Int)
    throws
  {
    var experiment = try SceneTraining<SPACEKind>(
      configuration: config(
        "headStartSteps=\(headStart)", "health.step=2", "health.action=stop"
      ).configuration(as: SceneConfiguration.self),
      environment: RunEnvironment(dataDirectories: []))
    // No cell is sure of an object, which no healthy run shows.
    var state = try experiment.checkpoint()
    let name = try #require(
      state.tensors.keys.first { $0.hasPrefix("model/") && $0.hasSuffix("presence.bias") })
    state.set(name, Tensor<Float>(shape: [1], repeating: -100))
    try experiment.restore(state)
    for step in 0...headStart {
      var log = StepLog(step: step)
      try experiment.advance(step: step, log: &log)
    }
    #expect {
      var log = StepLog(step: headStart + 1)
      try experiment.advance(step: headStart + 1, log: &log)
    } throws: {
      guard case RunError.unhealthy(_, let step) = $0 else { return false }
      return step == headStart + 2
    }
  }

  @Test func batchesAreShuffledPasses() throws {
    let experiment = try SceneTraining<SPACEKind>(
      configuration: config().configuration(as: SceneConfiguration.self),
      environment: RunEnvironment(dataDirectories: []))
    let drawn = (0..<40).flatMap { experiment.batch(at: $0) }
    for pass in 0..<6 {
      #expect(Set(drawn[pass * 20..<(pass + 1) * 20]).count == 20)
    }
    #expect(Array(drawn[0..<20]) != Array(drawn[20..<40]))
    #expect(experiment.batch(at: 13) == Array(drawn[39..<42]))
  }

  /// The name of the first tensor that is not finite, the step, and a state to look at.
  @Test func aNaNStopsWithStepTensorAndState() throws {
    try withTemporaryFolder { runs in
      let config = try config("backgroundRate=1e30", "foregroundRate=1e30")
      #expect {
        try ExperimentRegistry.standard.run(config, options: options(runs))
      } throws: {
        guard case RunError.nonFinite(let name, _, let step, let saved) = $0 else { return false }
        return name.hasPrefix("loss") && step >= 1 && FileManager.default.fileExists(atPath: saved)
      }
      let record = try RunFolder(of: config, in: runs).record()
      #expect(record.status == .failed && record.error.contains("step"))
    }
  }

  @Test func aNaNWeightIsTracedToItsGradient() throws {
    let environment = RunEnvironment(dataDirectories: [])
    var experiment = try SceneTraining<SPACEKind>(
      configuration: config().configuration(as: SceneConfiguration.self), environment: environment)
    var state = try experiment.checkpoint()
    let name = try #require(
      state.tensors.keys.first { $0.hasPrefix("model/background.") && $0.hasSuffix("bias") })
    let shape = try state.tensor(name, as: Float.self).shape
    state.set(name, Tensor<Float>(shape: shape, repeating: .nan))
    try experiment.restore(state)
    let before = try experiment.checkpoint()
    var log = StepLog(step: 0)
    try experiment.advance(step: 0, log: &log)
    #expect(log.firstNonFiniteLoss != nil)
    #expect(log.names.contains { $0.hasPrefix("loss/gradient of ") })
    // Nothing moved: what is saved is what the step was made from.
    let after = try experiment.checkpoint()
    for (name, tensor) in before.tensors where !name.hasPrefix("foreground/") {
      let (saved, found) = (
        tensor.values(as: Float.self), try after.array(name).values(as: Float.self)
      )
      #expect(saved.map { $0.bitPattern } == found.map { $0.bitPattern }, "\(name)")
    }
  }

  @Test(arguments: [
    ("model.grid=5", "model.grid"), ("model.side=100", "model.side"),
    ("objective.presence.first=1.5", "objective.presence.first"),
    ("objective.presence.to=10", "objective.presence.to"), ("data.source=hdf5", "data.path"),
    ("data.procedural.side=64", "data.procedural.side"),
    ("data.procedural.mostSize=2", "data.procedural.mostSize"), ("batchSize=1", "batchSize"),
    ("evaluation.keepsFrom=7", "evaluation.keepsFrom"),
  ]) func badValuesAreNamed(_ override: String, _ key: String) throws {
    #expect {
      try config(override)
    } throws: {
      guard case ConfigError.invalid(let found, _, _, _) = $0 else { return false }
      return found == key
    }
  }
}
