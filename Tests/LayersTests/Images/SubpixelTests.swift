import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

/// A convolution whose outputs are laid out as pixels, as the layer that the gradient check wants.
private struct SubpixelLayer<Scalar: TensorScalar>: Layer {
  var convolution: Convolution<Scalar>
  let factor: Int

  struct Tape: Sendable {
    let x, y: Tensor<Scalar>
  }

  static var parts: [Part<Self>] { [.part("convolution", \.convolution)] }

  func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let y = convolution.subpixels(x, factor: factor)
    return (y, Tape(x: x, y: y))
  }
  func backward(_ dy: Tensor<Scalar>, through tape: Tape) -> (
    dx: Tensor<Scalar>, gradient: Gradient
  ) {
    let (dx, gradient) = convolution.backward(
      subpixels: convolution.activation.backward(dy, kept: tape.y), factor: factor, input: tape.x)
    return (dx!, Gradient(of: self) { $0.convolution = gradient })
  }
}

@Suite struct SubpixelTests {
  @Test(
    arguments: [
      ConvolutionCase(input: [1, 3, 5, 2], outputs: 12, kernel: 1),
      ConvolutionCase(input: [3, 1, 1, 4], outputs: 18, kernel: 1),
      ConvolutionCase(input: [2, 4, 9, 3], outputs: 8, kernel: 1),
      ConvolutionCase(input: [2, 5, 4, 2], outputs: 36, kernel: 3, strides: 2, padding: 1),
    ], [ConvolutionMethod.matrixProduct, .implicitProduct])
  func gradientsAgreeWithDifferences(example: ConvolutionCase, method: ConvolutionMethod) throws {
    var random = Philox(seed: 3)
    let x: Tensor<Double> = random.normal(shape: example.input)
    for factor in 2...3 where example.outputs % (factor * factor) == 0 {
      let convolution: Convolution<Double> = example.layer(method, activation: .celu(0.7))
      try checkGradients(
        of: SubpixelLayer(convolution: convolution, factor: factor), at: x, using: &random)
    }
  }

  /// Extents for lines of pixels and for rows, for panels that are filled and not, and for parts of the batch.
  @Test(
    arguments: [
      ConvolutionCase(input: [3, 7, 1, 40], outputs: 256, kernel: 1),
      ConvolutionCase(input: [70, 2, 2, 32], outputs: 128, kernel: 1),
      ConvolutionCase(input: [40, 8, 9, 24], outputs: 144, kernel: 1),
      ConvolutionCase(input: [5, 17, 30, 17], outputs: 64, kernel: 1),
      ConvolutionCase(input: [4, 9, 9, 16], outputs: 64, kernel: 3, padding: 1),
      ConvolutionCase(input: [2, 9, 8, 8], outputs: 16, kernel: 1, strides: 2),
      // Tap by tap, and outputs too few for a panel.
      ConvolutionCase(input: [2, 5, 6, 40], outputs: 16, kernel: 3, padding: 1),
      ConvolutionCase(input: [2, 5, 9, 32], outputs: 8, kernel: 1),
    ], [1, 2, 3, 4])
  func fastFormIsTheConvolutionAndTheShuffle(example: ConvolutionCase, factor: Int) {
    guard example.outputs % (factor * factor) == 0 else { return }
    let fast: Convolution<Float> = example.layer(.implicitProduct, activation: .celu(1))
    let shuffle = PixelShuffle<Float>(factor: factor)
    var random = Philox(seed: 4)
    let x: Tensor<Float> = random.normal(shape: example.input)
    let y = fast.subpixels(x, factor: factor)
    let du: Tensor<Float> = random.normal(shape: y.shape)
    let (dx, gradient) = fast.backward(subpixels: du, factor: factor, input: x)
    let plain = fast.backward(sum: shuffle.inputGradient(du), input: x)
    func check(_ a: Tensor<Float>, _ b: Tensor<Float>, _ name: String) {
      let scale = 1 / max(1, abs(b).max())
      expectClose(a * scale, (b * scale).converted(to: Double.self), within: 2e-6, name)
    }
    check(y, shuffle(fast(x)), "y")
    check(dx!, plain.dx!, "dx")
    check(gradient.weight, plain.gradient.weight, "dWeight")
    check(gradient.bias!, plain.gradient.bias!, "dBias")
    let data = fast.backward(subpixels: du, factor: factor, input: x, needsInputGradient: false)
    #expect(data.dx == nil && data.gradient.weight == gradient.weight)
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(fast.subpixels(x, factor: factor) == y)
    let again = fast.backward(subpixels: du, factor: factor, input: x)
    #expect(
      again.dx == dx && again.gradient.weight == gradient.weight
        && again.gradient.bias == gradient.bias)
  }

  @Test func wrongExtentsEndTheProgram() async {
    let factor = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let layer = Convolution<Float>(inputs: 2, outputs: 6, kernel: 1, random: Philox(seed: 1))
      _ = layer.subpixels(.zeros([1, 2, 2, 2]), factor: 2)
    }
    expectMessage(
      factor,
      "Convolution.subpixels: the square of the factor must divide the 6 outputs, got a factor of 2"
    )
    let cotangent = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let layer = Convolution<Float>(inputs: 2, outputs: 8, kernel: 1, random: Philox(seed: 1))
      _ = layer.backward(
        subpixels: .zeros([1, 2, 2, 8]), factor: 2, input: .zeros([1, 2, 2, 2]))
    }
    expectMessage(
      cotangent, "Convolution.backward: du must be [1, 4, 4, 2], got [1, 2, 2, 8]")
  }
}
