import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct ShardedPassTests {
  @Test(arguments: [1, 128, 256, 257, 600])
  func equalsOnePass(batch: Int) {
    var random = Philox(seed: 71)
    let network = MLP<Double>(
      widths: [4, 9, 8, 3], activations: [.identity, .leakyReLU(0.2), .sine], random: random)
    let x: Tensor<Double> = random.normal(shape: [batch, 4])
    let dy: Tensor<Double> = random.normal(shape: [batch, 3])
    let (y, tape) = network.forward(x)
    let (dx, gradient) = network.backward(dy, through: tape)

    let pass = ShardedPass(network.prepared(), x)
    let (shardedDx, sharded) = pass.backward(dy)
    expectClose(pass.y, y, within: 1e-12, "y")
    expectClose(network.prepared().sharded(x), y, within: 1e-12, "y without tapes")
    expectClose(shardedDx!, dx, within: 1e-12, "dx")
    expectClose(pass.inputGradient(dy), dx, within: 1e-12, "dx alone")
    #expect(pass.backward(dy, needsInputGradient: false).dx == nil)
    for parameter in network.parameters {
      // Sums over the batch, in another order.
      expectClose(
        parameter.gradient(in: sharded), parameter.gradient(in: gradient), within: 1e-11,
        parameter.name)
    }
  }

  @Test func givesTheSameBitsForAnyThreads() {
    var random = Philox(seed: 72)
    let network = MLP<Float>(widths: [5, 20, 3], hidden: .tanh, random: random)
    let x: Tensor<Float> = random.normal(shape: [700, 5])
    let dy: Tensor<Float> = random.normal(shape: [700, 3])
    let threads = Parallelism.threads
    defer { Parallelism.threads = threads }
    let results = [1, 2, 3].map { count in
      Parallelism.threads = count
      let pass = ShardedPass(network.prepared(), x)
      let (dx, gradient) = pass.backward(dy)
      return [pass.y, dx!] + network.parameters.map { $0.gradient(in: gradient) }
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test func theTreeAddsNeighboursFirst() {
    // In float32, 2²⁴ + 1 is 2²⁴: the order shows.
    let parts: [Float] = [0x1p24, 1, 1, 1, 1]
    let sum = treeSum(parts.map { OneTensor.gradient(of: $0) })
    #expect(sum.value.scalars == [((0x1p24 + 1) + (1 + 1)) + 1 as Float])
    #expect(treeSum([OneTensor<Float>.gradient(of: 3)]).value.scalars == [3])
  }
}
