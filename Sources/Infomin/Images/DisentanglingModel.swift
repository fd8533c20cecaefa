import Layers
import TensorCore

/// The network that learns a representation without a label (Chen et al. 2022, official code): a content encoder `E₁`, whose `z`
/// is to say nothing of the label `t`, a label encoder `E₂` with a head that predicts `t`, and a decoder `G(z, onehot t)`.
///
/// The objective is `reconstruction · MSE(G(E₁(x), onehot t), x) + label · CE(head(E₂(x)), t) + dependence · J(E₁(x), onehot t)`.
/// Images are `[images, 32, 32, channels]` in 0…1.
public struct DisentanglingModel<Scalar: TensorScalar>: Parameterized {
  /// `E₁`.
  public var content: ImageEncoder<Scalar>
  /// `E₂`.
  public var label: ImageEncoder<Scalar>
  /// The classifier on `E₂(x)`.
  public var head: ClassifierHead<Scalar>
  /// `G`.
  public var decoder: ImageDecoder<Scalar>
  /// Whether the head's probabilities are taken for logits once more, as in the authors' code; its loss then cannot fall below
  /// `ln(e + classes − 1) − 1`.
  public var doubleSoftmax = false

  /// The running statistics of all parts.
  public struct State: NormalizationState {
    /// Those of the encoders.
    public var content, label: ImageEncoder<Scalar>.State
    /// Those of the head.
    public var head: ClassifierHead<Scalar>.State
    /// Those of the decoder.
    public var decoder: ImageDecoder<Scalar>.State

    /// `content`, `label`, `head`, `decoder`.
    public static var parts:
      [(name: String, path: WritableKeyPath<State, [BatchNorm<Scalar>.State]>)]
    {
      [
        ("content", \.content.norms), ("label", \.label.norms), ("head", \.head.norms),
        ("decoder", \.decoder.norms),
      ]
    }
  }

  /// The factors of the objective's terms: `α`, `β` and `γ`.
  public struct Weights: Sendable, Hashable {
    /// `α`, of the mean squared error over all pixels and channels.
    public var reconstruction: Double
    /// `β`, of the label head's cross-entropy.
    public var label: Double
    /// `γ`, of the dependence.
    public var dependence: Double

    /// The given factors.
    public init(reconstruction: Double = 1, label: Double = 1, dependence: Double = 0.1) {
      self.reconstruction = reconstruction
      self.label = label
      self.dependence = dependence
    }
  }

  /// The objective's terms on a batch, before their factors.
  public struct Losses: Sendable, Hashable {
    /// The mean squared error.
    public var reconstruction: Double
    /// The label head's cross-entropy.
    public var label: Double
    /// `J`; 0 where its factor is 0.
    public var dependence: Double
    /// The terms times their factors, added up.
    public var total: Double
    /// The share of labels that the head found.
    public var labelAccuracy: Double
  }

  /// `content.convolutions.0.convolution.weight`, …, `label.…`, `head.output.weight`, `head.output.bias`, `decoder.…`.
  public static var parts: [Part<Self>] {
    [
      .part("content", \.content), .part("label", \.label), .part("head", \.head),
      .part("decoder", \.decoder),
    ]
  }

  /// A model before training.
  ///
  /// - Parameters:
  ///   - channels: those of the images.
  ///   - classes: the labels' values; also the numbers that the decoder reads beside `z`.
  ///   - outputs: the numbers of each representation; the authors have 256.
  ///   - widthDivisor: what the hidden widths are divided by.
  ///   - random: the parts draw from the child streams `content`, `label`, `head` and `decoder`.
  public init(
    channels: Int, classes: Int, outputs: Int = 256, widthDivisor: Int = 1,
    doubleSoftmax: Bool = false, random: Philox
  ) {
    content = ImageEncoder(
      .disentangling, channels: channels, outputs: outputs, widthDivisor: widthDivisor,
      random: random.stream("content"))
    label = ImageEncoder(
      .disentangling, channels: channels, outputs: outputs, widthDivisor: widthDivisor,
      random: random.stream("label"))
    head = ClassifierHead(
      inputs: outputs, hidden: nil, classes: classes, random: random.stream("head"))
    decoder = ImageDecoder(
      inputs: outputs + classes, channels: channels, widthDivisor: widthDivisor,
      random: random.stream("decoder"))
    self.doubleSoftmax = doubleSoftmax
  }

  /// The labels' values.
  public var classes: Int { head.classes }

  /// The statistics before training.
  public var initialState: State {
    State(
      content: content.initialState, label: label.initialState, head: head.initialState,
      decoder: decoder.initialState)
  }

  /// The reconstruction of images with their `z` and other labels, by the running statistics: `G(z, onehot labels)`.
  public func decode(_ z: Tensor<Scalar>, labels: [Int], _ state: State) -> Tensor<Scalar> {
    checkLabels(labels, images: z.shape[0], classes: classes, "DisentanglingModel.decode")
    return decoder(
      .concatenate([z, .oneHot(labels, classCount: classes)], along: 1), state.decoder)
  }

  /// The label head's logits, by the running statistics, `[images, classes]`.
  public func labelLogits(_ x: Tensor<Scalar>, _ state: State) -> Tensor<Scalar> {
    head(label(x, state.label), state.head)
  }
}
