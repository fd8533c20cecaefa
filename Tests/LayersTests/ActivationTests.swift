import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct ActivationTests {
  @Test func layersAgreeWithPyTorch() {
    check(ActivationLayer<Double>(.sine), ActivationLayer<Float>(.sine), "sin")
    check(ActivationLayer<Double>(.tanh), ActivationLayer<Float>(.tanh), "tanh")
    check(ActivationLayer<Double>(.sigmoid), ActivationLayer<Float>(.sigmoid), "sigmoid")
    check(ActivationLayer<Double>(.relu), ActivationLayer<Float>(.relu), "relu")
    check(
      ActivationLayer<Double>(.leakyReLU(0.2)), ActivationLayer<Float>(.leakyReLU(0.2)),
      "leakyRelu02")
    check(
      ActivationLayer<Double>(.leakyReLU(0.01)), ActivationLayer<Float>(.leakyReLU(0.01)),
      "leakyRelu001")
    check(ActivationLayer<Double>(.softplus), ActivationLayer<Float>(.softplus), "softplus")
  }

  private func check<D: Layer, F: Layer>(_ double: D, _ float: F, _ name: String)
  where D.Scalar == Double, F.Scalar == Float {
    check(double, name, within: 1e-14)
    check(float, name, within: 1e-5)
  }

  private func check<L: Layer>(_ layer: L, _ name: String, within tolerance: Double) {
    let golden = LayerGolden.layers
    let (y, tape) = layer.forward(golden.tensor("\(name).x"))
    let (dx, _) = layer.backward(golden.tensor("\(name).dy"), through: tape)
    expectClose(y, golden.tensor("\(name).y"), within: tolerance, "\(name) y")
    expectClose(dx, golden.tensor("\(name).dx"), within: tolerance, "\(name) dx")
    #expect(layer.parameters.isEmpty)
  }

  @Test(arguments: [[1, 3], [4, 5], [2, 3, 4], [6]] as [Shape])
  func gradientsAgreeWithDifferences(shape: Shape) throws {
    var random = Philox(seed: 2)
    var x: Tensor<Double> = random.normal(shape: shape)
    // Away from the kink at 0.
    x = x.map { $0 + ($0 < 0 ? -0.05 : 0.05) }
    try checkGradients(of: ActivationLayer<Double>(.sine), at: x, using: &random)
    try checkGradients(of: ActivationLayer<Double>(.tanh), at: x, using: &random)
    try checkGradients(of: ActivationLayer<Double>(.sigmoid), at: x, using: &random)
    try checkGradients(of: ActivationLayer<Double>(.relu), at: x, using: &random)
    try checkGradients(of: ActivationLayer<Double>(.leakyReLU(0.2)), at: x, using: &random)
    try checkGradients(of: ActivationLayer<Double>(.softplus), at: x, using: &random)
  }

  @Test func identityIsFreeAndNegativeSlopesAreRefused() async {
    let x = Tensor<Double>([[1, -2]])
    #expect(Activation.identity(x) == x)
    #expect(Activation.identity.backward(x, kept: x) == x)
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ActivationLayer<Double>(.leakyReLU(-0.1))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("slope must not be negative, got -0.1"))
  }
}
