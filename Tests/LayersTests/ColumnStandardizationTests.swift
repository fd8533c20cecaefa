import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct ColumnStandardizationTests {
  @Test(arguments: ["standardise", "standardiseTwoRows"])
  func agreesWithPyTorch(name: String) {
    // Two rows differ by 10⁻² or so around 5: the cancellation costs four digits.
    check(name, as: Double.self, within: 1e-11)
    check(name, as: Float.self, within: name == "standardise" ? 1e-5 : 1e-3)
  }

  private func check<S: TensorScalar>(_ name: String, as type: S.Type, within tolerance: Double) {
    let golden = LayerGolden.layers
    let layer = ColumnStandardization<S>()
    let (y, tape) = layer.forward(golden.tensor("\(name).x"))
    let (dx, _) = layer.backward(golden.tensor("\(name).dy"), through: tape)
    expectClose(y, golden.tensor("\(name).y"), within: tolerance, "y")
    expectClose(dx, golden.tensor("\(name).dx"), within: tolerance, "dx")
    expectClose(tape.moments.mean, golden.tensor("\(name).mean"), within: tolerance, "mean")
    expectClose(
      tape.moments.deviation, golden.tensor("\(name).deviation"), within: tolerance, "deviation")
  }

  @Test(arguments: [[2, 3], [9, 4], [7, 1]] as [Shape])
  func gradientsAgreeWithDifferences(shape: Shape) throws {
    var random = Philox(seed: 31)
    let x: Tensor<Double> = random.normal(shape: shape) * 3 + 1
    // Of two rows, y is ±1/√2 whatever x is: all that is left of the gradient is rounding.
    if shape[0] == 2 {
      let layer = ColumnStandardization<Double>()
      let (y, tape) = layer.forward(x)
      expectClose(abs(y), .init(shape: shape, repeating: 0.5.squareRoot()), within: 1e-15)
      let dx = layer.backward(random.normal(shape: shape), through: tape).dx
      expectClose(dx, .zeros(shape), within: 1e-14)
    } else {
      try checkGradients(of: ColumnStandardization<Double>(), at: x, using: &random)
    }
  }

  @Test func constantColumnsGiveZeroAndTakeNoGradient() {
    check(as: Double.self)
    check(as: Float.self)
  }

  private func check<S: TensorScalar>(as type: S.Type) {
    var random = Philox(seed: 32)
    var x: Tensor<S> = random.normal(shape: [50, 4])
    for row in 0..<50 {
      x[row, 1] = 0.1
      x[row, 2] = 0
      // Small numbers are not constant ones.
      x[row, 3] *= 1e-8
    }
    let layer = ColumnStandardization<S>()
    let (y, tape) = layer.forward(x)
    let dx = layer.backward(random.normal(shape: [50, 4]), through: tape).dx
    #expect(tape.moments.isConstant == [false, true, true, false])
    for column in [1, 2] {
      #expect(y.slice(column..<column + 1, along: 1) == .zeros([50, 1]))
      #expect(dx.slice(column..<column + 1, along: 1) == .zeros([50, 1]))
    }
    #expect(y.isFinite && dx.isFinite)
    #expect(abs(Double(square(y.slice(3..<4, along: 1)).sum()) - 49) < 1e-3)
    #expect(tape.moments(x).isFinite)
  }

  @Test func momentsStandardiseOtherRows() {
    var random = Philox(seed: 33)
    let x: Tensor<Double> = random.normal(shape: [20, 3]) * 2 + 5
    let other: Tensor<Double> = random.normal(shape: [1, 3])
    let moments = ColumnStandardization<Double>().moments(of: x)
    expectClose(
      moments(other), (other - x.mean(along: 0)) / sqrt(x.variance(along: 0)), within: 1e-13)
    expectClose(moments(x), ColumnStandardization<Double>()(x), within: 1e-15)
  }

  @Test func oneRowEndsTheProgram() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ColumnStandardization<Double>()(.zeros([1, 3]))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("with n at least 2, got [1, 3]"))
  }
}
