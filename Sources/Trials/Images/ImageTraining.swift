import Foundation
import Infomin
import Layers
import Storage
import TensorCore

/// What an experiment on images trains: a model with its running statistics, the dependence term and Adam.
///
/// It is all that moves in such an experiment, and so all that a checkpoint of it holds.
struct ImageTraining<Model: Parameterized<Float>, State: NormalizationState>
where State.Scalar == Float {
  private(set) var model: Model
  private(set) var state: State
  private(set) var estimator: any DependenceEstimator<Float>
  private var optimiser: Adam<Float>
  /// What the max-steps warned of, each once.
  private(set) var warnings: Set<String> = []

  /// A model before training; Adam has the betas of the authors' code, 0.5 and 0.999.
  init(_ model: Model, _ state: State, _ estimator: any DependenceEstimator<Float>) {
    self.model = model
    self.state = state
    self.estimator = estimator
    optimiser = Adam(beta1: 0.5, beta2: 0.999)
  }

  /// A max-step of the dependence term.
  mutating func fit(_ z: Tensor<Float>, _ t: Tensor<Float>, using random: Philox) throws
    -> FitReport
  {
    let report = try estimator.fit(z, t, using: random)
    if let warning = report.warning { warnings.insert(warning) }
    return report
  }

  /// A step of Adam, and the statistics after the batch.
  mutating func update(with gradient: Model.Gradient, state: State, rate: Double) {
    optimiser.learningRate = rate
    optimiser.update(&model, with: gradient)
    self.state = state
  }

  private struct Counters: Codable {
    var optimiserSteps: Int
    var warnings: [String]
  }

  /// Weights, moments, running statistics and the estimator, under the experiment's name.
  func checkpoint(_ name: String) throws -> Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.set(under: "model", model.namedParameters)
    checkpoint.set(under: "state", state.namedTensors)
    let adam = optimiser.state
    checkpoint.set(under: "optimiser", adam.tensors.map { ($0.key, $0.value) })
    checkpoint.set(under: "estimator", estimator.state.map { ($0.key, $0.value) })
    checkpoint.metadata[name] = try RunCoding.text(
      Counters(optimiserSteps: adam.stepCount, warnings: warnings.sorted()))
    return checkpoint
  }

  /// Continues from a saved state.
  mutating func restore(_ checkpoint: Checkpoint, _ name: String) throws {
    let counters = try RunCoding.decoder.decode(
      Counters.self, from: Data(checkpoint.text(name).utf8))
    try model.setParameters(to: checkpoint.tensors(under: "model"))
    try state.setTensors(to: checkpoint.tensors(under: "state"))
    try optimiser.restore(
      OptimizerState(
        stepCount: counters.optimiserSteps, tensors: checkpoint.tensors(under: "optimiser")))
    try estimator.restore(checkpoint.tensors(under: "estimator"))
    warnings = Set(counters.warnings)
  }
}
