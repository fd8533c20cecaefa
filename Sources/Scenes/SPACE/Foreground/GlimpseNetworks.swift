/// The network that gives the posterior of an object's appearance from its glimpse `[glimpses, g, g, 3]`: rows of 32 means
/// and 32 numbers of which the deviations are the softplus (spec §3.4).
struct GlimpseEncoder<Scalar: TensorScalar>: Parameterized {
  var stages: ConvolutionStack<Scalar>
  var what: Dense<Scalar>

  struct Tape: Sendable {
    let stages: ConvolutionStack<Scalar>.Tape
    let what: Dense<Scalar>.Tape
  }

  static var parts: [Part<Self>] {
    [.part("stages", \.stages), .part("what", \.what)]
  }

  /// Glimpses of 32 are halved by stages 2, 4 and 5; of 16, by the last two; of 8, by the last. What is left is 4 × 4.
  init(_ architecture: SPACEArchitecture, random: Philox) {
    let width = architecture.width
    func halving(_ channels: Int, groups: Int, from glimpse: Int) -> StageSize {
      architecture.glimpse >= glimpse
        ? StageSize(width(channels), kernel: 4, stride: 2, padding: 1, groups: groups)
        : .same(width(channels), groups: groups)
    }
    stages = ConvolutionStack(
      inputs: 3,
      stages: [
        .same(width(16), groups: 4), halving(32, groups: 8, from: 32),
        .same(width(32), groups: 4), halving(64, groups: 8, from: 16),
        halving(128, groups: 8, from: 8), StageSize(width(256), kernel: 4, groups: 16),
      ], random: random.stream("stages"))
    what = Dense(
      inputs: width(256), outputs: 2 * SPACEArchitecture.whatSize, random: random.stream("what"))
  }

  func forward(_ glimpses: Tensor<Scalar>) -> (output: Tensor<Scalar>, tape: Tape) {
    let (code, stagesTape) = stages.forward(glimpses)
    let (output, whatTape) = what.forward(code.reshaped(to: [code.shape[0], code.shape[3]]))
    return (output, Tape(stages: stagesTape, what: whatTape))
  }

  func backward(_ dOutput: Tensor<Scalar>, through tape: Tape)
    -> (dGlimpses: Tensor<Scalar>, gradient: Gradient)
  {
    let (dCode, whatGradient) = what.backward(dOutput, through: tape.what)
    let (dGlimpses, stagesGradient) = stages.backward(
      dCode.reshaped(to: [dCode.shape[0], 1, 1, dCode.shape[1]]), through: tape.stages)
    let gradient = Gradient(of: self) {
      $0.stages = stagesGradient
      $0.what = whatGradient
    }
    return (dGlimpses, gradient)
  }
}

extension ConvolutionStack {
  /// The network that draws objects from their appearance `[glimpses, 1, 1, 32]`: glimpses `[glimpses, g, g, 4]` of colour
  /// and alpha, all in (0, 1) (spec §3.5).
  ///
  /// Smaller glimpses than 32 take the last of the five pairs of stages that grow.
  static func glimpseDecoder(_ architecture: SPACEArchitecture, random: Philox) -> ConvolutionStack
  {
    let width = architecture.width
    let steps = [(128, 16), (128, 16), (64, 8), (32, 8), (16, 4)]
    let growing = steps.suffix(architecture.glimpse.trailingZeroBitCount).flatMap {
      channels, groups in
      [
        StageSize.up(2, channels: width(channels), groups: groups),
        .same(width(channels), groups: groups),
      ]
    }
    return ConvolutionStack(
      inputs: SPACEArchitecture.whatSize,
      stages: [StageSize(width(256), kernel: 1, groups: 16)] + growing,
      head: Convolution(
        inputs: width(16), outputs: 4, kernel: 3, padding: 1, activation: .sigmoid,
        random: random.stream("head")), random: random)
  }
}
