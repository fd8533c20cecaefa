import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct PreparedMLPTests {
  /// Networks with runs at the beginning, in the middle, at the end, of two and three layers, and a narrow one.
  private static let cases:
    [(widths: [Int], activations: [Activation], outputBias: Bool, runs: Int)] =
      [
        ([4, 9, 11, 7], [.identity, .leakyReLU(0.2), .sine], true, 2),
        ([4, 9, 8, 11, 3], [.identity, .identity, .identity, .identity], true, 1),
        ([4, 6, 9, 5], [.tanh, .identity, .identity], false, 2),
        ([4, 6, 9, 5, 8, 3], [.softplus, .identity, .identity, .sine, .sigmoid], true, 3),
        ([9, 2, 10], [.identity, .tanh], true, 2),
        ([5, 6, 3], [.relu, .identity], false, 2),
      ]

  @Test(arguments: cases.indices, [1, 13])
  func equalsThePlainNetwork(index: Int, batch: Int) {
    let (widths, activations, outputBias, runs) = PreparedMLPTests.cases[index]
    var random = Philox(seed: 21).stream("case", index)
    let network = MLP<Double>(
      widths: widths, activations: activations, outputBias: outputBias, random: random)
    let prepared = network.prepared()
    #expect(prepared.layerCount == runs)
    let x: Tensor<Double> = random.normal(shape: [batch, widths[0]])
    let dy: Tensor<Double> = random.normal(shape: [batch, widths.last!])

    let (y, tape) = network.forward(x)
    let (dx, gradient) = network.backward(dy, through: tape)
    let (preparedY, preparedTape) = prepared.forward(x)
    let (preparedDx, partial) = prepared.backward(dy, through: preparedTape)
    expectClose(preparedY, y, within: 1e-12, "y")
    expectClose(prepared(x), y, within: 1e-12, "y without tape")
    expectClose(preparedDx!, dx, within: 1e-12, "dx")
    expectClose(prepared.inputGradient(dy, through: preparedTape), dx, within: 1e-12, "dx alone")
    expectEqual(prepared.finish(partial), gradient, of: network)
  }

  @Test func gradientsOfShardsAddUp() {
    let (widths, activations, outputBias, _) = PreparedMLPTests.cases[0]
    var random = Philox(seed: 22)
    let network = MLP<Double>(
      widths: widths, activations: activations, outputBias: outputBias, random: random)
    let prepared = network.prepared()
    let x: Tensor<Double> = random.normal(shape: [12, widths[0]])
    let dy: Tensor<Double> = random.normal(shape: [12, widths.last!])
    let parts = [0..<5, 5..<6, 6..<12].map { rows in
      let (_, tape) = prepared.forward(x.rows(rows))
      return prepared.backward(dy.rows(rows), through: tape, needsInputGradient: false)
    }
    #expect(parts.allSatisfy { $0.dx == nil })
    var total = parts[0].gradient
    for part in parts.dropFirst() { total += part.gradient }
    let (_, tape) = network.forward(x)
    expectEqual(prepared.finish(total), network.backward(dy, through: tape).gradient, of: network)
  }

  @Test func theEncoderOfFairRepresentationsInFloat() {
    var random = Philox(seed: 23)
    let activations: [Activation] = [.identity, .leakyReLU(0.2), .sine]
    let network = MLP<Float>(widths: [16, 200, 200, 80], activations: activations, random: random)
    let prepared = network.prepared()
    let x: Tensor<Float> = random.normal(shape: [37, 16])
    let dy: Tensor<Float> = random.normal(shape: [37, 80])
    let (y, tape) = network.forward(x)
    let (preparedY, preparedTape) = prepared.forward(x)
    expectClose(preparedY, y.converted(to: Double.self), within: 1e-5)
    let (dx, gradient) = network.backward(dy, through: tape)
    let (preparedDx, partial) = prepared.backward(dy, through: preparedTape)
    let expanded = prepared.finish(partial)
    expectClose(preparedDx!, dx.converted(to: Double.self), within: 1e-4)
    for parameter in network.parameters {
      expectClose(
        parameter.gradient(in: expanded),
        parameter.gradient(in: gradient).converted(to: Double.self), within: 1e-4, parameter.name)
    }
  }

  private func expectEqual(
    _ actual: MLP<Double>.Gradient, _ expected: MLP<Double>.Gradient, of network: MLP<Double>
  ) {
    #expect(actual.layers.count == expected.layers.count)
    for parameter in network.parameters {
      expectClose(
        parameter.gradient(in: actual), parameter.gradient(in: expected), within: 1e-12,
        parameter.name)
    }
    #expect(actual.layers.map { $0.bias == nil } == expected.layers.map { $0.bias == nil })
  }
}
