import Layers
import TensorCore

/// The network of domain adaptation (Chen et al. 2022, official code): a content encoder and a domain encoder, each with a
/// classifier; the content classifier sees labels of the source domain alone.
///
/// The objective is `content · CE(head(z_c), label) over the source + domain · CE(head(z_d), domain) + dependence · J(z_c, z_d)`,
/// so that `z_c` is to say nothing of the domain and to serve the target as well. Images are `[images, 32, 32, channels]`.
public struct AdaptationModel<Scalar: TensorScalar>: Parameterized {
  /// To `z_c`.
  public var content: ImageEncoder<Scalar>
  /// To `z_d`.
  public var domain: ImageEncoder<Scalar>
  /// From `z_c` to the classes.
  public var contentHead: ClassifierHead<Scalar>
  /// From `z_d` to the two domains: 0 the source, 1 the target.
  public var domainHead: ClassifierHead<Scalar>

  /// The running statistics of all parts.
  public struct State: NormalizationState {
    /// Those of the encoders.
    public var content, domain: ImageEncoder<Scalar>.State
    /// Those of the heads.
    public var contentHead, domainHead: ClassifierHead<Scalar>.State

    /// `content`, `domain`, `contentHead`, `domainHead`.
    public static var parts:
      [(name: String, path: WritableKeyPath<State, [BatchNorm<Scalar>.State]>)]
    {
      [
        ("content", \.content.norms), ("domain", \.domain.norms),
        ("contentHead", \.contentHead.norms), ("domainHead", \.domainHead.norms),
      ]
    }
  }

  /// The factors of the objective's terms: `α`, `β` and `γ`.
  public struct Weights: Sendable, Hashable {
    /// `α`, of the content's cross-entropy over the source.
    public var content: Double
    /// `β`, of the domain's cross-entropy.
    public var domain: Double
    /// `γ`, of the dependence.
    public var dependence: Double

    /// The given factors.
    public init(content: Double = 1, domain: Double = 1, dependence: Double = 0.1) {
      self.content = content
      self.domain = domain
      self.dependence = dependence
    }
  }

  /// The objective's terms on a batch, before their factors.
  public struct Losses: Sendable, Hashable {
    /// The cross-entropy of the content on the source images.
    public var content: Double
    /// The cross-entropy of the domain on all images.
    public var domain: Double
    /// `J`; 0 where its factor is 0.
    public var dependence: Double
    /// The terms times their factors, added up.
    public var total: Double
    /// The share of the source's labels that were found.
    public var contentAccuracy: Double
    /// The share of domains that were found.
    public var domainAccuracy: Double
  }

  /// `content.…`, `domain.…`, `contentHead.hidden.dense.weight`, …, `domainHead.output.bias`.
  public static var parts: [Part<Self>] {
    [
      .part("content", \.content), .part("domain", \.domain), .part("contentHead", \.contentHead),
      .part("domainHead", \.domainHead),
    ]
  }

  /// A model before training.
  ///
  /// - Parameters:
  ///   - channels: those of the images.
  ///   - classes: the labels' values.
  ///   - outputs: the numbers of each representation, and the hidden numbers of each head; the authors have 128.
  ///   - widthDivisor: what the encoders' hidden widths are divided by.
  ///   - random: the parts draw from the child streams `content`, `domain`, `contentHead` and `domainHead`.
  public init(
    channels: Int = 3, classes: Int, outputs: Int = 128, widthDivisor: Int = 1, random: Philox
  ) {
    content = ImageEncoder(
      .adapting, channels: channels, outputs: outputs, widthDivisor: widthDivisor,
      random: random.stream("content"))
    domain = ImageEncoder(
      .adapting, channels: channels, outputs: outputs, widthDivisor: widthDivisor,
      random: random.stream("domain"))
    contentHead = ClassifierHead(
      inputs: outputs, hidden: outputs, classes: classes, random: random.stream("contentHead"))
    domainHead = ClassifierHead(
      inputs: outputs, hidden: outputs, classes: 2, random: random.stream("domainHead"))
  }

  /// The labels' values.
  public var classes: Int { contentHead.classes }

  /// The statistics before training.
  public var initialState: State {
    State(
      content: content.initialState, domain: domain.initialState,
      contentHead: contentHead.initialState, domainHead: domainHead.initialState)
  }

  /// The content classifier's logits, by the running statistics, `[images, classes]`.
  public func contentLogits(_ x: Tensor<Scalar>, _ state: State) -> Tensor<Scalar> {
    contentHead(content(x, state.content), state.contentHead)
  }

  /// The domain classifier's logits, by the running statistics, `[images, 2]`.
  public func domainLogits(_ x: Tensor<Scalar>, _ state: State) -> Tensor<Scalar> {
    domainHead(domain(x, state.domain), state.domainHead)
  }
}
