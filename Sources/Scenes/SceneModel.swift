import Layers
import Metrics
import TensorCore

/// A model that decomposes images into objects and background.
///
/// Models that are compared share this face, so that one training loop, one evaluation and one set of pictures serve them all; how
/// one is trained is its ``SceneTrainer``'s business. Images are `[batch, height, width, 3]` in 0…1.
public protocol SceneModel<Scalar>: Parameterized {
  /// What moves without a gradient, such as running statistics: it goes into a step and comes back.
  associatedtype State: SceneModelState where State.Scalar == Scalar

  /// Height and width of its images.
  var image: PlaneSize { get }
  /// The state before training.
  var initialState: State { get }

  /// What the model sees in images.
  func decompose(_ x: Tensor<Scalar>, _ state: State, latents: SceneLatents)
    -> SceneDecomposition<Scalar>

  /// The pieces that the model draws one image of, `[1, height, width, 3]`, at the posteriors' means.
  func pieces(of x: Tensor<Scalar>, _ state: State) -> ScenePieces<Scalar>

  /// One image, `[1, height, width, 3]`, redrawn with one latent number of one object set to each of several values: a row per
  /// number.
  func traversals(of x: Tensor<Scalar>, _ state: State, values: [Double])
    -> [SceneTraversal<Scalar>]

  /// Images drawn from the prior, `[count, height, width, 3]`; `nil` for a model that has none.
  func sample(count: Int, _ state: State, using random: Philox) -> Tensor<Scalar>?
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

/// The state of a model in which nothing moves without a gradient.
public struct NoSceneState<Scalar: TensorScalar>: SceneModelState {
  /// The only value.
  public init() {}
  /// None.
  public var namedTensors: [(name: String, value: Tensor<Scalar>)] { [] }
  /// Accepts no tensor.
  public mutating func setTensors(to tensors: [String: Tensor<Scalar>]) throws(ParameterError) {
    if let name = tensors.keys.min() { throw .unexpected(name: name, expected: ["none"]) }
  }
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

/// An object that a model finds on an image.
public struct SceneDetection: Sendable, Equatable {
  /// Its box, and how sure the model is, in 0…1.
  public let detection: Detection
  /// The place of the object among the model's slots.
  public let slot: Int

  /// An object of these parts.
  public init(_ detection: Detection, slot: Int) {
    self.detection = detection
    self.slot = slot
  }
}

/// What a model sees in a batch of images.
public struct SceneDecomposition<Scalar: TensorScalar>: Sendable {
  /// What a model draws through windows of its own over the segments.
  public struct Foreground: Sendable {
    /// Its colours, weighted by alpha, `[batch, height, width, 3]`.
    public let image: Tensor<Scalar>
    /// Its share of each pixel, `[batch, height, width, 1]`.
    public let alpha: Tensor<Scalar>
  }

  /// The images as the model draws them, `[batch, height, width, 3]`.
  public let reconstruction: Tensor<Scalar>
  /// What lies over the segments; `nil` for a model that has segments alone.
  public let foreground: Foreground?
  /// The weights of the segments, which cover the whole image, `[batch, K, height, width, 1]`; they sum to 1.
  public let masks: Tensor<Scalar>
  /// The colours of the segments, `[batch, K, height, width, 3]`.
  public let appearances: Tensor<Scalar>
  /// The objects of each image that are more likely present than not, in the order of slots; their boxes are not clipped.
  public let objects: [[SceneDetection]]
  /// The slot of the object that each pixel belongs to, −1 for the background, `[batch][height · width]`.
  public let owners: [[Int]]
  /// The log-likelihood of each image, in nats; `nil` for a model without one.
  public let logLikelihood: [Double]?

  /// A decomposition of these parts.
  public init(
    reconstruction: Tensor<Scalar>, foreground: (image: Tensor<Scalar>, alpha: Tensor<Scalar>)?,
    masks: Tensor<Scalar>, appearances: Tensor<Scalar>, objects: [[SceneDetection]],
    owners: [[Int]], logLikelihood: [Double]?
  ) {
    self.reconstruction = reconstruction
    self.foreground = foreground.map { Foreground(image: $0.image, alpha: $0.alpha) }
    self.masks = masks
    self.appearances = appearances
    self.objects = objects
    self.owners = owners
    self.logLikelihood = logLikelihood
  }
}

/// The pieces that a model draws an image of: glimpses of cells, or the segments of slots.
public struct ScenePieces<Scalar: TensorScalar>: Sendable {
  /// What they are called in pictures, such as `glimpses`.
  public let name: String
  /// What a reader of the picture must know.
  public let caption: String
  /// Their colours, `[pieces, height, width, 3]`.
  public let colours: Tensor<Scalar>
  /// Where each is opaque, `[pieces, height, width, 1]`.
  public let alphas: Tensor<Scalar>
  /// How sure the model is of each, in 0…1.
  public let presence: [Double]

  /// Pieces of these parts.
  public init(
    name: String, caption: String, colours: Tensor<Scalar>, alphas: Tensor<Scalar>,
    presence: [Double]
  ) {
    self.name = name
    self.caption = caption
    self.colours = colours
    self.alphas = alphas
    self.presence = presence
  }
}

/// An image at several values of one latent number.
public struct SceneTraversal<Scalar: TensorScalar>: Sendable {
  /// The number's name, such as `what 3`.
  public let name: String
  /// The images, `[values, height, width, 3]`.
  public let images: Tensor<Scalar>

  /// A traversal of these parts.
  public init(name: String, images: Tensor<Scalar>) {
    self.name = name
    self.images = images
  }
}
