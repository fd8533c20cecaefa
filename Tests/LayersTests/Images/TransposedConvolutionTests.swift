import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct TransposedConvolutionTests {
  @Test(
    arguments: ["transposed", "transposedStrided", "transposedGaps"],
    [ConvolutionMethod.matrixProduct, .implicitProduct])
  func agreesWithPyTorch(name: String, method: ConvolutionMethod) {
    check(name, method, as: Double.self, within: 1e-12)
    check(name, method, as: Float.self, within: 2e-5)
  }

  private func check<S: TensorScalar>(
    _ name: String, _ method: ConvolutionMethod, as type: S.Type, within tolerance: Double
  ) {
    let golden = LayerGolden.images
    let layer = TransposedConvolution<S>(
      weight: golden.tensor("\(name).weight"), bias: golden.tensor("\(name).bias"),
      strides: golden.plane("\(name).strides"), padding: golden.plane("\(name).padding"),
      outputPadding: golden.plane("\(name).outputPadding"), method: method)
    let (y, tape) = layer.forward(golden.tensor("\(name).x"))
    let (dx, gradient) = layer.backward(golden.tensor("\(name).dy"), through: tape)
    expectClose(y, golden.tensor("\(name).y"), within: tolerance, "y")
    expectClose(dx, golden.tensor("\(name).dx"), within: tolerance, "dx")
    expectClose(gradient.weight, golden.tensor("\(name).dWeight"), within: tolerance, "dWeight")
    expectClose(gradient.bias!, golden.tensor("\(name).dBias"), within: tolerance, "dBias")
  }

  @Test(arguments: [ConvolutionMethod.matrixProduct, .implicitProduct], [1, 3])
  func gradientsAgreeWithDifferences(method: ConvolutionMethod, batch: Int) throws {
    var random = Philox(seed: 5)
    let x: Tensor<Double> = random.normal(shape: [batch, 3, 4, 2])
    for activation in [Activation.identity, .celu(1), .sigmoid, .softplus] {
      // A kernel smaller than the stride leaves outputs that no input reaches.
      for kernel in [PlaneSize(height: 4, width: 3), PlaneSize(height: 1, width: 2)] {
        let layer = TransposedConvolution<Double>(
          inputs: 2, outputs: 3, kernel: kernel, strides: .init(height: 2, width: 3),
          outputPadding: .init(height: 1, width: 2), activation: activation, method: method,
          random: random)
        try checkGradients(of: layer, at: x, using: &random, tolerance: 1e-5)
      }
    }
  }

  @Test func fastFormAgreesWithThePlainOne() {
    let x: Tensor<Float> = normal([5, 9, 7, 40], "x")
    let weight: Tensor<Float> = normal([4, 4, 40, 33], "w")
    func run(_ method: ConvolutionMethod) -> [Tensor<Float>] {
      let layer = TransposedConvolution(
        weight: weight, bias: normal([33], "b"), strides: 2, padding: 1, activation: .celu(1),
        method: method)
      let (y, tape) = layer.forward(x)
      let (dx, gradient) = layer.backward(normal(y.shape, "dy"), through: tape)
      return [y, dx, gradient.weight, gradient.bias!]
    }
    for (fast, plain) in zip(run(.implicitProduct), run(.matrixProduct)) {
      expectClose(fast, plain.converted(to: Double.self), within: 1e-4)
    }
    let (implicit, product) = (run(.implicitProduct), run(.matrixProduct))
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(run(.implicitProduct) == implicit)
    #expect(run(.matrixProduct) == product)
  }

  @Test func wrongExtentsEndTheProgram() async {
    let padding = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = TransposedConvolution<Float>(weight: .zeros([3, 3, 2, 4]), strides: 2, outputPadding: 2)
    }
    expectMessage(padding, "outputPadding must be smaller than the strides 2 × 2, got 2 × 2")
    let channels = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = TransposedConvolution<Float>(weight: .zeros([3, 3, 2, 4]))(.zeros([1, 3, 3, 4]))
    }
    expectMessage(channels, "x must be [batch, height, width, 2], got [1, 3, 3, 4]")
  }
}
