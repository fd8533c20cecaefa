import Layers
import TensorCore

/// A model of scenes while it is trained: its parameters, what moves beside them, and the optimisers.
///
/// The loop asks it for one step after the other and knows nothing of losses, schedules and phases. Every random number is a function
/// of the stream, the step and the sample's place in the batch, so that a run that goes on from a saved state is the same run.
public protocol SceneTrainer<Model>: Sendable {
  /// What is trained.
  associatedtype Model: SceneModel

  /// The model as it stands.
  var model: Model { get set }
  /// What moves without a gradient.
  var state: Model.State { get set }
  /// What the optimisers remember, for checkpoints.
  var optimizers: [SavedOptimizer<Model.Scalar>] { get }
  /// Brings back what ``optimizers`` gave.
  ///
  /// - Parameters:
  ///   - steps: the numbers of steps by their counters.
  ///   - tensors: what was remembered under a name.
  /// - Throws: ``ParameterError``, or what `tensors` throws.
  mutating func restoreOptimizers(
    steps: [String: Int], tensors: (String) throws -> [String: Tensor<Model.Scalar>]) throws

  /// Takes a gradient step on a batch. Where loss or gradient are not finite, nothing is changed.
  mutating func step(_ x: Tensor<Model.Scalar>, at step: Int, random: Philox) -> SceneStep

  /// How many steps of the whole model come before a step; negative in a phase that trains a part alone.
  func wholeStep(_ step: Int) -> Int
  /// What has been trained before the end of a step sees in images: of a part alone, what that part sees.
  func decompose(_ x: Tensor<Model.Scalar>, after step: Int, latents: SceneLatents)
    -> SceneDecomposition<Model.Scalar>
  /// The first sign in a step's terms that training has gone astray, in words; `nil` for none.
  func finding(in terms: [(name: String, value: Double)]) -> String?
}

extension SceneTrainer {
  /// Every step trains the whole model.
  public func wholeStep(_ step: Int) -> Int { step }
  /// What the model sees.
  public func decompose(_ x: Tensor<Model.Scalar>, after step: Int, latents: SceneLatents)
    -> SceneDecomposition<Model.Scalar>
  { model.decompose(x, state, latents: latents) }
  /// No sign.
  public func finding(in terms: [(name: String, value: Double)]) -> String? { nil }
}

/// What an optimiser remembers, with its names in a checkpoint.
public struct SavedOptimizer<Scalar: TensorScalar>: Sendable {
  /// What its tensors are saved under.
  public let name: String
  /// What its number of steps is saved as.
  public let counter: String
  /// The number of steps, and the tensors.
  public let state: OptimizerState<Scalar>

  /// A state under these names.
  public init(name: String, counter: String, state: OptimizerState<Scalar>) {
    self.name = name
    self.counter = counter
    self.state = state
  }
}

/// What a gradient step found.
public struct SceneStep: Sendable {
  /// The number that was differentiated: a mean over the batch, in nats or in the model's own unit.
  public let loss: Double
  /// Its parts and what else is worth a curve, as means over the batch, in the order of listings.
  public let terms: [(name: String, value: Double)]
  /// The Euclidean norm of the gradient before it was clipped.
  public let norm: Double
  /// The first parameter whose gradient is not finite, if any.
  public let culprit: String?

  /// Whether the step was taken.
  public var isFinite: Bool { loss.isFinite && norm.isFinite }

  /// A step; where its numbers are not finite, the gradient is searched for the first parameter to blame.
  public init<Model: Parameterized>(
    loss: Double, terms: [(name: String, value: Double)], norm: Double,
    gradient: ParameterGradient<Model>, prefix: String = ""
  ) {
    self.loss = loss
    self.terms = terms
    self.norm = norm
    culprit =
      loss.isFinite && norm.isFinite
      ? nil
      : gradient.named.first { _, value in
        value.withUnsafeBufferPointer { $0.contains { !$0.isFinite } }
      }.map { prefix + $0.name }
  }
}
