import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct MLPTests {
  private static let every: [Activation] = [
    .tanh, .sine, .sigmoid, .softplus, .identity, .leakyReLU(0.2), .relu,
  ]

  @Test(arguments: [1, 6])
  func gradientsAgreeWithDifferences(batch: Int) throws {
    var random = Philox(seed: 11)
    let x: Tensor<Double> = random.normal(shape: [batch, 3])
    // A rectifier that cuts everything would be checked on zeros: it stands after a wide layer.
    let network = MLP<Double>(
      widths: [3, 5, 4, 6, 5, 7, 9, 2], activations: MLPTests.every, random: random)
    try checkGradients(of: network, at: x, using: &random)
    let headless = MLP<Double>(
      widths: [3, 5, 1], hidden: .leakyReLU(0.01), outputBias: false, random: random)
    try checkGradients(of: headless, at: x, using: &random)
    #expect(headless.parameters.map(\.name) == ["0.weight", "0.bias", "1.weight"])
    #expect(headless.parameterCount == 25)
    #expect(headless.widths == [3, 5, 1])
  }

  @Test func isTheChainOfItsLayers() {
    var random = Philox(seed: 12)
    let network = MLP<Double>(
      widths: [4, 6, 3], hidden: .sine, output: .tanh, random: random)
    let x: Tensor<Double> = random.normal(shape: [300, 4])
    let dy: Tensor<Double> = random.normal(shape: [300, 3])

    let (h, t0) = network.layers[0].forward(x)
    let (a, t1) = ActivationLayer<Double>(.sine).forward(h)
    let (u, t2) = network.layers[1].forward(a)
    let (y, t3) = ActivationLayer<Double>(.tanh).forward(u)
    let du = ActivationLayer<Double>(.tanh).backward(dy, through: t3).dx
    let (da, g1) = network.layers[1].backward(du, through: t2)
    let dh = ActivationLayer<Double>(.sine).backward(da, through: t1).dx
    let (dx, g0) = network.layers[0].backward(dh, through: t0)

    let (found, tape) = network.forward(x)
    let (foundDx, gradient) = network.backward(dy, through: tape)
    expectClose(found, y, within: 1e-14)
    expectClose(network(x), y, within: 1e-14)
    expectClose(foundDx, dx, within: 1e-13)
    expectClose(network.inputGradient(dy, through: tape), dx, within: 1e-13)
    for (mine, theirs) in zip(gradient.layers, [g0, g1]) {
      expectClose(mine.weight, theirs.weight, within: 1e-13)
      expectClose(mine.bias!, theirs.bias!, within: 1e-13)
    }
    let partial = network.backward(dy, through: tape, needsInputGradient: false)
    #expect(partial.dx == nil)
    expectClose(partial.gradient.layers[0].weight, g0.weight, within: 1e-13)
  }

  @Test func namedParametersGoOutAndIn() throws {
    let network = MLP<Float>(widths: [3, 4, 2], hidden: .relu, random: Philox(seed: 1))
    var other = MLP<Float>(widths: [3, 4, 2], hidden: .relu, random: Philox(seed: 2))
    var named = Dictionary(
      uniqueKeysWithValues: network.namedParameters.map { ($0.name, $0.value) })
    try other.setParameters(to: named)
    #expect(other.namedParameters.map(\.value) == network.namedParameters.map(\.value))

    named["1.bias"] = .zeros([3])
    let before = other.namedParameters.map(\.value)
    #expect(throws: ParameterError.shape(name: "1.bias", expected: [2], found: [3])) {
      try other.setParameters(to: named)
    }
    named["1.bias"] = nil
    #expect(throws: ParameterError.missing(name: "1.bias", found: named.keys.sorted())) {
      try other.setParameters(to: named)
    }
    named["1.bias"] = .zeros([2])
    named["2.bias"] = .zeros([2])
    #expect(
      throws: ParameterError.unexpected(name: "2.bias", expected: network.parameters.map(\.name))
    ) { try other.setParameters(to: named) }
    #expect(other.namedParameters.map(\.value) == before)
  }
}
