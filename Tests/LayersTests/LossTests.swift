import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct LossTests {
  @Test func softmaxCrossEntropyAgreesWithPyTorch() {
    softmaxCrossEntropy(as: Double.self, within: 1e-13)
    softmaxCrossEntropy(as: Float.self, within: 1e-4)
  }

  private func softmaxCrossEntropy<S: TensorScalar>(as type: S.Type, within tolerance: Double) {
    typealias Loss = SoftmaxCrossEntropy<S>
    let golden = LayerGolden.layers
    let logits: Tensor<S> = golden.tensor("softmaxCrossEntropy.logits")
    let labels = golden.integers("softmaxCrossEntropy.labels")
    let (value, dLogits) = Loss.valueAndGradient(logits, labels: labels)
    expectClose(Tensor(value), golden.tensor("softmaxCrossEntropy.loss"), within: tolerance)
    expectClose(dLogits, golden.tensor("softmaxCrossEntropy.dLogits"), within: tolerance)
    expectClose(
      Loss.perRow(logits, labels: labels), golden.tensor("softmaxCrossEntropy.perRow"),
      within: tolerance)

    let soft: Tensor<S> = golden.tensor("softTargets.logits")
    let targets: Tensor<S> = golden.tensor("softTargets.targets")
    let (softValue, dSoft) = Loss.valueAndGradient(soft, probabilities: targets)
    expectClose(Tensor(softValue), golden.tensor("softTargets.loss"), within: tolerance)
    expectClose(dSoft, golden.tensor("softTargets.dLogits"), within: tolerance)

    // Labels are one-hot distributions.
    let hot = Loss.valueAndGradient(logits, probabilities: .oneHot(labels, classCount: 4))
    expectClose(Tensor(hot.value), golden.tensor("softmaxCrossEntropy.loss"), within: 1e-4)
    expectClose(hot.dLogits, golden.tensor("softmaxCrossEntropy.dLogits"), within: tolerance)
  }

  @Test func meanSquaredErrorAgreesWithPyTorch() {
    let golden = LayerGolden.layers
    let (value, dPrediction) = MeanSquaredError<Double>.valueAndGradient(
      golden.tensor("meanSquaredError.prediction"), golden.tensor("meanSquaredError.target"))
    expectClose(Tensor(value), golden.tensor("meanSquaredError.loss"), within: 1e-14)
    expectClose(dPrediction, golden.tensor("meanSquaredError.dPrediction"), within: 1e-14)
    expectClose(-dPrediction, golden.tensor("meanSquaredError.dTarget"), within: 1e-14)
  }

  @Test func gaussianLogLikelihoodAgreesWithPyTorch() {
    typealias Density = GaussianLogLikelihood<Double>
    let golden = LayerGolden.layers
    let x: Tensor<Double> = golden.tensor("gaussian.x")
    let mean: Tensor<Double> = golden.tensor("gaussian.mean")
    let logVariance: Tensor<Double> = golden.tensor("gaussian.logVariance")
    let result = Density.valueAndGradients(x, mean: mean, logVariance: logVariance)
    let elements = Density.elements(x, mean: mean, logVariance: logVariance)
    let value = Density.value(x, mean: mean, logVariance: logVariance)
    expectClose(elements, golden.tensor("gaussian.y"), within: 1e-13)
    expectClose(Tensor(value), golden.tensor("gaussian.value"), within: 1e-13)
    expectClose(Tensor(result.value), golden.tensor("gaussian.value"), within: 1e-13)
    expectClose(result.dx, golden.tensor("gaussian.value.dx"), within: 1e-13)
    expectClose(result.dMean, golden.tensor("gaussian.value.dMean"), within: 1e-13)
    expectClose(result.dLogVariance, golden.tensor("gaussian.value.dLogVariance"), within: 1e-13)
  }

  @Test func gradientsAgreeWithDifferences() throws {
    var random = Philox(seed: 41)
    let labels = [2, 0, 1, 2, 2]
    let logits: Tensor<Double> = random.normal(shape: [5, 3])
    // Weights that do not sum to one, too: the formula holds for any.
    let weights = exp(random.normal(shape: [5, 3]) as Tensor<Double>)
    typealias Entropy = SoftmaxCrossEntropy<Double>
    try checkGradient(
      of: { Entropy.value($0[0], labels: labels) },
      gradients: [Entropy.valueAndGradient(logits, labels: labels).dLogits], at: [logits])
    try checkGradient(
      of: { Entropy.value($0[0], probabilities: weights) },
      gradients: [Entropy.valueAndGradient(logits, probabilities: weights).dLogits], at: [logits])

    let y: Tensor<Double> = random.normal(shape: [5, 3])
    try checkGradient(
      of: { MeanSquaredError.value($0[0], y) },
      gradients: [MeanSquaredError.valueAndGradient(logits, y).dPrediction], at: [logits])

    let z: Tensor<Double> = random.normal(shape: [5, 3])
    let gaussian = GaussianLogLikelihood<Double>.valueAndGradients(y, mean: z, logVariance: logits)
    try checkGradient(
      of: { GaussianLogLikelihood.value($0[0], mean: $0[1], logVariance: $0[2]) },
      gradients: [gaussian.dx, gaussian.dMean, gaussian.dLogVariance], at: [y, z, logits],
      names: ["x", "mean", "logVariance"])
  }

  @Test func shardsAddUpToTheBatch() {
    var random = Philox(seed: 42)
    let logits: Tensor<Double> = random.normal(shape: [7, 3])
    let other: Tensor<Double> = random.normal(shape: [7, 3])
    let labels = [0, 1, 2, 2, 1, 0, 0]
    let shards = [0..<3, 3..<7]
    typealias Entropy = SoftmaxCrossEntropy<Double>
    let entropy = shards.map {
      Entropy.valueAndGradient(logits.rows($0), labels: Array(labels[$0]), total: 7)
    }
    let whole = Entropy.valueAndGradient(logits, labels: labels)
    #expect(abs(entropy[0].value + entropy[1].value - whole.value) < 1e-14)
    expectClose(.concatenate(entropy.map(\.dLogits)), whole.dLogits, within: 1e-15)
    let square = shards.map {
      MeanSquaredError.valueAndGradient(logits.rows($0), other.rows($0), total: 21)
    }
    let wholeSquare = MeanSquaredError.valueAndGradient(logits, other)
    #expect(abs(square[0].value + square[1].value - wholeSquare.value) < 1e-14)
    expectClose(.concatenate(square.map(\.dPrediction)), wholeSquare.dPrediction, within: 1e-15)
    let likelihood = shards.map {
      GaussianLogLikelihood.value(
        logits.rows($0), mean: other.rows($0), logVariance: other.rows($0), total: 7)
    }
    #expect(
      abs(
        likelihood[0] + likelihood[1]
          - GaussianLogLikelihood.value(logits, mean: other, logVariance: other)) < 1e-14)
  }

  @Test func labelsOutOfRangeEndTheProgram() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = SoftmaxCrossEntropy<Double>.value(.zeros([2, 3]), labels: [0, 3])
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("label 3 in row 1 is outside 0..<3"))
  }
}
