import Layers
import TensorCore

/// The decoder of the experiments on disentanglement (Chen et al. 2022, official code): a code to an image of 32 × 32 pixels.
///
/// Dense, leaky ReLU of slope 0.2, batch normalisation, dense (1 × 1 transposed convolutions of one pixel); then 4 × 4
/// transposed convolutions to 512 channels of 4 × 4 pixels, 512 of 8 × 8 and 128 of 16 × 16, each with batch normalisation and
/// ReLU; then one to the image's channels, and a sigmoid. `code` is `[images, inputs]`, the image `[images, 32, 32, channels]`.
public struct ImageDecoder<Scalar: TensorScalar>: Parameterized {
  /// The first layer, with its leaky ReLU.
  public var first: Dense<Scalar>
  /// What normalises its output.
  public var norm: BatchNorm<Scalar>
  /// The second layer.
  public var second: Dense<Scalar>
  /// From one pixel to 16 × 16.
  public var convolutions: NormalizedConvolutions<Scalar, TransposedConvolution<Scalar>>
  /// To the image.
  public var last: TransposedConvolution<Scalar>

  /// The running statistics of every normalisation.
  public struct State: NormalizationState {
    /// The dense layer's, then those of the convolutions.
    public var norms: [BatchNorm<Scalar>.State]
    /// `norms`.
    public static var parts:
      [(name: String, path: WritableKeyPath<State, [BatchNorm<Scalar>.State]>)]
    { [("norms", \.norms)] }
  }

  /// The code, what the dense layers gave, the convolutions' outputs, and the image.
  public struct Tape: Sendable {
    let first: Dense<Scalar>.Tape
    let activated: Tensor<Scalar>
    let norm: BatchNorm<Scalar>.Tape
    let second: Dense<Scalar>.Tape
    let pixel: Tensor<Scalar>
    let shards: [Range<Int>]
    var convolutions: NormalizedConvolutions<Scalar, TransposedConvolution<Scalar>>.Tape
    let image: Tensor<Scalar>

    /// The convolutions' tape, which is empty afterwards.
    mutating func takeConvolutions()
      -> NormalizedConvolutions<Scalar, TransposedConvolution<Scalar>>.Tape
    {
      defer { convolutions.outputs = [] }
      return convolutions
    }
  }

  /// `first.weight`, `first.bias`, `norm.scale`, `norm.shift`, `second.…`, `convolutions.0.convolution.weight`, …, `last.bias`.
  public static var parts: [Part<Self>] {
    [
      .part("first", \.first), .part("norm", \.norm), .part("second", \.second),
      .part("convolutions", \.convolutions), .part("last", \.last),
    ]
  }

  /// A decoder before training.
  ///
  /// - Parameters:
  ///   - inputs: the numbers of a code.
  ///   - channels: those of the image.
  ///   - widthDivisor: what the hidden widths (512, 512, 128) are divided by; 1 for the authors' network.
  ///   - random: the layers draw from the child streams `first`, `second`, `block` with an index, and `last`.
  public init(inputs: Int, channels: Int, widthDivisor: Int = 1, random: Philox) {
    let widths = [inputs] + [512, 512, 128].map { divided($0, by: widthDivisor, "ImageDecoder") }
    first = Dense(inputs: inputs, outputs: inputs, random: random.stream("first"))
    norm = BatchNorm(channels: inputs)
    second = Dense(inputs: inputs, outputs: inputs, random: random.stream("second"))
    convolutions = NormalizedConvolutions(
      stages: (0..<3).map { index in
        .init(
          convolution: TransposedConvolution(
            inputs: widths[index], outputs: widths[index + 1], kernel: 4,
            strides: index == 0 ? 1 : 2, padding: index == 0 ? 0 : 1,
            random: random.stream("block", index)),
          norm: BatchNorm(channels: widths[index + 1], activation: .relu))
      })
    convolutions.groupCount = 4
    last = TransposedConvolution(
      inputs: widths[3], outputs: channels, kernel: 4, strides: 2, padding: 1,
      activation: .sigmoid, random: random.stream("last"))
  }

  /// The statistics before training.
  public var initialState: State {
    State(norms: [.init(channels: norm.scale.count)] + convolutions.initialState)
  }

  /// What the first layer is followed by.
  static var slope: Activation { .leakyReLU(0.2) }

  /// The image, what the backward pass needs, and the state after the batch.
  public func forward(_ code: Tensor<Scalar>, _ state: State, mode: BatchNorm<Scalar>.Mode) -> (
    image: Tensor<Scalar>, tape: Tape, state: State
  ) {
    check(code, "ImageDecoder.forward")
    let (linear, firstTape) = first.forward(code)
    let activated = Self.slope(linear)
    let (normalized, normTape, normState) = norm.forward(activated, state.norms[0], mode: mode)
    let (pixel, secondTape) = second.forward(normalized)
    let shards = ImageShards.ranges(of: code.shape[0])
    let (inner, states) = convolutions.forward(
      shards: shards.count, Array(state.norms.dropFirst()), mode: mode
    ) { Self.plane(pixel, shards[$0]) }
    let image = Tensor.concatenate(
      parallelMap(over: shards.count) { last(convolutions.output($0, inner)) })
    let tape = Tape(
      first: firstTape, activated: activated, norm: normTape, second: secondTape, pixel: pixel,
      shards: shards, convolutions: inner, image: image)
    return (image, tape, State(norms: [normState] + states))
  }

  /// The images of any number of codes by the running statistics, part by part in parallel.
  public func callAsFunction(_ code: Tensor<Scalar>, _ state: State) -> Tensor<Scalar> {
    check(code, "ImageDecoder")
    let shards = ImageShards.ranges(of: code.shape[0])
    let activated = Self.slope(first(code))
    let pixel = second(norm.forward(activated, state.norms[0], mode: .evaluation).y)
    let evaluation = convolutions.evaluation(Array(state.norms.dropFirst()))
    return Tensor.concatenate(
      parallelMap(over: shards.count) { last(evaluation(Self.plane(pixel, shards[$0]))) })
  }

  /// Some rows as images of one pixel.
  static func plane(_ pixel: Tensor<Scalar>, _ rows: Range<Int>) -> Tensor<Scalar> {
    pixel.rows(rows).reshaped(to: [rows.count, 1, 1, pixel.shape[1]])
  }

  private func check(_ code: Tensor<Scalar>, _ name: StaticString) {
    require(
      code.rank == 2 && code.shape[0] > 0 && code.shape[1] == first.inputs,
      "\(name): code must be [images, \(first.inputs)], got \(code.shape)")
  }
}
