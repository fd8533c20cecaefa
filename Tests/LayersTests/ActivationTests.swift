import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct ActivationTests {
  @Test func layersAgreeWithPyTorch() {
    check(Sine<Double>(), Sine<Float>(), "sin")
    check(Tanh<Double>(), Tanh<Float>(), "tanh")
    check(Sigmoid<Double>(), Sigmoid<Float>(), "sigmoid")
    check(ReLU<Double>(), ReLU<Float>(), "relu")
    check(LeakyReLU<Double>(slope: 0.2), LeakyReLU<Float>(slope: 0.2), "leakyRelu02")
    check(LeakyReLU<Double>(), LeakyReLU<Float>(), "leakyRelu001")
    check(Softplus<Double>(), Softplus<Float>(), "softplus")
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
    try checkGradients(of: Sine<Double>(), at: x, using: &random)
    try checkGradients(of: Tanh<Double>(), at: x, using: &random)
    try checkGradients(of: Sigmoid<Double>(), at: x, using: &random)
    try checkGradients(of: ReLU<Double>(), at: x, using: &random)
    try checkGradients(of: LeakyReLU<Double>(slope: 0.2), at: x, using: &random)
    try checkGradients(of: Softplus<Double>(), at: x, using: &random)
  }

  @Test func identityIsFreeAndNegativeSlopesAreRefused() async {
    let x = Tensor<Double>([[1, -2]])
    #expect(Activation.identity(x) == x)
    #expect(Activation.identity.backward(x, kept: x) == x)
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = LeakyReLU<Double>(slope: -0.1)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("slope must not be negative, got -0.1"))
  }
}
