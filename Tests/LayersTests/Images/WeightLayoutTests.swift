import Synchronization
import TensorCore
import TestSupport
import Testing

@testable import Layers

/// The fast form keeps what it lays out of a weight; a weight that has changed must be laid out again.
@Suite struct WeightLayoutTests {
  /// All passes that read the weight.
  private func passes(_ layer: Convolution<Float>, _ x: Tensor<Float>) -> [Tensor<Float>] {
    let y = layer(x)
    let du: Tensor<Float> = normal(y.shape, "du")
    let pixels = layer.subpixels(x, factor: 2)
    return [
      y, layer.inputGradient(du, input: x.shape), layer.backward(sum: du, input: x).dx!, pixels,
      layer.backward(subpixels: pixels, factor: 2, input: x).dx!,
      layer.subpixels(x, factor: 1),
    ]
  }

  private func passes(
    _ layer: TransposedConvolution<Float>, _ x: Tensor<Float>
  ) -> [Tensor<Float>] {
    let (y, tape) = layer.forward(x)
    let dy: Tensor<Float> = normal(y.shape, "dy")
    return [
      y, layer(x), layer.inputGradient(dy, input: x.shape), layer.backward(dy, through: tape).dx,
    ]
  }

  @Test func aChangedWeightIsLaidOutAnew() {
    let x: Tensor<Float> = normal([2, 5, 6, 3], "x")
    for kernel in [1, 3] {
      let shape: Shape = [kernel, kernel, 3, 16]
      let (before, after): (Tensor<Float>, Tensor<Float>) = (
        normal(shape, "before"), normal(shape, "after")
      )
      var layer = Convolution(weight: before)
      let first = passes(layer, x)
      let copy = layer
      layer.weight = after
      #expect(passes(layer, x) == passes(Convolution(weight: after), x))
      #expect(passes(copy, x) == first, "the copy has the old weight")
      for parameter in layer.parameters { parameter.update(&layer) { $0 *= 2 } }
      #expect(passes(layer, x) == passes(Convolution(weight: after * 2), x))

      var transposed = TransposedConvolution(weight: before, strides: 2)
      _ = passes(transposed, x)
      transposed.weight = after
      #expect(passes(transposed, x) == passes(TransposedConvolution(weight: after, strides: 2), x))
    }
  }

  /// Another factor than the one whose layout is kept.
  @Test func factorsDoNotMix() {
    let x: Tensor<Float> = normal([2, 5, 6, 3], "x")
    let layer = Convolution<Float>(weight: normal([1, 1, 3, 144], "weight"))
    for factor in [2, 3, 4, 2] {
      #expect(layer.subpixels(x, factor: factor) == PixelShuffle(factor: factor)(layer(x)))
    }
  }

  @Test func parametersAreChangedInPlace() {
    var layer = Convolution<Float>(weight: normal([3, 3, 4, 16], "weight"))
    _ = layer(normal([1, 5, 5, 4], "x"))
    func address() -> UnsafePointer<Float>? {
      layer.weight.withUnsafeBufferPointer { $0.baseAddress }
    }
    let before = address()
    layer.parameters[0].update(&layer) { $0 *= 2 }
    #expect(address() == before)
  }

  @Test func threadsMakeAValueOnce() {
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    let (memo, made) = (Memo<Int>(), MadeCount())
    let values = parallelMap(over: 64) { _ in
      memo {
        made.count.add(1, ordering: .relaxed)
        return 7
      }
    }
    #expect(values == Array(repeating: 7, count: 64))
    #expect(made.count.load(ordering: .relaxed) == 1)
  }

  private final class MadeCount: Sendable {
    let count = Atomic<Int>(0)
  }

  @Test func threadsAgree() {
    let layer = Convolution<Float>(weight: normal([3, 3, 40, 40], "weight"))
    let x: Tensor<Float> = normal([1, 9, 9, 40], "x")
    let y = Convolution(weight: layer.weight)(x)
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(parallelMap(over: 16) { _ in layer(x) } == Array(repeating: y, count: 16))
  }
}
