import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct ImageLayerTests {
  @Test func layersAgreeWithPyTorch() {
    check(ActivationLayer<Double>(.elu(1)), ActivationLayer<Float>(.elu(1)), "elu")
    check(ActivationLayer<Double>(.elu(0.7)), ActivationLayer<Float>(.elu(0.7)), "elu07")
    check(ActivationLayer<Double>(.celu(1)), ActivationLayer<Float>(.celu(1)), "celu")
    check(ActivationLayer<Double>(.celu(2.5)), ActivationLayer<Float>(.celu(2.5)), "celu25")
    check(ActivationLayer<Double>(.mish), ActivationLayer<Float>(.mish), "mish")
    check(PixelShuffle<Double>(factor: 2), PixelShuffle<Float>(factor: 2), "shuffle")
    check(AveragePooling<Double>(window: 2), AveragePooling<Float>(window: 2), "average")
    check(MaxPooling<Double>(window: 2), MaxPooling<Float>(window: 2), "largest")
    let (window, strides) = (PlaneSize(height: 3, width: 2), PlaneSize(height: 2, width: 1))
    check(
      AveragePooling<Double>(window: window, strides: strides, padding: 1),
      AveragePooling<Float>(window: window, strides: strides, padding: 1), "averagePadded")
    check(
      MaxPooling<Double>(window: window, strides: strides, padding: 1),
      MaxPooling<Float>(window: window, strides: strides, padding: 1), "largestPadded")
  }

  private func check<D: Layer, F: Layer>(_ double: D, _ float: F, _ name: String)
  where D.Scalar == Double, F.Scalar == Float {
    check(double, name, within: 1e-14)
    check(float, name, within: 1e-5)
  }

  private func check<L: Layer>(_ layer: L, _ name: String, within tolerance: Double) {
    let golden = LayerGolden.images
    let (y, tape) = layer.forward(golden.tensor("\(name).x"))
    let (dx, _) = layer.backward(golden.tensor("\(name).dy"), through: tape)
    expectClose(y, golden.tensor("\(name).y"), within: tolerance, "\(name) y")
    expectClose(dx, golden.tensor("\(name).dx"), within: tolerance, "\(name) dx")
  }

  @Test(arguments: [1, 3])
  func gradientsAgreeWithDifferences(batch: Int) throws {
    var random = Philox(seed: 8)
    var x: Tensor<Double> = random.normal(shape: [batch, 6, 4, 18])
    x = x.map { $0 + ($0 < 0 ? -0.05 : 0.05) }
    try checkGradients(of: PixelShuffle<Double>(factor: 3), at: x, using: &random)
    let small = x.slice(0..<3, along: 3)
    try checkGradients(of: ActivationLayer<Double>(.elu(1.3)), at: small, using: &random)
    try checkGradients(of: ActivationLayer<Double>(.celu(0.6)), at: small, using: &random)
    try checkGradients(of: ActivationLayer<Double>(.mish), at: small, using: &random)
    let (window, strides) = (PlaneSize(height: 2, width: 3), PlaneSize(height: 1, width: 2))
    try checkGradients(
      of: AveragePooling<Double>(window: window, strides: strides, padding: 1), at: small,
      using: &random)
    try checkGradients(
      of: MaxPooling<Double>(window: window, strides: strides, padding: 1), at: small,
      using: &random)
  }

  @Test func threadsChangeNoBit() {
    let x: Tensor<Float> = normal([5, 12, 10, 18], "x")
    let (window, strides) = (PlaneSize(height: 3, width: 2), PlaneSize(height: 2, width: 1))
    func run<L: Layer>(_ layer: L) -> [Tensor<Float>] where L.Scalar == Float {
      let (y, tape) = layer.forward(x)
      return [y, layer.backward(normal(y.shape, "dy"), through: tape).dx]
    }
    func all() -> [Tensor<Float>] {
      run(PixelShuffle<Float>(factor: 3))
        + run(AveragePooling<Float>(window: window, strides: strides, padding: 1))
        + run(MaxPooling<Float>(window: window, strides: strides, padding: 1))
    }
    let one = all()
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(all() == one)
  }

  @Test func smallNumbersOfTheExponentialUnitsKeepTheirDigits() {
    let x = Tensor<Float>([-1e-8, -1e-4, -0.3, -3, -50])
    let y = ActivationLayer<Float>(.celu(1))(x)
    for (y, x) in zip(y.scalars, x.scalars) {
      let exact = Double.expMinusOne(Double(x))
      #expect(abs(Double(y) - exact) <= 2.5e-7 * abs(exact), "\(x): \(y) for \(exact)")
    }
  }

  @Test func lstmAgreesWithPyTorch() {
    checkLSTM(as: Double.self, within: 1e-13)
    checkLSTM(as: Float.self, within: 1e-5)
  }

  private func checkLSTM<S: TensorScalar>(as type: S.Type, within limit: Double) {
    let golden = LayerGolden.images
    let cell = LSTMCell<S>(
      inputWeight: golden.tensor("lstm.inputWeight"),
      hiddenWeight: golden.tensor("lstm.hiddenWeight"),
      inputBias: golden.tensor("lstm.inputBias"), hiddenBias: golden.tensor("lstm.hiddenBias"))
    let (state, tape) = cell.forward(
      golden.tensor("lstm.x"),
      .init(hidden: golden.tensor("lstm.h"), cell: golden.tensor("lstm.c")))
    let (dx, dState, gradient) = cell.backward(
      .init(hidden: golden.tensor("lstm.dNextH"), cell: golden.tensor("lstm.dNextC")),
      through: tape)
    expectClose(state.hidden, golden.tensor("lstm.nextH"), within: limit, "h")
    expectClose(state.cell, golden.tensor("lstm.nextC"), within: limit, "c")
    expectClose(dx, golden.tensor("lstm.dx"), within: limit, "dx")
    expectClose(dState.hidden, golden.tensor("lstm.dh"), within: limit, "dh")
    expectClose(dState.cell, golden.tensor("lstm.dc"), within: limit, "dc")
    for parameter in cell.parameters {
      expectClose(
        parameter.gradient(in: gradient), golden.tensor("lstm.d.\(parameter.name)"),
        within: limit, parameter.name)
    }
  }

  @Test(arguments: [1, 4])
  func lstmGradientsAgreeWithDifferences(batch: Int) throws {
    var random = Philox(seed: 9)
    let cell = LSTMCell<Double>(inputs: 2, hidden: 3, random: random)
    let layer = LSTMLayer(cell: cell)
    try checkGradients(of: layer, at: random.normal(shape: [batch, 8]), using: &random)
    #expect(cell.parameterCount == 4 * 3 * (2 + 3 + 2))
    #expect(abs(cell.inputWeight).max() <= 1 / 3.0.squareRoot())
  }

  @Test func lstmThreadsChangeNoBit() {
    // Rows enough for several tiles of a product.
    let x: Tensor<Float> = normal([600, 7], "x")
    let state = LSTMCell<Float>.State(
      hidden: normal([600, 9], "hidden"), cell: normal([600, 9], "cell"))
    let cell = LSTMCell<Float>(inputs: 7, hidden: 9, random: Philox(seed: 10))
    func run() -> [Tensor<Float>] {
      let (next, tape) = cell.forward(x, state)
      let (dx, dState, gradient) = cell.backward(next, through: tape)
      return [next.hidden, next.cell, dx, dState.hidden, dState.cell]
        + cell.parameters.map { $0.gradient(in: gradient) }
    }
    let one = run()
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(run() == one)
  }

  @Test func wrongShapesEndTheProgram() async {
    let shuffle = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = PixelShuffle<Float>(factor: 2)(.zeros([1, 2, 2, 6]))
    }
    expectMessage(shuffle, "x must be [batch, height, width, a multiple of 4], got [1, 2, 2, 6]")
    let pool = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = MaxPooling<Float>(window: 3)(.zeros([1, 2, 2, 6]))
    }
    expectMessage(pool, "of at least one window 3 × 3, got [1, 2, 2, 6]")
    let padding = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = AveragePooling<Float>(window: 3, padding: 2)
    }
    expectMessage(padding, "padding at most half the window, got 3 × 3, 3 × 3 and 2 × 2")
    let lstm = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let cell = LSTMCell<Float>(inputs: 2, hidden: 3, random: Philox(seed: 1))
      _ = cell.forward(.zeros([4, 2]), .init(hidden: .zeros([4, 3]), cell: .zeros([1, 3])))
    }
    expectMessage(lstm, "wants x [batch, 2] and states [batch, 3], got [4, 2], [4, 3] and [1, 3]")
    let alpha = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Activation.celu(0)(Tensor<Float>.zeros([1]))
    }
    expectMessage(alpha, "alpha of elu and celu must be positive, got 0.0")
  }
}

/// A cell with input, `h` and `c` beside each other in one matrix, as the layer that the gradient check wants.
private struct LSTMLayer: Layer {
  var cell: LSTMCell<Double>
  typealias Scalar = Double
  typealias Tape = LSTMCell<Double>.Tape

  static var parts: [Part<Self>] { [.part("cell", \.cell)] }

  func forward(_ x: Tensor<Double>) -> (y: Tensor<Double>, tape: LSTMCell<Double>.Tape) {
    let (n, m) = (cell.inputs, cell.hidden)
    let (state, tape) = cell.forward(
      x.slice(0..<n, along: 1),
      .init(
        hidden: x.slice(n..<n + m, along: 1), cell: x.slice(n + m..<n + 2 * m, along: 1)))
    return (.concatenate([state.hidden, state.cell], along: 1), tape)
  }

  func backward(_ dy: Tensor<Double>, through tape: LSTMCell<Double>.Tape)
    -> (dx: Tensor<Double>, gradient: Gradient)
  {
    let m = cell.hidden
    let (dx, dState, gradient) = cell.backward(
      .init(hidden: dy.slice(0..<m, along: 1), cell: dy.slice(m..<2 * m, along: 1)), through: tape)
    return (
      .concatenate([dx, dState.hidden, dState.cell], along: 1),
      Gradient(of: self) { $0.cell = gradient }
    )
  }
}
