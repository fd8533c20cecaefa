import Infomin
import Layers
import Storage
import TensorCore

/// Two Gaussian pairs lose their dependence: the cheapest test of a dependence term from end to end (spec §8.4).
///
/// The pairs' angles move by Adam against the gradient of the term; the true mutual information is known in closed form
/// and is what the run logs. One step of the run is ten optimisation steps.
public struct ToyGaussianExperiment: Experiment {
  /// The name in configs.
  public static let name = "toy-gaussian"
  /// For listings.
  public static let summary =
    "bring the mutual information of two Gaussian pairs to zero, where the truth is known"

  /// Optimisation steps of one step of the run, and of one entry of the result's trace.
  static let stride = (step: 10, trace: 100)

  let configuration: ToyGaussianConfiguration
  private let random: Philox
  private(set) var pairs: GaussianPairs<Float>
  private var optimiser: Adam<Float>
  private var estimator: any DependenceEstimator<Float>
  /// The true mutual information after 0, 100, … optimisation steps.
  private(set) var trace: [Double]

  /// Draws the critic's initial weights.
  public init(configuration: ToyGaussianConfiguration, environment: RunEnvironment) throws {
    self.configuration = configuration
    if configuration.method == .distance {
      try DistanceMemory.check(rows: configuration.batchSize, key: "batchSize")
    }
    random = Philox(seed: UInt64(configuration.seed)).stream("toy-gaussian")
    pairs = GaussianPairs(angle: Float(configuration.start), isWarped: configuration.warp)
    optimiser = Adam(learningRate: configuration.learningRate)
    estimator = Self.estimator(configuration, random: random.stream("critic"))
    trace = [pairs.mutualInformation]
  }

  /// A tenth of the optimisation steps.
  public var stepCount: Int { configuration.steps / Self.stride.step }

  private static func estimator(_ configuration: ToyGaussianConfiguration, random: Philox)
    -> any DependenceEstimator<Float>
  {
    let critic = configuration.critic
    // One pass over rows that are new each time: `critic.steps` steps of a batch.
    let training = InnerTraining(
      learningRate: critic.learningRate, batchSize: configuration.batchSize, passes: 1,
      firstPassIdle: false)
    switch configuration.method {
    case .slice:
      let slice = configuration.slice
      return SlicedTerm(
        SlicedDependence(sliceCount: slice.count, form: slice.form, ridge: slice.ridge))
    case .club:
      return ContinuedCLUB(
        inputs: 2, targets: 2, hidden: critic.hidden / 2, steps: critic.steps,
        learningRate: critic.learningRate, random: random)
    case .renyi:
      return NeuralRenyi(
        inputs: 2, targets: 2, hidden: [critic.hidden], training: training, random: random)
    case .tc:
      return NeuralTotalCorrelation(
        inputs: 2, targets: 2, hidden: critic.hidden, training: training, random: random)
    case .pearson: return PearsonTerm()
    case .distance: return DistanceCorrelation()
    }
  }

  /// How many fresh rows a max-step draws; 0 for terms that it does not fit.
  private var fitRows: Int {
    let rows = configuration.critic.steps * configuration.batchSize
    switch configuration.method {
    case .slice: return configuration.slice.rows
    case .club: return rows
    // A fifth of the rows is held out of their inner loop.
    case .renyi, .tc: return (rows * 5 + 3) / 4
    case .pearson, .distance: return 0
    }
  }

  /// Ten optimisation steps.
  public mutating func advance(step: Int, log: inout StepLog) throws {
    var value = 0.0
    for inner in 0..<Self.stride.step {
      value = try optimise(step * Self.stride.step + inner, log: &log)
    }
    log["loss/dependence"] = value
    log["mutual information/true"] = pairs.mutualInformation
    for (k, angle) in pairs.angles.scalars.enumerated() {
      log["correlation/pair \(k + 1)"] = Double.sin(2 * Double(angle))
    }
    let done = (step + 1) * Self.stride.step
    if done % Self.stride.trace == 0 { trace.append(pairs.mutualInformation) }
  }

  private mutating func optimise(_ step: Int, log: inout StepLog) throws -> Double {
    if fitRows > 0 {
      let (z, t, _) = sample(fitRows, random.stream("fit", step))
      let report = try estimator.fit(z, t, using: random.stream("max-step", step))
      log["dependence/fit in-sample"] = report.inSample
      if let heldOut = report.heldOut { log["dependence/fit held-out"] = heldOut }
    }
    let (z, t, tape) = sample(configuration.batchSize, random.stream("batch", step))
    let term = estimator.valueAndGradient(
      z, t, includingTarget: true, using: random.stream("objective", step))
    let gradient = pairs.backward(
      Tensor.concatenate([term.dZ, term.dT!], along: 1), through: tape
    ).gradient
    optimiser.update(&pairs, with: gradient)
    return Double(term.value)
  }

  private func sample(_ rows: Int, _ random: Philox)
    -> (z: Tensor<Float>, t: Tensor<Float>, tape: GaussianPairs<Float>.Tape)
  {
    var random = random
    let (y, tape) = pairs.forward(random.normal(shape: [rows, 4]))
    return (y.slice(0..<2, along: 1), y.slice(2..<4, along: 1), tape)
  }

  /// Angles, moments, the critic and the trace.
  public func checkpoint() throws -> Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.set("angles", pairs.angles)
    checkpoint.set("trace", StoredArray(trace))
    let state = optimiser.state
    checkpoint.set("optimiser steps", StoredArray([state.stepCount]))
    for (name, value) in state.tensors { checkpoint.set("optimiser/\(name)", value) }
    for (name, value) in estimator.state { checkpoint.set("estimator/\(name)", value) }
    return checkpoint
  }

  /// Continues from a saved state.
  public mutating func restore(_ checkpoint: Checkpoint) throws {
    func tensors(_ prefix: String) throws -> [String: Tensor<Float>] {
      var found: [String: Tensor<Float>] = [:]
      for name in checkpoint.tensors.keys where name.hasPrefix(prefix) {
        found[String(name.dropFirst(prefix.count))] = try checkpoint.tensor(name, as: Float.self)
      }
      return found
    }
    try pairs.setParameters(to: ["angles": try checkpoint.tensor("angles", as: Float.self)])
    trace = try checkpoint.array("trace").values()
    let steps = try checkpoint.integers("optimiser steps")[0]
    try optimiser.restore(OptimizerState(stepCount: steps, tensors: tensors("optimiser/")))
    try estimator.restore(tensors("estimator/"))
  }

  /// The true mutual information after every hundredth step, `mutual information.700`, and at the end.
  public mutating func finish(_ monitor: RunMonitor) throws -> RunResult {
    var scalars = ["mutual information.end": pairs.mutualInformation]
    for (index, value) in trace.enumerated() {
      scalars["mutual information.\(index * Self.stride.trace)"] = value
    }
    return RunResult(
      experiment: Self.name, method: configuration.method.label,
      protocolName: configuration.warp ? "warped" : "plain",
      dataset: "two Gaussian pairs", seed: configuration.seed, scalars: scalars,
      notes: ["mutual information in nats, from the angles in closed form"])
  }
}
