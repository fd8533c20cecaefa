import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

/// A batch normalisation with its state as a constant, as the layer that the gradient check wants.
private struct BatchNormLayer: Layer {
  var norm: BatchNorm<Double>
  let state: BatchNorm<Double>.State
  let mode: BatchNorm<Double>.Mode
  typealias Scalar = Double
  typealias Tape = BatchNorm<Double>.Tape

  static var parts: [Part<Self>] { [.part("norm", \.norm)] }
  func forward(_ x: Tensor<Double>) -> (y: Tensor<Double>, tape: BatchNorm<Double>.Tape) {
    let (y, tape, _) = norm.forward(x, state, mode: mode)
    return (y, tape)
  }
  func backward(_ dy: Tensor<Double>, through tape: BatchNorm<Double>.Tape)
    -> (dx: Tensor<Double>, gradient: Gradient)
  {
    let (dx, gradient) = norm.backward(dy, through: tape)
    return (dx, Gradient(of: self) { $0.norm = gradient })
  }
}

@Suite struct NormTests {
  @Test(arguments: ["group", "groupPixel", "groupAll"])
  func groupNormAgreesWithPyTorch(name: String) {
    checkGroup(name, as: Double.self, within: 1e-12)
    checkGroup(name, as: Float.self, within: 1e-4)
  }

  private func checkGroup<S: TensorScalar>(_ name: String, as type: S.Type, within limit: Double) {
    let golden = LayerGolden.images
    let x: Tensor<S> = golden.tensor("\(name).x")
    var layer = GroupNorm<S>(
      channels: x.shape[3], groups: golden.integers("\(name).groups")[0])
    layer.scale = golden.tensor("\(name).scale")
    layer.shift = golden.tensor("\(name).shift")
    let (y, tape) = layer.forward(x)
    let (dx, gradient) = layer.backward(golden.tensor("\(name).dy"), through: tape)
    expectClose(y, golden.tensor("\(name).y"), within: limit, "y")
    expectClose(dx, golden.tensor("\(name).dx"), within: limit, "dx")
    expectClose(gradient.scale, golden.tensor("\(name).dScale"), within: limit, "dScale")
    expectClose(gradient.shift, golden.tensor("\(name).dShift"), within: limit, "dShift")
  }

  @Test(arguments: [[1, 3, 4, 6], [3, 2, 5, 6], [2, 1, 1, 6], [4, 6]] as [Shape], [1, 2, 3])
  func groupNormGradientsAgreeWithDifferences(shape: Shape, groups: Int) throws {
    var random = Philox(seed: 6)
    var layer = GroupNorm<Double>(channels: 6, groups: groups)
    layer.scale = random.normal(shape: [6])
    layer.shift = random.normal(shape: [6])
    // A group of two numbers gives ±1 whatever they are: its gradient is rounding.
    if groups == 3 && shape[0] != 3 && shape.count / shape[0] == 6 { return }
    let x: Tensor<Double> = random.normal(shape: shape) * 2 + 1
    try checkGradients(of: layer, at: x, using: &random, tolerance: 1e-5)
  }

  /// The derivative of the activation before the norm, in the same pass and after it.
  @Test(arguments: [Activation.identity, .celu(0.7), .elu(1.3), .tanh], [6, 16, 40])
  func groupNormGoesBackThroughTheActivation(activation: Activation, channels: Int) {
    check(activation, channels, as: Double.self, within: 1e-14)
    check(activation, channels, as: Float.self, within: 1e-6)
  }

  private func check<S: TensorScalar>(
    _ activation: Activation, _ channels: Int, as type: S.Type, within limit: Double
  ) {
    var random = Philox(seed: 9)
    let x: Tensor<S> = activation(random.normal(shape: [3, 4, 5, channels]))
    let dy: Tensor<S> = random.normal(shape: x.shape)
    let norm = GroupNorm<S>(channels: channels, groups: 2)
    let tape = norm.forward(x).tape
    let (du, gradient) = norm.backward(dy, through: tape, behind: activation)
    let (d, plain) = norm.backward(dy, through: tape)
    expectClose(du, activation.backward(d, kept: x).converted(to: Double.self), within: limit)
    #expect(gradient.scale == plain.scale && gradient.shift == plain.shift)
  }

  @Test(arguments: [BatchNorm<Double>.Mode.training, .evaluation])
  func batchNormAgreesWithPyTorch(mode: BatchNorm<Double>.Mode) {
    checkBatch(mode == .training ? .training : .evaluation, as: Double.self, within: 1e-12)
    checkBatch(mode == .training ? .training : .evaluation, as: Float.self, within: 1e-4)
  }

  private func checkBatch<S: TensorScalar>(
    _ mode: BatchNorm<S>.Mode, as type: S.Type, within limit: Double
  ) {
    let golden = LayerGolden.images
    let name = mode == .training ? "batchTraining" : "batchEvaluation"
    var layer = BatchNorm<S>(channels: 5, activation: .elu(1))
    layer.scale = golden.tensor("batch.scale")
    layer.shift = golden.tensor("batch.shift")
    let state = BatchNorm<S>.State(
      mean: golden.tensor("batch.mean"), variance: golden.tensor("batch.variance"))
    let (y, tape, next) = layer.forward(golden.tensor("batch.x"), state, mode: mode)
    let (dx, gradient) = layer.backward(golden.tensor("\(name).dy"), through: tape)
    expectClose(y, golden.tensor("\(name).y"), within: limit, "y")
    #expect(layer.output(tape) == y)
    expectClose(dx, golden.tensor("\(name).dx"), within: limit, "dx")
    expectClose(gradient.scale, golden.tensor("\(name).dScale"), within: limit, "dScale")
    expectClose(gradient.shift, golden.tensor("\(name).dShift"), within: limit, "dShift")
    expectClose(next.mean, golden.tensor("\(name).mean"), within: limit, "mean")
    expectClose(next.variance, golden.tensor("\(name).variance"), within: limit, "variance")
    if mode == .evaluation { #expect(next == state) }
  }

  @Test(
    arguments: [BatchNorm<Double>.Mode.training, .evaluation],
    [Activation.identity, .elu(1), .celu(0.7), .mish, .tanh])
  func batchNormGradientsAgreeWithDifferences(
    mode: BatchNorm<Double>.Mode, activation: Activation
  ) throws {
    var random = Philox(seed: 7)
    for shape in [[1, 3, 4, 5], [3, 2, 1, 5], [4, 5]] as [Shape] {
      var norm = BatchNorm<Double>(channels: 5, activation: activation)
      norm.scale = random.normal(shape: [5])
      norm.shift = random.normal(shape: [5])
      let state = BatchNorm<Double>.State(
        mean: random.normal(shape: [5]), variance: random.uniform(shape: [5], in: 0.5..<2))
      let x: Tensor<Double> = random.normal(shape: shape) * 2 + 1
      try checkGradients(
        of: BatchNormLayer(norm: norm, state: state, mode: mode), at: x, using: &random,
        tolerance: 1e-5, constants: ["state.mean", "state.variance"])
    }
  }

  /// More pixels than one task takes, against the formula on whole tensors.
  @Test(arguments: [Activation.identity, .elu(1), .mish], [true, false])
  func batchNormOfManyPixelsIsTheFormula(activation: Activation, trains: Bool) {
    let x: Tensor<Double> = normal([2, 29, 41, 3], "x")
    let dy: Tensor<Double> = normal(x.shape, "dy")
    var norm = BatchNorm<Double>(channels: 3, activation: activation)
    norm.scale = normal([3], "scale")
    norm.shift = normal([3], "shift")
    let state = BatchNorm<Double>.State(
      mean: normal([3], "mean"), variance: square(normal([3], "variance")))
    let (y, tape, _) = norm.forward(x, state, mode: trains ? .training : .evaluation)
    let (dx, gradient) = norm.backward(dy, through: tape)

    let rows = x.reshaped(to: [x.count / 3, 3])
    let mean = trains ? rows.mean(along: 0) : state.mean
    let variance = trains ? square(rows - mean).mean(along: 0) : state.variance
    let inverse = (variance + norm.epsilon).map { 1 / $0.squareRoot() }
    let standard = (rows - mean) * inverse
    let u = standard * norm.scale + norm.shift
    let output = activation(u)
    let du = activation.backward(
      dy.reshaped(to: rows.shape), kept: activation.keepsInput ? u : output)
    let g = du * norm.scale
    let centred = trains ? g - g.mean(along: 0) - standard * (g * standard).mean(along: 0) : g
    expectClose(y, output.reshaped(to: x.shape), within: 1e-12, "y")
    expectClose(dx, (centred * inverse).reshaped(to: x.shape), within: 1e-12, "dx")
    expectClose(gradient.scale, (du * standard).sum(along: 0), within: 1e-11, "dScale")
    expectClose(gradient.shift, du.sum(along: 0), within: 1e-11, "dShift")
  }

  @Test func threadsChangeNoBit() {
    let x: Tensor<Float> = normal([3, 30, 41, 40], "x")
    let dy: Tensor<Float> = normal(x.shape, "dy")
    func run() -> [Tensor<Float>] {
      let group = GroupNorm<Float>(channels: 40, groups: 5)
      let batch = BatchNorm<Float>(channels: 40, activation: .celu(1))
      let (y, tape) = group.forward(x)
      let (dx, gradient) = group.backward(dy, through: tape)
      let (z, other, state) = batch.forward(x, .init(channels: 40), mode: .training)
      let (du, second) = batch.backward(dy, through: other)
      return [
        y, dx, gradient.scale, gradient.shift, z, du, second.scale, second.shift, state.mean,
        state.variance,
      ]
    }
    let one = run()
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(run() == one)
  }

  @Test func activationsOfTheInputEndTheProgram() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let norm = GroupNorm<Float>(channels: 2, groups: 1)
      let x = Tensor<Float>.zeros([1, 2, 2])
      _ = norm.backward(x, through: norm.forward(x).tape, behind: .mish)
    }
    expectMessage(
      result, "GroupNorm.backward: the activation must be differentiated from its output, got mish")
  }

  @Test func wrongExtentsEndTheProgram() async {
    let groups = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = GroupNorm<Float>(channels: 6, groups: 4)
    }
    expectMessage(groups, "the groups must divide the channels, got 4 groups of 6 channels")
    let channels = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = GroupNorm<Float>(channels: 6, groups: 3)(.zeros([2, 3, 3, 5]))
    }
    expectMessage(channels, "GroupNorm.forward: x must be [batch, …, 6], got [2, 3, 3, 5]")
    let single = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let norm = BatchNorm<Float>(channels: 6)
      _ = norm.forward(.zeros([1, 1, 1, 6]), .init(channels: 6), mode: .training)
    }
    expectMessage(single, "training wants at least two numbers per channel, got [1, 1, 1, 6]")
  }
}
