import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

/// The chain over shards as the layer that the gradient check wants: the batch is cut into shards of one or two images.
private struct ChainLayer<Map: ImageMap>: Layer where Map.Scalar == Double {
  var chain: NormalizedConvolutions<Double, Map>
  let mode: BatchNorm<Double>.Mode
  typealias Scalar = Double
  struct Tape: Sendable {
    let x: Tensor<Double>
    let inner: NormalizedConvolutions<Double, Map>.Tape
  }
  struct Inputs: Sendable { var gradients: [Tensor<Double>] = [] }

  static var parts: [Part<Self>] {
    [.part("chain", \.chain)]
  }

  private func shards(_ x: Tensor<Double>) -> [Range<Int>] {
    stride(from: 0, to: x.shape[0], by: 2).map { $0..<min($0 + 2, x.shape[0]) }
  }
  func forward(_ x: Tensor<Double>) -> (y: Tensor<Double>, tape: Tape) {
    let shards = shards(x)
    let (inner, _) = chain.forward(shards: shards.count, chain.initialState, mode: mode) {
      x.rows(shards[$0])
    }
    let y = Tensor.concatenate(shards.indices.map { chain.output($0, inner) })
    return (y, Tape(x: x, inner: inner))
  }
  func backward(_ dy: Tensor<Double>, through tape: Tape)
    -> (dx: Tensor<Double>, gradient: Gradient)
  {
    let (x, shards) = (tape.x, shards(tape.x))
    let found = chain.backward(
      through: tape.inner,
      .init(
        above: Inputs(), below: Inputs(), input: { x.rows(shards[$0]) },
        outputGradient: { shard, _ in dy.rows(shards[shard]) }, inputChannels: 0..<x.shape[3],
        inputGradient: { _, _, dx, sum in sum.gradients.append(dx) }))
    return (
      Tensor.concatenate(found.below.flatMap(\.gradients)),
      Gradient(of: self) { $0.chain = found.gradient }
    )
  }
}

@Suite struct NormalizedConvolutionsTests {
  private typealias Chain = NormalizedConvolutions<Double, Convolution<Double>>

  /// Pooling of odd extents, a residual block of two stages, and one at the end.
  private func chain(_ activation: Activation) -> Chain {
    let random = Philox(seed: 3)
    func stage(_ index: Int, _ inputs: Int, _ outputs: Int, _ end: StageEnd = .plain) -> Chain.Stage
    {
      .init(
        convolution: Convolution(
          inputs: inputs, outputs: outputs, kernel: 3, padding: 1,
          random: random.stream("stage", index)),
        norm: BatchNorm(channels: outputs, activation: activation), end: end)
    }
    return Chain(stages: [
      stage(0, 2, 3, .pooled), stage(1, 3, 3), stage(2, 3, 3, .adding(inputOf: 1)),
      stage(3, 3, 2), stage(4, 2, 2, .adding(inputOf: 4)),
    ])
  }

  @Test(
    arguments: [Activation.mish, .tanh, .elu(1)], [BatchNorm<Double>.Mode.training, .evaluation])
  func gradientsAgreeWithDifferences(activation: Activation, mode: BatchNorm<Double>.Mode) throws {
    for batch in [1, 3] {
      var random = Philox(seed: 5)
      let x: Tensor<Double> = random.normal(shape: [batch, 7, 5, 2])
      try checkGradients(
        of: ChainLayer(chain: chain(activation), mode: mode), at: x, using: &random,
        tolerance: 1e-5)
    }
  }

  @Test func transposedGradientsAgreeWithDifferences() throws {
    typealias Transposed = NormalizedConvolutions<Double, TransposedConvolution<Double>>
    let random = Philox(seed: 8)
    func stage(_ index: Int, _ inputs: Int, _ outputs: Int) -> Transposed.Stage {
      let convolution = TransposedConvolution<Double>(
        inputs: inputs, outputs: outputs, kernel: 4, strides: PlaneSize(index + 1),
        padding: PlaneSize(index), random: random.stream("stage", index))
      return .init(
        convolution: convolution,
        norm: BatchNorm(channels: outputs, activation: .leakyReLU(0.3)))
    }
    let chain = Transposed(stages: [stage(0, 3, 4), stage(1, 4, 2)])
    for batch in [1, 3] {
      var stream = Philox(seed: 2)
      let x: Tensor<Double> = stream.normal(shape: [batch, 1, 2, 3])
      try checkGradients(
        of: ChainLayer(chain: chain, mode: .training), at: x, using: &stream, tolerance: 1e-5)
    }
  }

  /// The layers one after the other, over the whole batch.
  @Test func theChainIsItsLayers() {
    let chain = chain(.mish)
    let x: Tensor<Double> = normal([5, 7, 5, 2], "x")
    func apply(_ index: Int, _ x: Tensor<Double>) -> Tensor<Double> {
      let stage = chain.stages[index]
      return stage.norm.forward(stage.convolution(x), chain.initialState[index], mode: .training).y
    }
    let a = MaxPooling<Double>(window: 2)(apply(0, x))
    let b = apply(2, apply(1, a)) + a
    let c = apply(3, b)
    let layer = ChainLayer(chain: chain, mode: .training)
    expectClose(layer(x), apply(4, c) + c, within: 1e-12, "y")
  }

  @Test func partsOfAWeightGradientAddUpToIt() {
    let random = Philox(seed: 4)
    for (kernel, strides, padding) in [(3, 1, 1), (4, 2, 1), (4, 1, 0), (1, 1, 0)]
      as [(Int, Int, Int)]
    {
      for (inputs, outputs) in [(3, 5), (40, 33)] {
        check(
          Convolution<Float>(
            inputs: inputs, outputs: outputs, kernel: PlaneSize(kernel),
            strides: PlaneSize(strides), padding: PlaneSize(padding), random: random), side: 4
        ) { $0.weightGradient($1, x: $2) }
        check(
          TransposedConvolution<Float>(
            inputs: inputs, outputs: outputs, kernel: PlaneSize(kernel),
            strides: PlaneSize(strides), padding: PlaneSize(padding), random: random), side: 2
        ) { $0.weightGradient($1, x: $2) }
      }
    }
  }

  private func check<Map: ImageMap>(
    _ map: Map, side: Int,
    _ whole: (Map, Tensor<Float>, Tensor<Float>) -> Tensor<Float>
  ) where Map.Scalar == Float {
    let x: Tensor<Float> = normal([3, side, side + 1, map.inputs], "x")
    let du: Tensor<Float> = normal(map.outputShape(for: x.shape), "du")
    var total = map.partialWeightGradient(du.rows(0..<1), x: x.rows(0..<1))
    total += map.partialWeightGradient(du.rows(1..<3), x: x.rows(1..<3))
    let expected = whole(map, du, x)
    let scale = 1 / max(1, abs(expected).max())
    expectClose(
      map.weightGradient(ofTotal: total) * scale,
      (expected * scale).converted(to: Double.self), within: 2e-6)
  }

  @Test(arguments: [(1, 2, 5), (3, 7, 16), (2, 8, 37)] as [(Int, Int, Int)])
  func poolingKernelsAgreeWithTheirTwins(pairs: Int, columns: Int, channels: Int) {
    // Whole numbers, so that many are equal.
    let x: Tensor<Float> = normal([2 * pairs, columns, channels], "x").map { ($0 * 2).rounded() }
    let dy: Tensor<Float> = normal([pairs, columns / 2, channels], "dy")
    let y = Tensor<Float>(shape: dy.shape) { y in
      x.withUnsafeBufferPointer {
        Float.maxPool(
          $0.baseAddress!, pairs: pairs, columns: columns, channels: channels, y.baseAddress!)
      }
    }
    let twin = Tensor<Float>(shape: dy.shape) { y in
      x.withUnsafeBufferPointer {
        ReferenceImageKernels.maxPool(
          $0.baseAddress!, pairs: pairs, columns: columns, channels: channels, y.baseAddress!)
      }
    }
    #expect(y == twin)
    func back(
      _ kernel: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) -> Tensor<Float> {
      Tensor(shape: x.shape) { dx in
        x.withUnsafeBufferPointer { x in
          dy.withUnsafeBufferPointer { kernel(x.baseAddress!, $0.baseAddress!, dx.baseAddress!) }
        }
      }
    }
    let dx = back {
      Float.maxPoolBackward($0, $1, pairs: pairs, columns: columns, channels: channels, $2)
    }
    #expect(
      dx
        == back {
          ReferenceImageKernels.maxPoolBackward(
            $0, $1, pairs: pairs, columns: columns, channels: channels, $2)
        })
    let layer = MaxPooling<Float>(window: 2)
    let (plain, tape) = layer.forward(x.reshaped(to: [1, 2 * pairs, columns, channels]))
    #expect(plain.reshaped(to: dy.shape) == y)
    let dPlain = layer.backward(dy.reshaped(to: plain.shape), through: tape).dx
    #expect(dPlain.reshaped(to: x.shape) == dx)
  }

  @Test func wrongChainsEndTheProgram() async {
    let early = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let convolution = Convolution<Float>(
        inputs: 2, outputs: 2, kernel: 3, padding: 1, random: Philox(seed: 1))
      _ = NormalizedConvolutions<Float, Convolution<Float>>(stages: [
        .init(convolution: convolution, norm: BatchNorm(channels: 2), end: .adding(inputOf: 0))
      ])
    }
    expectMessage(early, "stage 0 adds the input of stage 0; wants one of 1...0")
    let small = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let norm = BatchNorm<Float>(channels: 2)
      let statistics = norm.statistics(of: [], .init(channels: 2), mode: .evaluation).0
      _ = norm.pooledOutput(.zeros([1, 1, 4, 2]), statistics)
    }
    expectMessage(small, "of at least 2 × 2 pixels, got [1, 1, 4, 2]")
  }
}
