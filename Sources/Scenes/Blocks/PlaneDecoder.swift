/// A decoder from one pixel to an image: stages that grow up to an eighth of the side or a little beyond, the finer ones, and a
/// 3 × 3 convolution with a sigmoid.
///
/// It makes the masks of several components, and the colours of a single one (the authors' "strong" decoder). `z` is
/// `[rows, latents]`, the output `[rows, side, side, channels]`.
struct PlaneDecoder<Scalar: TensorScalar>: Parameterized {
  /// The stages at low resolution, where most weights are: many rows at a time share the reading of these.
  var coarse: ConvolutionStack<Scalar>
  /// The stages at high resolution, where most pixels are: few rows at a time stay in the cache.
  var fine: ConvolutionStack<Scalar>
  /// The last convolution.
  var last: Convolution<Scalar>

  /// The stacks' tapes and the output; what the last convolution reads is recomputed.
  struct Tape: Sendable {
    let coarse, fine: ConvolutionStack<Scalar>.Tape
    let y: Tensor<Scalar>
  }

  /// `coarse.0.convolution.weight`, …, `fine.0.convolution.weight`, …, `last.weight`, `last.bias`.
  static var parts: [Part<Self>] {
    [.part("coarse", \.coarse), .part("fine", \.fine), .part("last", \.last)]
  }

  /// The decoder of images with `channels` channels that grows by four factors, in this order.
  ///
  /// - Parameter widthDivisor: what divides the channels of hidden layers: 256, 128, 64, 16.
  init(
    inputs: Int, growingBy factors: [Int], channels: Int, widthDivisor: Int, random: Philox
  ) {
    func width(_ channels: Int) -> Int { channels / widthDivisor }
    let sizes: [(channels: Int, groups: Int)] = [(256, 16), (128, 16), (64, 8), (16, 4)]
    let stages = zip(sizes, factors).map { size, factor -> [StageSize] in
      [
        .up(factor, channels: width(size.channels), groups: size.groups),
        .same(width(size.channels), groups: size.groups),
      ]
    }
    coarse = ConvolutionStack(
      inputs: inputs,
      stages: [StageSize(width(256), kernel: 1, groups: 16)] + stages[0] + stages[1],
      random: random.stream("coarse"))
    fine = ConvolutionStack(
      inputs: width(128), stages: stages[2] + stages[3] + [.same(width(16), groups: 4)],
      random: random.stream("fine"))
    last = Convolution(
      inputs: width(16), outputs: channels, kernel: 3, padding: 1, activation: .sigmoid,
      random: random.stream("last"))
  }

  /// The image, and what the backward pass needs.
  func forward(_ z: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let (low, coarseTape) = coarse.forward(z.reshaped(to: [z.shape[0], 1, 1, z.shape[1]]))
    let (activated, fineTape) = fine.forward(low)
    let y = last(activated)
    return (y, Tape(coarse: coarseTape, fine: fineTape, y: y))
  }

  /// `dz` and the gradient of the parameters.
  func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dz: Tensor<Scalar>, gradient: Gradient)
  {
    let du = last.activation.backward(dy, kept: tape.y)
    let channels = last.outputs
    let activated = fine.output(tape.fine)
    let lastGradient = Convolution.Gradient(of: last) {
      $0.weight = last.weightGradient(du, x: activated)
      $0.bias = du.reshaped(to: [du.count / channels, channels]).sum(along: 0)
    }
    let (dLow, fineGradient) = fine.backward(
      last.inputGradient(du, input: activated.shape), through: tape.fine)
    let (dz, coarseGradient) = coarse.backward(dLow, through: tape.coarse)
    let gradient = Gradient(of: self) {
      $0.coarse = coarseGradient
      $0.fine = fineGradient
      $0.last = lastGradient
    }
    return (dz.reshaped(to: [dz.shape[0], dz.shape[3]]), gradient)
  }
}
