import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct DistributionTests {
  private let golden = LayerGolden.distributions

  @Test func relaxedBernoulliAgreesWithPyTorch() throws {
    relaxed(as: Double.self, within: 1e-14)
    relaxed(as: Float.self, within: 1e-5)
    let logits: Tensor<Double> = normal([3, 2], "logits")
    let uniform = Tensor<Double>([[0.1, 0.9], [0.5, 0.3], [0.7, 0.01]])
    let dz: Tensor<Double> = normal([3, 2], "dz")
    typealias Sample = RelaxedBernoulli<Double>
    let z = Sample.sample(logits: logits, uniform: uniform, temperature: 0.4)
    try checkGradient(
      of: { (Sample.sample(logits: $0[0], uniform: uniform, temperature: 0.4) * dz).sum() },
      gradients: [Sample.backward(dz, sample: z, temperature: 0.4)], at: [logits])
    // The ends of the uniform range are moved inside.
    #expect(
      Sample.sample(logits: .zeros([2]), uniform: Tensor([0, 1]), temperature: 1).isFinite)
  }

  private func relaxed<S: TensorScalar>(as type: S.Type, within limit: Double) {
    let z = RelaxedBernoulli<S>.sample(
      logits: golden.tensor("relaxed.logits"), uniform: golden.tensor("relaxed.uniform"),
      temperature: 0.7)
    let dLogits = RelaxedBernoulli<S>.backward(
      golden.tensor("relaxed.dz"), sample: z, temperature: 0.7)
    expectClose(z, golden.tensor("relaxed.z"), within: limit, "z")
    expectClose(dLogits, golden.tensor("relaxed.dLogits"), within: limit, "dLogits")
  }

  @Test(arguments: ["bernoulli", "bernoulliSmall"])
  func bernoulliDivergenceAgreesWithPyTorch(name: String) throws {
    bernoulli(name, as: Double.self, within: 1e-12)
    bernoulli(name, as: Float.self, within: 1e-5)
    let prior = golden.number("\(name).prior")
    let logits: Tensor<Double> = normal([3, 2], "logits") * 3
    let (_, dLogits) = BernoulliDivergence<Double>.elements(logits: logits, prior: prior)
    try checkGradient(
      of: { BernoulliDivergence<Double>.elements(logits: $0[0], prior: prior).divergence.sum() },
      gradients: [dLogits], at: [logits])
  }

  private func bernoulli<S: TensorScalar>(
    _ name: String, as type: S.Type, within limit: Double
  ) {
    let (divergence, dLogits) = BernoulliDivergence<S>.elements(
      logits: golden.tensor("\(name).logits"), prior: golden.number("\(name).prior"))
    expectClose(divergence, golden.tensor("\(name).kl"), within: limit, "kl")
    expectClose(dLogits, golden.tensor("\(name).dLogits"), within: limit, "dLogits")
  }

  @Test func normalDivergenceAgreesWithPyTorch() throws {
    normalDivergence(as: Double.self, within: 1e-12)
    normalDivergence(as: Float.self, within: 1e-4)
    typealias Divergence = NormalDivergence<Double>
    let inputs: [Tensor<Double>] = [
      normal([3, 2], "m"), exp(normal([3, 2], "s")), normal([3, 2], "M"), exp(normal([3, 2], "S")),
    ]
    func sum(_ t: [Tensor<Double>]) -> Double {
      Divergence.elements(
        mean: t[0], deviation: t[1], priorMean: t[2], priorDeviation: t[3]
      ).divergence.sum()
    }
    let d = Divergence.elements(
      mean: inputs[0], deviation: inputs[1], priorMean: inputs[2], priorDeviation: inputs[3]
    ).derivatives
    try checkGradient(
      of: sum, gradients: [d.mean, d.deviation, d.priorMean, d.priorDeviation], at: inputs)
    let fixed = Divergence.elements(
      mean: inputs[0], deviation: inputs[1], priorMean: -2, priorDeviation: 0.1)
    let same = Divergence.elements(
      mean: inputs[0], deviation: inputs[1], priorMean: Tensor(shape: [3, 2], repeating: -2),
      priorDeviation: Tensor(shape: [3, 2], repeating: 0.1))
    expectClose(fixed.divergence, same.divergence, within: 1e-12)
    expectClose(fixed.dMean, same.derivatives.mean, within: 1e-12)
    expectClose(fixed.dDeviation, same.derivatives.deviation, within: 1e-12)
  }

  private func normalDivergence<S: TensorScalar>(as type: S.Type, within limit: Double) {
    let (divergence, d) = NormalDivergence<S>.elements(
      mean: golden.tensor("normal.mean"), deviation: golden.tensor("normal.deviation"),
      priorMean: golden.tensor("normal.priorMean"),
      priorDeviation: golden.tensor("normal.priorDeviation"))
    expectClose(divergence, golden.tensor("normal.kl"), within: limit, "kl")
    expectClose(d.mean, golden.tensor("normal.d.mean"), within: limit, "mean")
    expectClose(d.deviation, golden.tensor("normal.d.deviation"), within: limit, "deviation")
    expectClose(d.priorMean, golden.tensor("normal.d.priorMean"), within: limit, "priorMean")
    expectClose(
      d.priorDeviation, golden.tensor("normal.d.priorDeviation"), within: limit, "priorDeviation")
  }

  @Test func stickBreakingAgreesWithPyTorch() throws {
    stickBreaking(as: Double.self, within: 1e-14)
    stickBreaking(as: Float.self, within: 1e-5)
    for shape in [[1, 1, 2], [2, 3, 2, 4]] as [Shape] {
      let masks = sigmoid(normal(shape, "masks") as Tensor<Double>)
      let weights = StickBreaking.weights(masks)
      expectClose(
        weights.sum(along: 1), .ones(weights.shape.removing(axis: 1)), within: 1e-15, "sum")
      let dWeights: Tensor<Double> = normal(weights.shape, "dWeights")
      try checkGradient(
        of: { (StickBreaking.weights($0[0]) * dWeights).sum() },
        gradients: [StickBreaking.backward(dWeights, masks: masks)], at: [masks])
    }
    // One component takes all.
    #expect(StickBreaking.weights(Tensor<Double>.zeros([2, 0, 3])) == .ones([2, 1, 3]))
  }

  private func stickBreaking<S: TensorScalar>(as type: S.Type, within limit: Double) {
    let masks: Tensor<S> = golden.tensor("stick.masks")
    expectClose(StickBreaking.weights(masks), golden.tensor("stick.weights"), within: limit)
    expectClose(
      StickBreaking.backward(golden.tensor("stick.dWeights"), masks: masks),
      golden.tensor("stick.dMasks"), within: limit, "dMasks")
  }

  @Test func mixturesAgreeWithPyTorch() {
    mixtures(as: Double.self, within: 1e-11)
    mixtures(as: Float.self, within: 1e-3)
  }

  private func mixtures<S: TensorScalar>(as type: S.Type, within limit: Double) {
    let mixture = GaussianMixture<S>(deviation: 0.15)
    let (y, tape) = mixture.forward(
      golden.tensor("mixture.x"), means: golden.tensor("mixture.means"),
      weights: golden.tensor("mixture.weights"))
    let (dMeans, dWeights) = mixture.backward(golden.tensor("mixture.dy"), through: tape)
    expectClose(y, golden.tensor("mixture.y"), within: limit, "y")
    expectClose(dMeans, golden.tensor("mixture.dMeans"), within: limit, "dMeans")
    expectClose(dWeights, golden.tensor("mixture.dWeights"), within: limit, "dWeights")
    let layered = ForegroundMixture<S>(deviation: 0.2)
    let (z, layeredTape) = layered.forward(
      golden.tensor("mixture.x"), mean: golden.tensor("layered.foreground"),
      alpha: golden.tensor("layered.alpha"), background: golden.tensor("layered.background"))
    let d = layered.backward(golden.tensor("layered.dy"), through: layeredTape)
    expectClose(z, golden.tensor("layered.y"), within: limit, "layered y")
    expectClose(d.mean, golden.tensor("layered.dForeground"), within: limit, "dForeground")
    expectClose(d.alpha, golden.tensor("layered.dAlpha"), within: limit, "dAlpha")
    expectClose(
      d.background, golden.tensor("layered.dBackground"), within: limit, "dBackground")
  }

  @Test(arguments: [1, 3])
  func mixtureGradientsAgreeWithDifferences(batch: Int) throws {
    let x: Tensor<Double> = normal([batch, 2, 3, 4], "x") * 0.3
    let means: Tensor<Double> = normal([batch, 5, 2, 3, 4], "means") * 0.3
    let weights = sigmoid(normal([batch, 5, 2, 3, 1], "weights") as Tensor<Double>)
    let dy: Tensor<Double> = normal(x.shape, "dy")
    let mixture = GaussianMixture<Double>(deviation: 0.4, epsilon: 1e-3)
    let found = mixture.backward(
      dy, through: mixture.forward(x, means: means, weights: weights).tape)
    try checkGradient(
      of: { (mixture.forward(x, means: $0[0], weights: $0[1]).logDensity * dy).sum() },
      gradients: [found.dMeans, found.dWeights], at: [means, weights], names: ["means", "weights"])
    let layered = ForegroundMixture<Double>(deviation: 0.4, epsilon: 1e-3)
    let inputs = [
      means.slice(0..<1, along: 1).reshaped(to: x.shape),
      weights.slice(0..<1, along: 1).reshaped(to: [batch, 2, 3, 1]), normal(x.shape, "background"),
    ]
    func run(_ t: [Tensor<Double>]) -> (Tensor<Double>, ForegroundMixture<Double>.Tape) {
      let (y, tape) = layered.forward(x, mean: t[0], alpha: t[1], background: t[2])
      return (y, tape)
    }
    let d = layered.backward(dy, through: run(inputs).1)
    try checkGradient(
      of: { (run($0).0 * dy).sum() }, gradients: [d.mean, d.alpha, d.background], at: inputs,
      names: ["mean", "alpha", "background"])
  }

  @Test func threadsChangeNoBit() {
    let x: Tensor<Float> = normal([4, 5, 6, 3], "x")
    let means: Tensor<Float> = normal([4, 3, 5, 6, 3], "means")
    let weights = sigmoid(normal([4, 3, 5, 6, 1], "weights") as Tensor<Float>)
    let mixture = GaussianMixture<Float>(deviation: 0.2)
    let one = mixture.forward(x, means: means, weights: weights).logDensity
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(mixture.forward(x, means: means, weights: weights).logDensity == one)
  }

  @Test func wrongShapesEndTheProgram() async {
    let mixture = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = GaussianMixture<Float>(deviation: 0.1).forward(
        .zeros([1, 2, 2, 3]), means: .zeros([1, 4, 2, 2, 3]), weights: .zeros([1, 5, 2, 2, 1]))
    }
    expectMessage(mixture, "got [1, 2, 2, 3], [1, 4, 2, 2, 3] and [1, 5, 2, 2, 1]")
    let sticks = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = StickBreaking<Float>.backward(.zeros([1, 4, 2]), masks: .zeros([1, 4, 2]))
    }
    expectMessage(sticks, "one component more than masks [1, 4, 2], got [1, 4, 2]")
    let prior = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = BernoulliDivergence<Float>.elements(logits: .zeros([2]), prior: 1.5)
    }
    expectMessage(prior, "wants a prior in 0...1 and epsilon not negative, got 1.5")
    let temperature = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent])
    {
      _ = RelaxedBernoulli<Float>.sample(
        logits: .zeros([2]), uniform: .zeros([2]), temperature: 0)
    }
    expectMessage(temperature, "a positive temperature, got [2], [2] and 0.0")
  }
}
