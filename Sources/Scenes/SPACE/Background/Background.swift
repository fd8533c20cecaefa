/// The background of SPACE (Lin et al. 2020, section 2.2): `K` segments whose masks are drawn one after the other, each
/// with its own appearance.
///
/// An image code and the masks' latents before give `z_m,k`; decoded masks share each pixel out by stick breaking, the last
/// component taking the rest; mask and image give `z_c,k`, which is decoded to a colour at each pixel. Priors are learned:
/// `p(z_m,k | z_m,<k)` and `p(z_c,k | z_m,k)`.
///
/// - Note: the authors decode a mask for the last component as well and do not read it; here there is none. With one
///   component no mask is decoded at all and its weight is 1, but `z_m,1`, its divergence and `p(z_c,1 | z_m,1)` are as with
///   several; the colours come from the authors' stronger decoder, which has no batch normalisation.
public struct Background<Scalar: TensorScalar>: Parameterized {
  /// The sizes.
  public let architecture: SPACEArchitecture
  /// From the image to its code, `[batch, 64]`, before ELU.
  var imageEncoder: ConvolutionalEncoder<Scalar>
  /// `q(z_m,k | z_m,<k, x)`.
  var maskPosterior: RecurrentPosterior<Scalar>
  /// From `z_m,k` to the share of what is left; none with one component.
  var maskDecoder: PlaneDecoder<Scalar>?
  /// From `[log(π_k + 1e-5), x]` to mean and deviation of `z_c,k`.
  var componentEncoder: ConvolutionalEncoder<Scalar>
  /// From `z_c,k` to colours, with several components.
  var componentDecoder: BroadcastDecoder<Scalar>?
  /// From `z_c,1` to colours, with one component.
  var singleDecoder: PlaneDecoder<Scalar>?
  /// `p(z_m,k | z_m,<k)`.
  var maskPrior: RecurrentNormal<Scalar>
  /// `p(z_c,k | z_m,k)`.
  var componentPrior: MLP<Scalar>

  /// The numbers of the image code.
  static var codeSize: Int { 64 }
  /// Added to a component's weight before its logarithm.
  static var weightEpsilon: Scalar { 1e-5 }

  /// A background started as PyTorch starts its layers; each draws from the stream of its name. Learned states are zero.
  public init(_ architecture: SPACEArchitecture, random: Philox) {
    let (side, latents) = (architecture.side, SPACEArchitecture.backgroundSize)
    let width = architecture.width
    self.architecture = architecture
    imageEncoder = ConvolutionalEncoder(
      side: side, widths: [3] + Array(repeating: width(64), count: 4), outputs: Self.codeSize,
      random: random.stream("imageEncoder"))
    maskPosterior = RecurrentPosterior(
      code: Self.codeSize, latents: latents, hidden: SPACEArchitecture.recurrentSize,
      random: random.stream("maskPosterior"))
    componentEncoder = ConvolutionalEncoder(
      side: side, widths: [4, width(32), width(32), width(64), width(64)], outputs: 2 * latents,
      random: random.stream("componentEncoder"))
    let (larger, smaller) = architecture.lastUpFactors
    if architecture.components > 1 {
      maskDecoder = PlaneDecoder(
        inputs: latents, growingBy: [4, 2, larger, smaller], channels: 1,
        widthDivisor: architecture.widthDivisor,
        random: random.stream("maskDecoder"))
      componentDecoder = BroadcastDecoder(
        side: side, latents: latents, channels: width(32),
        random: random.stream("componentDecoder"))
    } else {
      singleDecoder = PlaneDecoder(
        inputs: latents, growingBy: [4, larger, 2, smaller], channels: 3,
        widthDivisor: architecture.widthDivisor,
        random: random.stream("singleDecoder"))
    }
    maskPrior = RecurrentNormal(
      inputs: latents, hidden: SPACEArchitecture.recurrentSize, outputs: latents,
      random: random.stream("maskPrior"))
    componentPrior = MLP(
      widths: [latents, 64, 64, 2 * latents], hidden: .elu(1),
      random: random.stream("componentPrior"))
  }

  /// `imageEncoder.convolutions.0.convolution.weight`, …; a decoder that the number of components does not call for is absent.
  public static var parts: [Part<Self>] {
    [
      .part("imageEncoder", \.imageEncoder),
      .part("maskPosterior", \.maskPosterior),
      .part("maskDecoder", \.maskDecoder),
      .part("componentEncoder", \.componentEncoder),
      .part("componentDecoder", \.componentDecoder),
      .part("singleDecoder", \.singleDecoder),
      .part("maskPrior", \.maskPrior),
      .part("componentPrior", \.componentPrior),
    ]
  }
}
