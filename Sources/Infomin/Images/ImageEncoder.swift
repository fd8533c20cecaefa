import Layers
import TensorCore

/// A convolutional encoder of images (Chen et al. 2022, official code): blocks of 3 × 3 convolution, batch normalisation and
/// Mish, with pooling and residual parts, down to one pixel, and a dense layer to the representation.
///
/// `x` is `[images, 32, 32, channels]`, `z` `[images, outputs]`. In training the statistics are those of the whole batch. All
/// weights start uniform in `±1/√fanIn`, as PyTorch's do. Of a batch only the convolutions' outputs are kept.
public struct ImageEncoder<Scalar: TensorScalar>: Parameterized {
  /// The side of the images in pixels.
  public static var side: Int { 32 }

  /// Which of the networks it is.
  public let design: Design
  /// The blocks.
  public var convolutions: NormalizedConvolutions<Scalar, Convolution<Scalar>>
  /// What follows, from the channels of the last pixel.
  public var dense: Dense<Scalar>

  /// The running statistics of every block.
  public struct State: NormalizationState {
    /// Those of the blocks in order.
    public var norms: [BatchNorm<Scalar>.State]
    /// `norms`.
    public static var parts:
      [(name: String, path: WritableKeyPath<State, [BatchNorm<Scalar>.State]>)]
    { [("norms", \.norms)] }
  }

  /// The images, the convolutions' outputs with their statistics, and the pixel before the dense layer.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
    let shards: [Range<Int>]
    var convolutions: NormalizedConvolutions<Scalar, Convolution<Scalar>>.Tape
    let dense: Dense<Scalar>.Tape

    /// The convolutions' tape, which is empty afterwards.
    mutating func takeConvolutions() -> NormalizedConvolutions<Scalar, Convolution<Scalar>>.Tape {
      defer { convolutions.outputs = [] }
      return convolutions
    }
  }

  /// `convolutions.0.convolution.weight`, …, `convolutions.8.norm.shift`, `dense.weight`, `dense.bias`.
  public static var parts: [Part<Self>] {
    [.part("convolutions", \.convolutions), .part("dense", \.dense)]
  }

  /// An encoder before training.
  ///
  /// - Parameters:
  ///   - channels: those of the images.
  ///   - outputs: the numbers of the representation.
  ///   - widthDivisor: what the hidden widths (64, 128, …) are divided by; 1 for the authors' network.
  ///   - random: block `i` draws from the child stream `block`, `i`, the dense layer from `dense`.
  public init(
    _ design: Design, channels: Int, outputs: Int, widthDivisor: Int = 1, random: Philox
  ) {
    let blocks = design.blocks
    let widths = [channels] + blocks.map { divided($0.width, by: widthDivisor, "ImageEncoder") }
    self.design = design
    convolutions = NormalizedConvolutions(
      stages: blocks.indices.map { index in
        .init(
          convolution: Convolution(
            inputs: widths[index], outputs: widths[index + 1], kernel: 3, padding: 1,
            random: random.stream("block", index)),
          norm: BatchNorm(channels: widths[index + 1], activation: .mish), end: blocks[index].end)
      })
    convolutions.groupCount = 4
    dense = Dense(inputs: widths.last!, outputs: outputs, random: random.stream("dense"))
  }

  /// The statistics before training.
  public var initialState: State { State(norms: convolutions.initialState) }

  /// The representation, what the backward pass needs, and the state after the batch.
  public func forward(_ x: Tensor<Scalar>, _ state: State, mode: BatchNorm<Scalar>.Mode) -> (
    z: Tensor<Scalar>, tape: Tape, state: State
  ) {
    check(x, "ImageEncoder.forward")
    let shards = ImageShards.ranges(of: x.shape[0])
    let (inner, norms) = convolutions.forward(shards: shards.count, state.norms, mode: mode) {
      x.rows(shards[$0])
    }
    let pixels = Tensor.concatenate(
      parallelMap(over: shards.count) { convolutions.output($0, inner) })
    let (z, outer) = dense.forward(pixels.reshaped(to: [x.shape[0], dense.inputs]))
    return (
      z, Tape(x: x, shards: shards, convolutions: inner, dense: outer), State(norms: norms)
    )
  }

  /// The gradient of the parameters for `dz`, `[images, outputs]`; a tape given away is freed on the way.
  public func backward(_ dz: Tensor<Scalar>, through tape: consuming Tape) -> Gradient {
    require(
      dz.shape == [tape.x.shape[0], dense.outputs],
      "ImageEncoder.backward: dz must be [\(tape.x.shape[0]), \(dense.outputs)], got \(dz.shape)")
    let (dPixels, outer) = dense.backward(dz, through: tape.dense)
    let (x, shards) = (tape.x, tape.shards)
    let inner = convolutions.backward(
      through: tape.takeConvolutions(),
      .init(
        above: NoSum(), below: NoSum(), input: { x.rows(shards[$0]) },
        outputGradient: { shard, y in dPixels.rows(shards[shard]).reshaped(to: y.shape) }))
    return Gradient(of: self) {
      $0.convolutions = inner.gradient
      $0.dense = outer
    }
  }

  /// The representation of any number of images by the running statistics, part by part in parallel.
  public func callAsFunction(_ x: Tensor<Scalar>, _ state: State) -> Tensor<Scalar> {
    check(x, "ImageEncoder")
    let shards = ImageShards.ranges(of: x.shape[0])
    let evaluation = convolutions.evaluation(state.norms)
    let pixels = Tensor.concatenate(
      parallelMap(over: shards.count) { evaluation(x.rows(shards[$0])) })
    return dense(pixels.reshaped(to: [x.shape[0], dense.inputs]))
  }

  private func check(_ x: Tensor<Scalar>, _ name: StaticString) {
    let side = Self.side
    require(
      x.rank == 4 && x.shape[0] > 0 && x.shape[1] == side && x.shape[2] == side
        && x.shape[3] == convolutions.stages[0].convolution.inputs,
      "\(name): x must be [images, \(side), \(side), \(convolutions.stages[0].convolution.inputs)], got \(x.shape); "
        + "resize the images to \(side) × \(side) pixels")
  }
}

/// Nothing to be added up at an end of a chain of convolutions.
struct NoSum: Sendable {}
