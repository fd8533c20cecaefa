import Foundation
import Settings
import Storage
import TensorCore
import Trials

/// A random walk that logs its distance: small enough to run hundreds of times, with state that moves, so that a resume
/// that forgets any of it ends elsewhere.
struct Walk: Experiment {
  enum Method: String, Codable, CaseIterable { case none, slice, pearson }

  struct Configuration: ExperimentConfiguration {
    struct Optimizer: Codable, Sendable {
      @Setting("size of a step", .positive) var learningRate = 1e-3
      @Setting("share of the last step that goes on") var momentum: Float = 0.9
      @Setting("whether the step is taken before its slope") var nesterov = false
    }
    @Setting("the experiment") var experiment = "walk"
    @Setting("seed of the steps", 0...) var seed = 0
    @Setting(.threads) var threads = 1
    @Setting("steps of the walk", 0..., quick: 4) var stepCount = 40
    @Setting("the method") var method = Method.none
    @Setting("a name") var name = "plain"
    @Setting("sizes of nothing") var hidden = [80, 80]
    var optimizer = Optimizer()
    @Setting("pause of a step, in milliseconds", isWithoutEffect: true) var pauseMilliseconds = 0
    @Setting("the step whose loss is no number, -1 for none") var badStep = -1
    @Setting("steps between pictures, 0 for none", isWithoutEffect: true) var pictureEvery = 0
    @Setting("what is added to each step", isAddedLater: true) var drift = 0.0
  }

  static let name = "walk"
  static let summary = "a random walk"

  let configuration: Configuration
  var position: [Double] = [0, 0]
  var velocity: [Double] = [0, 0]

  init(configuration: Configuration, environment: RunEnvironment) throws {
    self.configuration = configuration
  }

  var stepCount: Int { configuration.stepCount }

  mutating func advance(step: Int, log: inout StepLog) throws {
    if configuration.pauseMilliseconds > 0 {
      usleep(UInt32(configuration.pauseMilliseconds) * 1000)
    }
    var random = Philox(seed: UInt64(configuration.seed)).stream("walk", step)
    for axis in 0..<2 {
      let push = Double(random.next() as UInt32) / 0x1p32 - 0.5
      velocity[axis] = Double(configuration.optimizer.momentum) * velocity[axis] + push
      position[axis] += configuration.optimizer.learningRate * velocity[axis]
    }
    log["loss/distance"] =
      step == configuration.badStep
      ? .nan : (position[0] * position[0] + position[1] * position[1]).squareRoot()
    log["speed"] = velocity[0]
    if configuration.pictureEvery > 0, (step + 1) % configuration.pictureEvery == 0 {
      var picture = Canvas(width: 16, height: 9)
      picture.write("\(step)", x: 0, y: 0)
      log.add(image: "walk/Step", picture.png, caption: "The number of the step.")
    }
  }

  func checkpoint() throws -> Checkpoint {
    Checkpoint(tensors: [
      "position": StoredArray(position), "velocity": StoredArray(velocity),
    ])
  }

  mutating func restore(_ checkpoint: Checkpoint) throws {
    position = try checkpoint.array("position").values()
    velocity = try checkpoint.array("velocity").values()
  }

  mutating func finish(_ monitor: RunMonitor) throws -> RunResult {
    var total = 0.0
    for part in 0..<5 {
      monitor.report("part \(part)/5")
      try monitor.checkCancellation()
      if configuration.pauseMilliseconds > 0 {
        usleep(UInt32(configuration.pauseMilliseconds) * 1000)
      }
      total += position[0] * Double(part) + velocity[1]
    }
    return RunResult(
      experiment: "walk", method: configuration.method.rawValue, seed: configuration.seed,
      scalars: ["total": total, "x": position[0], "y": position[1]],
      intervals: ["x": Interval(low: position[0] - 1, high: position[0] + 1)])
  }
}

/// A registry with the walk alone.
let walks: ExperimentRegistry = {
  var registry = ExperimentRegistry()
  registry.register(Walk.self)
  return registry
}()

/// A new folder that is deleted afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = NSTemporaryDirectory() + "tessera-\(UInt64.random(in: 0 ... .max))"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}
