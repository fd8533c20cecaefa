import Layers
import TensorCore

/// A model that decomposes images into objects and background, trained by the gradient of one number.
///
/// SPACE conforms; models that it is compared with share this face, so that one training loop, one evaluation and one set
/// of pictures serve them all. Images are `[batch, height, width, 3]` in 0…1.
public protocol SceneModel: Parameterized {
  /// What moves without a gradient, such as running statistics: it goes into a step and comes back.
  associatedtype State: SceneModelState where State.Scalar == Scalar

  /// Height and width of its images.
  var image: PlaneSize { get }
  /// The state before training.
  var initialState: State { get }

  /// The loss of a batch at a training step, its terms and its gradient.
  ///
  /// Every random number is a function of the stream, the step and the sample's place in the batch.
  func evaluate(
    _ x: Tensor<Scalar>, at step: Int, _ state: State, random: Philox
  ) -> SceneEvaluation<Gradient, State>

  /// What the model sees in images.
  func decompose(_ x: Tensor<Scalar>, _ state: State, latents: SceneLatents)
    -> SceneDecomposition<Scalar>
}

/// Moving state as named tensors, for checkpoints.
public protocol SceneModelState<Scalar>: Sendable, Equatable {
  /// The type of the tensors' elements.
  associatedtype Scalar: TensorScalar
  /// Names and values in a fixed order.
  var namedTensors: [(name: String, value: Tensor<Scalar>)] { get }
  /// Replaces all tensors by those of the same names.
  ///
  /// - Throws: ``ParameterError`` if one is missing, has another shape, or is not of this state.
  mutating func setTensors(to tensors: [String: Tensor<Scalar>]) throws(ParameterError)
}

/// How latent variables are chosen where no gradient is wanted.
public enum SceneLatents: Sendable, Hashable {
  /// The means of the posteriors; what is present is what has a probability above one half.
  case means
  /// Samples of the posteriors, as the authors' evaluation does.
  case samples(Philox)
}

/// What one training step finds.
public struct SceneEvaluation<Gradient: Sendable, State: Sendable>: Sendable {
  /// The number that is differentiated: a mean over the batch, in nats.
  public let loss: Double
  /// Its parts and what else is worth a curve, as means over the batch, in the order of listings.
  public let terms: [(name: String, value: Double)]
  /// The gradient of the loss.
  public var gradient: Gradient
  /// The state after the step.
  public let state: State

  /// An evaluation of these parts.
  public init(
    loss: Double, terms: [(name: String, value: Double)], gradient: Gradient, state: State
  ) {
    self.loss = loss
    self.terms = terms
    self.gradient = gradient
    self.state = state
  }
}

/// An object that a model finds: a box on the image, in fractions of its width and height.
public struct SceneDetection: Sendable, Equatable {
  /// The centre.
  public let x, y: Double
  /// The extents.
  public let width, height: Double
  /// How sure the model is, in 0…1.
  public let confidence: Double
  /// The place of the object among the model's slots.
  public let slot: Int

  /// A box of these parts.
  public init(x: Double, y: Double, width: Double, height: Double, confidence: Double, slot: Int) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
    (self.confidence, self.slot) = (confidence, slot)
  }
}

/// What a model sees in a batch of images.
public struct SceneDecomposition<Scalar: TensorScalar>: Sendable {
  /// The images as the model draws them, `[batch, height, width, 3]`.
  public let reconstruction: Tensor<Scalar>
  /// The foreground alone, weighted by alpha, `[batch, height, width, 3]`.
  public let foreground: Tensor<Scalar>
  /// The share of the foreground in each pixel, `[batch, height, width, 1]`.
  public let alpha: Tensor<Scalar>
  /// The weights of the background's segments, `[batch, K, height, width, 1]`; they sum to 1.
  public let segmentWeights: Tensor<Scalar>
  /// The colours of the background's segments, `[batch, K, height, width, 3]`.
  public let segments: Tensor<Scalar>
  /// The objects of each image that are more likely present than not, in the order of slots; their boxes are not clipped.
  public let objects: [[SceneDetection]]
  /// Which slot draws each pixel, −1 where the background has the larger share, `[batch][height · width]`.
  public let owners: [[Int]]
  /// The log-likelihood of each image, in nats.
  public let logLikelihood: [Double]
}
