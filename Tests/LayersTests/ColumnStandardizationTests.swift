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

  /// Columns of one matrix in units from the subnormal to the largest numbers, and far from zero, are all the same column.
  @Test func unitsDoNotMatter() {
    checkUnits(as: Float.self, [1e-38, 1e-30, 1e-20, 1e20, 1e30, 5e37], within: 2e-6)
    checkUnits(as: Double.self, [1e-300, 1e-200, 1e-20, 1e20, 1e200, 3e307], within: 1e-14)
  }

  private func checkUnits<S: TensorScalar>(
    as type: S.Type, _ factors: [Double], within tolerance: Double
  ) {
    var random = Philox(seed: 34)
    let column: Tensor<Double> = random.normal(shape: [60, 1])
    let expected = ColumnStandardization<Double>()(column)
    let x = Tensor<S>.concatenate(
      factors.map { (column * $0).converted(to: S.self) }, along: 1)
    let layer = ColumnStandardization<S>()
    let (y, tape) = layer.forward(x)
    let dy: Tensor<Double> = random.normal(shape: [60, 1])
    let (standard, plain) = (
      ColumnStandardization<Double>(), ColumnStandardization<Double>().forward(column).tape
    )
    let dx = standard.backward(dy, through: plain).dx
    let found = layer.backward(
      .concatenate(factors.map { _ in dy.converted(to: S.self) }, along: 1), through: tape
    ).dx
    for (place, factor) in factors.enumerated() {
      expectClose(
        y.slice(place..<place + 1, along: 1), expected,
        within: max(tolerance, factor < 1e-37 ? 1e-5 : 0),
        "\(factor)")
      let slope = found.slice(place..<place + 1, along: 1)
      #expect(slope.isFinite)
      if 1 / factor < Double(S.greatestFiniteMagnitude) / 10 {
        expectClose(
          slope.converted(to: Double.self) * factor, dx, within: max(tolerance * 10, 1e-13),
          "\(factor)")
      }
    }
    // Rows in place, as the estimators have them.
    var copy = x
    copy.withUnsafeMutableBufferPointer {
      tape.moments.write($0.baseAddress!, $0.baseAddress!, rows: 60)
    }
    #expect(copy == y)
  }

  /// A large offset takes digits away, and no more: the rest is standardised about its own mean.
  @Test(arguments: [1e3, 1e5, 1e6, -3e6]) func offsetsTakeNoMoreThanRounding(offset: Double) {
    var random = Philox(seed: 35)
    let column: Tensor<Double> = random.normal(shape: [400, 1])
    let x = (column + offset).converted(to: Float.self)
    let (y, tape) = ColumnStandardization<Float>().forward(x)
    // The rounded column in double precision is the truth.
    let expected = ColumnStandardization<Double>()(x.converted(to: Double.self) - offset)
    expectClose(y, expected, within: 1e-6)
    #expect(tape.moments.isConstant == [false])
    #expect(tape.moments.coarseColumns == (abs(offset) >= 1e6 ? [0] : []))
  }

  @Test func infinitiesStayInTheMoments() {
    let x = Tensor<Float>(
      shape: [3, 3], scalars: [1, .infinity, 3e38, 2, 0, 3e38, 3, 0, -3e38])
    let moments = ColumnMoments(of: x)
    #expect(moments.mean.scalars[0] == 2 && !moments.mean.scalars[1].isFinite)
    #expect(moments.mean.scalars[2].isFinite && moments.inverseDeviation.scalars[2] > 0)
    #expect(moments(x).slice(2..<3, along: 1).isFinite)
  }

  @Test func oneRowEndsTheProgram() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ColumnStandardization<Double>()(.zeros([1, 3]))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("with n at least 2, got [1, 3]"))
  }
}
