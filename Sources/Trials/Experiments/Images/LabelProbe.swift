import Layers
import TensorCore

/// How well a small network reads a label off frozen representations: what an adversary trained afterwards finds.
enum LabelProbe {
  /// Accuracy on test rows of a perceptron (one hidden layer of 100 units, leaky ReLU) trained on standardised training rows
  /// with Adam, 1e-3, 60 passes of batches of 256.
  static func accuracy(
    train: (z: Tensor<Float>, labels: [Int]), test: (z: Tensor<Float>, labels: [Int]),
    classes: Int, using random: Philox
  ) throws -> Double {
    let scale = Scale(of: train.z)
    let x = scale(train.z)
    var network = MLP<Float>(
      widths: [x.shape[1], 100, classes], hidden: .leakyReLU(0.01), random: random.stream("network")
    )
    var adam = Adam<Float>(learningRate: 1e-3)
    let batches = ShuffledPasses(
      count: x.shape[0], batchSize: min(256, x.shape[0]), random: random)
    for step in 0..<60 * max(x.shape[0] / batches.batchSize, 1) {
      let rows = batches.rows(ofStep: step)
      let (logits, tape) = network.forward(x.gather(rows: rows))
      let loss = SoftmaxCrossEntropy<Float>.valueAndGradient(
        logits, labels: rows.map { train.labels[$0] })
      let gradient = network.backward(loss.dLogits, through: tape).gradient
      adam.update(&network, with: gradient)
    }
    let found = network(scale(test.z)).argmax()
    return Double(zip(found, test.labels).count { $0 == $1 }) / Double(test.labels.count)
  }

  /// The share of the most frequent label: what a guess without looking reaches.
  static func chance(_ labels: [Int]) -> Double {
    let counts = labels.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    return Double(counts.values.max() ?? 0) / Double(max(labels.count, 1))
  }

  /// Moments of training rows; constant columns become zero.
  private struct Scale {
    let mean, inverse: Tensor<Float>

    init(of z: Tensor<Float>) {
      let count = Float(z.shape[0])
      mean = z.sum(along: 0) * (1 / count)
      let deviation = (z - mean).map { $0 * $0 }.sum(along: 0) * (1 / count)
      inverse = deviation.map { $0 > 1e-12 ? 1 / $0.squareRoot() : 0 }
    }

    func callAsFunction(_ z: Tensor<Float>) -> Tensor<Float> { (z - mean) * inverse }
  }
}
