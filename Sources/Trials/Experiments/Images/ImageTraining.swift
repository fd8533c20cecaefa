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

  private static var saved: [SavedPart<Self>] {
    [
      .parameters("model", \.model), .statistics("state", \.state),
      .optimizer("optimiser", steps: "optimiserSteps", \.optimiser),
      .estimator("estimator", \.estimator), .warnings("warnings", \.warnings),
    ]
  }

  /// Weights, moments, running statistics and the estimator, under the experiment's name.
  func checkpoint(_ name: String) throws -> Checkpoint {
    try Self.saved.checkpoint(of: self, name)
  }

  /// Continues from a saved state.
  mutating func restore(_ checkpoint: Checkpoint, _ name: String) throws {
    try Self.saved.restore(&self, from: checkpoint, name)
  }
}
