/// SPACE's foreground (Lin et al. 2020): what it takes to see objects in an image, one per cell of a grid, and to draw them.
///
/// An encoder says for each cell whether an object is there, how near, how large and where; glimpses under the boxes are
/// encoded to what the objects look like, decoded, and laid over each other. All latent variables are samples of
/// posteriors, the noise an argument. Images couple nowhere: callers give shards of a few images and run these in parallel.
public struct Foreground<Scalar: TensorScalar>: Parameterized {
  /// The sizes.
  public let architecture: SPACEArchitecture
  var cells: CellEncoder<Scalar>
  var encoder: GlimpseEncoder<Scalar>
  var decoder: ConvolutionStack<Scalar>

  /// Those of the networks `cells`, `encoder` and `decoder`: `cells.image.0.convolution.weight`, …
  public static var parts: [Part<Self>] {
    [.part("cells", \.cells), .part("encoder", \.encoder), .part("decoder", \.decoder)]
  }

  /// The networks as PyTorch starts them; each draws from a stream of its own name.
  public init(_ architecture: SPACEArchitecture, random: Philox) {
    self.architecture = architecture
    cells = CellEncoder(architecture, random: random.stream("cells"))
    encoder = GlimpseEncoder(architecture, random: random.stream("encoder"))
    decoder = .glimpseDecoder(architecture, random: random.stream("decoder"))
  }

  /// The objects of a pass, one per cell, row by row.
  public struct Objects: Sendable {
    /// The logits of the presence's posterior: `[batch, cells]`.
    public let presenceLogits: Tensor<Scalar>
    /// The samples of the presence, in (0, 1): `[batch, cells]`.
    public let presence: Tensor<Scalar>
    /// `(sx, sy, tx, ty)`, sizes as fractions of the image and middles from −1 to 1: `[batch, cells, 4]`.
    public let boxes: Tensor<Scalar>
    /// The samples of the depth; smaller is nearer: `[batch, cells]`.
    public let depth: Tensor<Scalar>
    /// The samples of the appearance: `[batch, cells, 32]`.
    public let what: Tensor<Scalar>
    /// The decoded glimpses, red, green, blue and alpha: `[batch, cells, glimpse, glimpse, 4]`.
    public let pixels: Tensor<Scalar>

    /// The decoded colours: `[batch, cells, glimpse, glimpse, 3]`.
    public var colour: Tensor<Scalar> { pixels.slice(0..<3, along: 4) }
    /// The decoded alphas: `[batch, cells, glimpse, glimpse, 1]`.
    public var alpha: Tensor<Scalar> { pixels.slice(3..<4, along: 4) }
  }

  /// The Kullback–Leibler divergences of the posteriors from the prior, summed over all cells; one number an image.
  public struct Divergence: Sendable {
    /// Of presence, depth, scale, shift and appearance.
    public let presence, depth, scale, shift, what: [Double]

    /// The sum of all five, that of appearance weighted.
    public func total(appearanceWeight: Double = 1) -> [Double] {
      presence.indices.map {
        presence[$0] + depth[$0] + scale[$0] + shift[$0] + appearanceWeight * what[$0]
      }
    }
  }

  /// What a pass gives.
  public struct Output: Sendable {
    /// `y_fg`, in which alpha already is: `[batch, height, width, 3]`.
    public let image: Tensor<Scalar>
    /// `[batch, height, width, 1]`.
    public let alpha: Tensor<Scalar>
    /// The boundary loss of each image, 0 when it is off.
    public let boundary: [Double]
    /// The divergences of each image.
    public let divergence: Divergence
    /// The objects.
    public let objects: Objects
  }

  /// What the backward pass reads: of the networks what their convolutions gave, the samples, and the canvas. Normalised
  /// activations and drawn objects are recomputed.
  public struct Tape: Sendable {
    let cells: CellEncoder<Scalar>.Tape
    let latents: CellLatents<Scalar>
    let read: SpatialRead<Scalar>.Tape
    let encoder: GlimpseEncoder<Scalar>.Tape
    let what: NormalPosterior<Scalar>
    let appearanceWeight: Scalar
    let decoder: ConvolutionStack<Scalar>.Tape
    let canvas: Compositor<Scalar>.Tape
  }
}
