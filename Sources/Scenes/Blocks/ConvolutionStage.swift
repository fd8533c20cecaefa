/// A convolution with CELU, its channels laid out as pixels where the image grows, then group normalisation: the stage of
/// which SPACE's networks are made (Lin et al. 2020; the normalisation stands after the activation).
///
/// With an `upFactor` `r` the convolution has `r²` times the channels of the output, which is `r` times as wide and high.
/// Activation and pixel shuffle commute; here the activation comes first, in the convolution's registers.
public struct ConvolutionStage<Scalar: TensorScalar>: Parameterized {
  /// The convolution, with CELU.
  public var convolution: Convolution<Scalar>
  /// The normalisation.
  public var norm: GroupNorm<Scalar>
  /// How many times the sides grow after the convolution.
  public let upFactor: Int

  /// `convolution.weight`, `convolution.bias`, `norm.scale`, `norm.shift`.
  public static var parts: [Part<Self>] {
    [.part("convolution", \.convolution), .part("norm", \.norm)]
  }

  /// A stage started as PyTorch starts its layers, from the child streams `weight` and `bias` of `random`.
  public init(inputs: Int, size: StageSize, random: Philox) {
    require(
      size.upFactor >= 1, "ConvolutionStage: upFactor must be at least 1, got \(size.upFactor)")
    convolution = Convolution(
      inputs: inputs, outputs: size.channels * size.upFactor * size.upFactor,
      kernel: PlaneSize(size.kernel), strides: PlaneSize(size.stride),
      padding: PlaneSize(size.padding), activation: .celu(1), random: random)
    norm = GroupNorm(channels: size.channels, groups: size.groups)
    upFactor = size.upFactor
  }

  /// What the convolution gave, laid out as the output is, with the statistics of its groups: all that is kept. The output
  /// is made of it when it is needed.
  func forward(_ x: Tensor<Scalar>) -> GroupNorm<Scalar>.Tape {
    norm.statistics(of: convolution.subpixels(x, factor: upFactor))
  }

  /// The gradients for `dy`, with the input of the pass.
  func backward(
    _ dy: Tensor<Scalar>, input x: Tensor<Scalar>, through tape: GroupNorm<Scalar>.Tape,
    needsInputGradient: Bool
  ) -> (dx: Tensor<Scalar>?, gradient: Gradient) {
    let (du, normGradient) = norm.backward(dy, through: tape, behind: convolution.activation)
    let (dx, gradient) = convolution.backward(
      subpixels: du, factor: upFactor, input: x, needsInputGradient: needsInputGradient)
    let both = Gradient(of: self) {
      $0.convolution = gradient
      $0.norm = normGradient
    }
    return (dx, both)
  }
}
