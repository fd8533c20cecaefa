extension Background {
  /// What moves beside the parameters while a background is trained: the running statistics of every batch normalisation.
  public struct State: NormalizationState {
    var imageEncoder, componentEncoder: [BatchNorm<Scalar>.State]
    /// Empty with one component, whose decoder has no batch normalisation.
    var componentDecoder: [BatchNorm<Scalar>.State]

    /// `imageEncoder`, `componentEncoder`, `componentDecoder`.
    public static var parts:
      [(name: String, path: WritableKeyPath<State, [BatchNorm<Scalar>.State]>)]
    {
      [
        ("imageEncoder", \.imageEncoder), ("componentEncoder", \.componentEncoder),
        ("componentDecoder", \.componentDecoder),
      ]
    }
  }

  /// The statistics before training: means 0, variances 1.
  public var initialState: State {
    State(
      imageEncoder: imageEncoder.convolutions.initialState,
      componentEncoder: componentEncoder.convolutions.initialState,
      componentDecoder: componentDecoder?.initialState ?? [])
  }

  /// The standard normal numbers of one pass.
  public struct Noise: Sendable {
    /// Those of the masks' latents, `[K, batch, 32]`.
    public var mask: Tensor<Scalar>
    /// Those of the appearances' latents, `[batch, K, 32]`.
    public var component: Tensor<Scalar>

    /// Noise of these parts.
    public init(mask: Tensor<Scalar>, component: Tensor<Scalar>) {
      self.mask = mask
      self.component = component
    }

    /// No noise: samples are means.
    public static func zeros(_ architecture: SPACEArchitecture, batch: Int) -> Noise {
      let (k, n) = (architecture.components, SPACEArchitecture.backgroundSize)
      return Noise(mask: .zeros([k, batch, n]), component: .zeros([batch, k, n]))
    }
  }

  /// What a pass gives.
  public struct Output: Sendable {
    /// `π_k`, `[batch, K, side, side, 1]`; they sum to 1 over the components.
    public let weights: Tensor<Scalar>
    /// `c_k`, `[batch, K, side, side, 3]`, from 0 to 1.
    public let components: Tensor<Scalar>
    /// `Σ_k KL(q(z_m,k) ‖ p(z_m,k | z_m,<k))` of each image.
    public let maskDivergence: [Double]
    /// `Σ_k KL(q(z_c,k) ‖ p(z_c,k | z_m,k))` of each image.
    public let componentDivergence: [Double]

    /// `Σ_k π_k c_k`, `[batch, side, side, 3]`.
    public var image: Tensor<Scalar> { (weights * components).sum(along: 1) }
  }

  /// Pictures drawn from the prior.
  public struct Sample: Sendable {
    /// `π_k`, `[count, K, side, side, 1]`.
    public let weights: Tensor<Scalar>
    /// `c_k`, `[count, K, side, side, 3]`.
    public let components: Tensor<Scalar>

    /// `Σ_k π_k c_k`, `[count, side, side, 3]`.
    public var image: Tensor<Scalar> { (weights * components).sum(along: 1) }
  }
}
