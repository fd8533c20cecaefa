/// The network that looks at an image and says, for each cell of the grid, where an object may be: the image encoder with
/// its lateral stages, and one linear map a latent variable (Lin et al. 2020; spec §3.1).
///
/// An image `[batch, side, side, 3]` becomes features `[batch, G, G, channels]`; the maps give rows, one per cell.
struct CellEncoder<Scalar: TensorScalar>: Parameterized {
  /// The image becomes a grid.
  var image: ConvolutionStack<Scalar>
  /// Two stages more, joined with what went in, and one stage over both.
  var lateral, joined: ConvolutionStack<Scalar>
  /// Logit of the presence; mean and deviation of depth, scale and shift.
  var presence, depth, scale, shift: Dense<Scalar>

  /// What the maps give, one row per cell: `[batch · cells, 1, 2, 4 and 4]`.
  struct Output {
    var presence, depth, scale, shift: Tensor<Scalar>
  }

  struct Tape: Sendable {
    let image, lateral, joined: ConvolutionStack<Scalar>.Tape
    let features: Shape
    let presence, depth, scale, shift: Dense<Scalar>.Tape
  }

  static var parts: [Part<Self>] {
    [
      .part("image", \.image), .part("lateral", \.lateral), .part("joined", \.joined),
      .part("scale", \.scale), .part("shift", \.shift), .part("presence", \.presence),
      .part("depth", \.depth),
    ]
  }

  init(_ architecture: SPACEArchitecture, random: Philox) {
    let width = architecture.width
    image = ConvolutionStack(
      inputs: 3, stages: Self.imageStages(architecture), random: random.stream("image"))
    lateral = ConvolutionStack(
      inputs: width(128),
      stages: [.same(width(128), groups: 16), .same(width(128), groups: 16)],
      random: random.stream("lateral"))
    joined = ConvolutionStack(
      inputs: 2 * width(128), stages: [.same(width(128), groups: 16)],
      random: random.stream("joined"))
    func head(_ name: String, _ outputs: Int) -> Dense<Scalar> {
      Dense(inputs: width(128), outputs: outputs, random: random.stream(name))
    }
    presence = head("presence", 1)
    depth = head("depth", 2)
    scale = head("scale", 4)
    shift = head("shift", 4)
  }

  /// The halvings that the grid asks for go to the stages in the order 1, 2, 3, 5, 4, counted from one: with it, the
  /// authors' grids of 4, 8 and 16 get their strides.
  static func imageStages(_ architecture: SPACEArchitecture) -> [StageSize] {
    let halved = [0, 1, 2, 4, 3].prefix(architecture.halvings)
    let width = architecture.width
    func early(_ index: Int, _ channels: Int, groups: Int) -> StageSize {
      halved.contains(index)
        ? StageSize(width(channels), kernel: 4, stride: 2, padding: 1, groups: groups)
        : .same(width(channels), groups: groups)
    }
    func late(_ index: Int, _ channels: Int, groups: Int) -> StageSize {
      StageSize(
        width(channels), kernel: 3, stride: halved.contains(index) ? 2 : 1, padding: 1,
        groups: groups)
    }
    return [
      early(0, 16, groups: 4), early(1, 32, groups: 8), early(2, 64, groups: 8),
      late(3, 128, groups: 16), late(4, 256, groups: 32),
      StageSize(width(128), kernel: 1, groups: 16),
    ]
  }

  func forward(_ x: Tensor<Scalar>) -> (output: Output, tape: Tape) {
    let (e, imageTape) = image.forward(x)
    let (l, lateralTape) = lateral.forward(e)
    let (f, joinedTape) = joined.forward(Tensor.concatenate([e, l], along: 3))
    let rows = f.reshaped(to: [f.shape[0] * f.shape[1] * f.shape[2], f.shape[3]])
    let (presence, presenceTape) = self.presence.forward(rows)
    let (depth, depthTape) = self.depth.forward(rows)
    let (scale, scaleTape) = self.scale.forward(rows)
    let (shift, shiftTape) = self.shift.forward(rows)
    return (
      Output(presence: presence, depth: depth, scale: scale, shift: shift),
      Tape(
        image: imageTape, lateral: lateralTape, joined: joinedTape, features: f.shape,
        presence: presenceTape, depth: depthTape, scale: scaleTape, shift: shiftTape)
    )
  }

  func backward(_ d: Output, through tape: Tape) -> Gradient {
    let presence = self.presence.backward(d.presence, through: tape.presence)
    let depth = self.depth.backward(d.depth, through: tape.depth)
    let scale = self.scale.backward(d.scale, through: tape.scale)
    let shift = self.shift.backward(d.shift, through: tape.shift)
    var dRows = presence.dx
    dRows += depth.dx
    dRows += scale.dx
    dRows += shift.dx
    let joined = self.joined.backward(dRows.reshaped(to: tape.features), through: tape.joined)
    let channels = tape.features[3]
    let lateral = self.lateral.backward(
      joined.dx.slice(channels..<2 * channels, along: 3), through: tape.lateral)
    var dImage = joined.dx.slice(0..<channels, along: 3)
    dImage += lateral.dx
    let image = self.image.backward(dImage, through: tape.image, needsInputGradient: false)
    return Gradient(of: self) {
      $0.image = image.gradient
      $0.lateral = lateral.gradient
      $0.joined = joined.gradient
      $0.scale = scale.gradient
      $0.shift = shift.gradient
      $0.presence = presence.gradient
      $0.depth = depth.gradient
    }
  }
}
