/// An image encoder of the background: four times [3 × 3 convolution of stride 2, batch norm, ELU], all pixels and channels in
/// a row, and a dense layer.
struct ConvolutionalEncoder<Scalar: TensorScalar>: Parameterized {
  /// The four halvings.
  var convolutions: ELUConvolutions<Scalar>
  /// What follows, from `(side/16)² · channels` columns.
  var dense: Dense<Scalar>

  /// What the backward pass needs: the convolutions' tape, and the rows before the dense layer.
  struct Tape: Sendable {
    var convolutions: ELUConvolutions<Scalar>.Tape
    let dense: Dense<Scalar>.Tape
    let rows: [Range<Int>]

    /// The convolutions' tape, which is empty afterwards.
    mutating func takeConvolutions() -> ELUConvolutions<Scalar>.Tape {
      defer { convolutions.outputs = [] }
      return convolutions
    }
  }

  /// `0.convolution.weight`, …, `3.norm.shift`, `dense.weight`, `dense.bias`.
  static var parts: [Part<Self>] {
    [.part("convolutions", \.convolutions), .part("dense", \.dense)]
  }

  /// An encoder of images of `side` pixels with `widths[0]` channels to `outputs` numbers.
  init(side: Int, widths: [Int], outputs: Int, random: Philox) {
    convolutions = ELUConvolutions(
      widths: widths, strides: 2, padding: 1, random: random.stream("convolutions"))
    let last = side >> (widths.count - 1)
    dense = Dense(
      inputs: last * last * widths[widths.count - 1], outputs: outputs,
      random: random.stream("dense"))
  }

  /// Nothing to be added up at an end of the convolutions.
  private struct NoSum: Sendable {}

  /// The shards that the batch is cut into: some images each, so that packed weights serve several.
  private static var shardCount: Int { 6 }

  /// `[images, outputs]`, what the backward pass needs, and the states after the batch.
  ///
  /// - Parameter input: makes the images of a range, `[range, height, width, channels]`.
  func forward(
    images: Int, _ states: [BatchNorm<Scalar>.State], mode: BatchNorm<Scalar>.Mode,
    input: @Sendable (Range<Int>) -> Tensor<Scalar>
  ) -> (y: Tensor<Scalar>, tape: Tape, states: [BatchNorm<Scalar>.State]) {
    let count = min(images, Self.shardCount)
    let rows = Array(Partition(of: images, into: count))
    let (inner, next) = convolutions.forward(shards: count, states, mode: mode) { input(rows[$0]) }
    let features = Tensor.concatenate(
      parallelMap(over: count) { shard in
        convolutions.output(shard, inner).reshaped(to: [rows[shard].count, dense.inputs])
      })
    let (y, outer) = dense.forward(features)
    return (y, Tape(convolutions: inner, dense: outer, rows: rows), next)
  }

  /// The gradient of the parameters for `dy`, `[images, outputs]`.
  ///
  /// - Parameters:
  ///   - inputChannels: the channels of the images whose gradient is wanted.
  ///   - inputGradient: takes it for the images of a range; `nil` for an input that is data.
  func backward(
    _ dy: Tensor<Scalar>, through tape: consuming Tape,
    input: @escaping @Sendable (Range<Int>) -> Tensor<Scalar>, inputChannels: Range<Int> = 0..<0,
    inputGradient: (@Sendable (Range<Int>, Tensor<Scalar>) -> Void)? = nil
  ) -> Gradient {
    let (dFeatures, outer) = dense.backward(dy, through: tape.dense)
    let rows = tape.rows
    var ends = ELUConvolutions<Scalar>.Ends(
      above: NoSum(), below: NoSum(), input: { input(rows[$0]) },
      outputGradient: { shard, y in dFeatures.rows(rows[shard]).reshaped(to: y.shape) })
    if let inputGradient {
      ends.inputChannels = inputChannels
      ends.inputGradient = { shard, _, dx, _ in inputGradient(rows[shard], dx) }
    }
    let inner = convolutions.backward(through: tape.takeConvolutions(), ends)
    return Gradient(of: self) {
      $0.convolutions = inner.gradient
      $0.dense = outer
    }
  }
}
