import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct DenseTests {
  @Test(arguments: ["dense", "denseOne", "denseColumn"])
  func agreesWithPyTorch(name: String) {
    check(name, as: Double.self, within: 1e-13)
    check(name, as: Float.self, within: 1e-5)
  }

  private func check<S: TensorScalar>(_ name: String, as type: S.Type, within tolerance: Double) {
    let golden = LayerGolden.layers
    let layer = Dense<S>(
      weight: golden.tensor("\(name).weight"), bias: golden.tensor("\(name).bias"))
    let (y, tape) = layer.forward(golden.tensor("\(name).x"))
    let (dx, gradient) = layer.backward(golden.tensor("\(name).dy"), through: tape)
    expectClose(y, golden.tensor("\(name).y"), within: tolerance, "y")
    expectClose(dx, golden.tensor("\(name).dx"), within: tolerance, "dx")
    expectClose(gradient.weight, golden.tensor("\(name).dWeight"), within: tolerance, "dWeight")
    expectClose(gradient.bias!, golden.tensor("\(name).dBias"), within: tolerance, "dBias")
  }

  @Test(arguments: [1, 5], [true, false])
  func gradientsAgreeWithDifferences(batch: Int, bias: Bool) throws {
    var random = Philox(seed: 3)
    let layer = Dense<Double>(inputs: 4, outputs: 3, bias: bias, random: random)
    try checkGradients(of: layer, at: random.normal(shape: [batch, 4]), using: &random)
    #expect(layer.parameters.map(\.name) == (bias ? ["weight", "bias"] : ["weight"]))
  }

  @Test func rowsBeyondOneTileAreTheSameForAnyThreads() {
    var random = Philox(seed: 5)
    let layer = Dense<Double>(inputs: 7, outputs: 3, random: random)
    let x: Tensor<Double> = random.normal(shape: [700, 7])
    let y = layer(x)
    expectClose(y, matmul(x, layer.weight) + layer.bias!, within: 1e-14)
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(layer(x) == y)
  }

  @Test func startsUniformWithinTheBound() {
    let layer = Dense<Double>(inputs: 16, outputs: 200, random: Philox(seed: 1))
    let other = Dense<Double>(inputs: 16, outputs: 200, fanIn: 64, random: Philox(seed: 1))
    for tensor in [layer.weight, layer.bias!] {
      #expect(tensor.max() < 0.25 && tensor.min() >= -0.25)
      #expect(tensor.max() > 0.24 && tensor.min() < -0.24)
    }
    // A uniform number in ±a has the variance a²/3.
    #expect(abs(square(layer.weight).mean() - 0.0625 / 3) < 1e-3)
    expectClose(other.weight, layer.weight * 0.5, within: 1e-15)
    #expect(Dense<Double>(inputs: 16, outputs: 200, random: Philox(seed: 2)).weight != layer.weight)
  }

  @Test func wrongWidthEndsTheProgram() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Dense<Double>(inputs: 4, outputs: 3, random: Philox(seed: 1))(.zeros([2, 5]))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("Dense.forward: x must be [batch, 4], got [2, 5]"))
  }
}
