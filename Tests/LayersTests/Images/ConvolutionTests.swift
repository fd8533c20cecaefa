import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

/// A convolution to be tried: extents that are all different.
struct ConvolutionCase: Sendable, CustomStringConvertible {
  var input: Shape
  var outputs: Int
  var kernel: PlaneSize
  var strides: PlaneSize = 1
  var padding: PlaneSize = 0

  var description: String {
    "\(input) to \(outputs), kernel \(kernel), strides \(strides), padding \(padding)"
  }

  func layer<S: TensorScalar>(
    _ method: ConvolutionMethod, activation: Activation = .identity, as type: S.Type = S.self
  ) -> Convolution<S> {
    Convolution(
      inputs: input[3], outputs: outputs, kernel: kernel, strides: strides, padding: padding,
      activation: activation, method: method, random: Philox(seed: 11))
  }

  static let small = [
    ConvolutionCase(input: [2, 5, 6, 3], outputs: 4, kernel: 3),
    ConvolutionCase(input: [1, 4, 5, 2], outputs: 3, kernel: 3, padding: 1),
    ConvolutionCase(input: [2, 7, 6, 2], outputs: 17, kernel: 4, strides: 2, padding: 1),
    ConvolutionCase(
      input: [1, 8, 9, 2], outputs: 3, kernel: .init(height: 3, width: 2),
      strides: .init(height: 2, width: 3), padding: .init(height: 1, width: 0)),
    ConvolutionCase(
      input: [2, 5, 7, 2], outputs: 3, kernel: .init(height: 1, width: 2),
      strides: .init(height: 3, width: 2), padding: .init(height: 0, width: 1)),
    ConvolutionCase(input: [3, 2, 3, 4], outputs: 5, kernel: 1),
    ConvolutionCase(input: [2, 5, 3, 4], outputs: 5, kernel: 1, strides: 2),
    ConvolutionCase(input: [3, 3, 4, 2], outputs: 5, kernel: .init(height: 3, width: 4)),
    ConvolutionCase(input: [5, 2, 2, 3], outputs: 4, kernel: 3, padding: 1),
    ConvolutionCase(input: [1, 1, 1, 3], outputs: 2, kernel: 3, padding: 2),
  ]

  /// Large enough for every tile of the kernels, for blocks of depth, of rows and of images, and for partial sums.
  static let large = [
    ConvolutionCase(input: [2, 19, 45, 32], outputs: 48, kernel: 3, padding: 1),
    ConvolutionCase(input: [1, 90, 70, 24], outputs: 40, kernel: 3),
    ConvolutionCase(input: [9, 6, 5, 70], outputs: 33, kernel: 3, padding: 1),
    ConvolutionCase(input: [3, 33, 30, 3], outputs: 16, kernel: 4, strides: 2, padding: 1),
    ConvolutionCase(input: [2, 30, 31, 20], outputs: 3, kernel: 3, padding: 1),
    ConvolutionCase(input: [13, 2, 2, 50], outputs: 20, kernel: 3, padding: 1),
    ConvolutionCase(input: [7, 9, 11, 65], outputs: 34, kernel: 1),
    ConvolutionCase(input: [11, 4, 4, 30], outputs: 37, kernel: 4),
    ConvolutionCase(input: [2, 6, 400, 5], outputs: 16, kernel: .init(height: 2, width: 3)),
  ]
}

@Suite struct ConvolutionTests {
  @Test(
    arguments: ["conv", "convOne", "convStrided", "convOdd", "convWhole", "convSparse"],
    [ConvolutionMethod.matrixProduct, .implicitProduct])
  func agreesWithPyTorch(name: String, method: ConvolutionMethod) {
    check(name, method, as: Double.self, within: 1e-12)
    check(name, method, as: Float.self, within: 2e-5)
  }

  private func check<S: TensorScalar>(
    _ name: String, _ method: ConvolutionMethod, as type: S.Type, within tolerance: Double
  ) {
    let golden = LayerGolden.images
    let layer = Convolution<S>(
      weight: golden.tensor("\(name).weight"), bias: golden.tensor("\(name).bias"),
      strides: golden.plane("\(name).strides"), padding: golden.plane("\(name).padding"),
      method: method)
    let (y, tape) = layer.forward(golden.tensor("\(name).x"))
    let (dx, gradient) = layer.backward(golden.tensor("\(name).dy"), through: tape)
    expectClose(y, golden.tensor("\(name).y"), within: tolerance, "y")
    expectClose(dx, golden.tensor("\(name).dx"), within: tolerance, "dx")
    expectClose(gradient.weight, golden.tensor("\(name).dWeight"), within: tolerance, "dWeight")
    expectClose(gradient.bias!, golden.tensor("\(name).dBias"), within: tolerance, "dBias")
    #expect(layer.outputShape(for: [9, 20, 30, layer.inputs]).dimensions.last == layer.outputs)
  }

  @Test(
    arguments: ConvolutionCase.small, [ConvolutionMethod.matrixProduct, .implicitProduct])
  func gradientsAgreeWithDifferences(example: ConvolutionCase, method: ConvolutionMethod) throws {
    var random = Philox(seed: 3)
    let x: Tensor<Double> = random.normal(shape: example.input)
    try checkGradients(of: example.layer(method), at: x, using: &random)
    try checkGradients(
      of: example.layer(method, activation: .celu(0.8)), at: x, using: &random, tolerance: 1e-5)
    try checkGradients(of: example.layer(method, activation: .mish), at: x, using: &random)
  }

  @Test func worksWithoutBias() throws {
    var random = Philox(seed: 4)
    let layer = Convolution<Double>(
      inputs: 2, outputs: 3, kernel: 2, bias: false, random: random)
    #expect(layer.parameters.map(\.name) == ["weight"])
    try checkGradients(of: layer, at: random.normal(shape: [2, 4, 5, 2]), using: &random)
  }

  @Test(
    arguments: ConvolutionCase.small + ConvolutionCase.large,
    [Activation.identity, .elu(0.7), .celu(1), .tanh, .softplus])
  func fastFormAgreesWithThePlainOne(example: ConvolutionCase, activation: Activation) {
    compare(example, activation, as: Float.self, within: 2e-5)
    if example.input.count < 5000 { compare(example, activation, as: Double.self, within: 1e-12) }
  }

  private func compare<S: TensorScalar>(
    _ example: ConvolutionCase, _ activation: Activation, as type: S.Type, within tolerance: Double
  ) {
    let plain: Convolution<S> = example.layer(.matrixProduct, activation: activation)
    let fast: Convolution<S> = example.layer(.implicitProduct, activation: activation)
    let x: Tensor<S> = normal(example.input, "x")
    let (y, tape) = plain.forward(x)
    let (fastY, fastTape) = fast.forward(x)
    let dy: Tensor<S> = normal(y.shape, "dy")
    let (dx, gradient) = plain.backward(dy, through: tape)
    let (fastDx, fastGradient) = fast.backward(dy, through: fastTape)
    expectClose(fastY, y.converted(to: Double.self), within: tolerance, "y")
    expectClose(fast(x), y.converted(to: Double.self), within: tolerance, "call")
    expectClose(fastDx, dx.converted(to: Double.self), within: tolerance, "dx")
    let scale = 1 / Double(abs(gradient.weight).max())
    expectClose(
      fastGradient.weight.converted(to: Double.self) * scale,
      gradient.weight.converted(to: Double.self) * scale, within: tolerance, "dWeight")
    expectClose(
      fastGradient.bias!, gradient.bias!.converted(to: Double.self), within: tolerance, "dBias")
  }

  @Test(arguments: ConvolutionCase.large)
  func threadsChangeNoBit(example: ConvolutionCase) {
    for method in [ConvolutionMethod.matrixProduct, .implicitProduct] {
      let layer: Convolution<Float> = example.layer(method, activation: .celu(1))
      let x: Tensor<Float> = normal(example.input, "x")
      func run() -> [Tensor<Float>] {
        let (y, tape) = layer.forward(x)
        let (dx, gradient) = layer.backward(normal(y.shape, "dy"), through: tape)
        return [y, dx, gradient.weight, gradient.bias!]
      }
      let one = run()
      let threads = Parallelism.threads
      Parallelism.threads = 2
      defer { Parallelism.threads = threads }
      #expect(run() == one)
    }
  }

  @Test func dataTakesNoGradient() {
    let layer: Convolution<Float> = ConvolutionCase.small[0].layer(.automatic)
    let (y, tape) = layer.forward(normal([2, 5, 6, 3], "x"))
    #expect(layer.backward(y, through: tape, needsInputGradient: false).dx == nil)
  }

  @Test func startsUniformWithinTheBound() {
    let layer = Convolution<Double>(
      inputs: 4, outputs: 50, kernel: .init(height: 2, width: 8), random: Philox(seed: 1))
    for tensor in [layer.weight, layer.bias!] {
      #expect(tensor.max() < 0.125 && tensor.min() >= -0.125)
      #expect(tensor.max() > 0.11 && tensor.min() < -0.11)
    }
    #expect(abs(square(layer.weight).mean() - 0.125 * 0.125 / 3) < 1e-4)
    let transposed = TransposedConvolution<Double>(
      inputs: 4, outputs: 50, kernel: 1, random: Philox(seed: 1))
    #expect(transposed.weight.max() < 0.1415 && transposed.weight.max() > 0.13)
  }

  @Test func wrongShapesEndTheProgram() async {
    let channels = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Convolution<Float>(inputs: 3, outputs: 2, kernel: 3, random: Philox(seed: 1))(
        .zeros([1, 5, 5, 4]))
    }
    expectMessage(
      channels, "Convolution.forward: x must be [batch, height, width, 3], got [1, 5, 5, 4]")
    let kernel = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Convolution<Float>(inputs: 3, outputs: 2, kernel: 3, random: Philox(seed: 1))(
        .zeros([1, 2, 5, 3]))
    }
    expectMessage(kernel, "the kernel 3 × 3 does not fit into the image 2 × 5 with padding 0 × 0")
    let cotangent = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let layer = Convolution<Float>(inputs: 3, outputs: 2, kernel: 3, random: Philox(seed: 1))
      _ = layer.backward(.zeros([1, 5, 5, 2]), through: layer.forward(.zeros([1, 5, 5, 3])).tape)
    }
    expectMessage(
      cotangent, "Convolution.backward: dy must be [1, 3, 3, 2], got [1, 5, 5, 2]")
    let bias = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Convolution<Float>(weight: .zeros([3, 3, 2, 4]), bias: .zeros([3]))
    }
    expectMessage(bias, "Convolution: bias must be [4], got [3]")
    let stride = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Convolution<Float>(weight: .zeros([3, 3, 2, 4]), strides: 0)
    }
    expectMessage(stride, "strides must be positive and padding not negative, got 0 × 0")
  }
}

/// Expects that a program ended with this message.
func expectMessage(
  _ result: ExitTest.Result?, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  #expect(message.contains(text), "\(message)", sourceLocation: sourceLocation)
}

extension LayerGolden {
  /// A pair of extents.
  func plane(_ name: String) -> PlaneSize {
    let pair = integers(name)
    return PlaneSize(height: pair[0], width: pair[1])
  }
}
