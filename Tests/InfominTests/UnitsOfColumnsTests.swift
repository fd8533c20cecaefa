import Infomin
import Layers
import RealModule
import TensorCore
import Testing

/// Every measure of ``MeasureUnderTest/all`` in any unit: a column times a number plus a number is the same column.
@Suite struct UnitsOfColumnsTests {
  static let names = MeasureUnderTest<Double>.all.map(\.name)

  /// Dependent arrays of 160 rows: T has Z's first column and its square.
  static func sample<Scalar: TensorScalar>(
    _ type: Scalar.Type, targets: Int = 1
  ) -> (z: Tensor<Scalar>, t: Tensor<Scalar>) {
    var random = Philox(seed: 3).stream("units")
    let z: Tensor<Double> = random.normal(shape: [160, 3])
    let noise: Tensor<Double> = random.normal(shape: [160, targets])
    let first = z.slice(0..<1, along: 1)
    let t = noise * 0.4 + first + square(first) * 0.5
    return (z.converted(to: Scalar.self), t.converted(to: Scalar.self))
  }

  /// `c a + b` column by column, in double precision.
  private static func changed<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, _ invariance: MeasureUnderTest<Scalar>.Invariance, offset: Double,
    using random: inout Philox
  ) -> Tensor<Scalar> {
    var common = (factor: factor(invariance, using: &random), sign: sign(using: &random))
    let columns = (0..<x.shape[1]).map { _ -> (factor: Double, shift: Double) in
      switch invariance {
      case .columns:
        common = (factor(invariance, using: &random), sign(using: &random))
      case .positiveColumns, .farColumns: common = (factor(invariance, using: &random), 1)
      case .array: break
      }
      return (common.factor * common.sign, offset * sign(using: &random) * random.uniform())
    }
    return Tensor(
      shape: x.shape,
      scalars: x.scalars.enumerated().map { place, value in
        let column = columns[place % x.shape[1]]
        return Scalar((Double(value) + column.shift) * column.factor)
      })
  }

  private static func sign(using random: inout Philox) -> Double { random.uniform() < 0.5 ? -1 : 1 }

  private static func factor<Scalar>(
    _ invariance: MeasureUnderTest<Scalar>.Invariance, using random: inout Philox
  ) -> Double {
    let least = if case .farColumns = invariance { 7.0 } else { 0.0 }
    let exponent = least + (30 - least) * random.uniform()
    return pow(10, random.uniform() < 0.5 ? exponent : -exponent) * (1 + random.uniform())
  }

  private func check<Scalar: TensorScalar>(
    _ name: String, _ type: Scalar.Type, seed: Int, offset: Double, tolerance: Double? = nil
  ) throws {
    let measure = MeasureUnderTest<Scalar>.named(name)
    var (z, t) = Self.sample(type, targets: 1 + seed % 2)
    if case .farColumns = measure.invariance {
      let standard = ColumnStandardization<Double>()
      z = standard(z.converted(to: Double.self)).converted(to: Scalar.self)
      t = standard(t.converted(to: Double.self)).converted(to: Scalar.self)
    }
    let expected = try measure.value(z, t)
    #expect(expected.isFinite && expected.magnitude > 0.01, "the sample tells nothing")
    var random = Philox(seed: 4).stream(name, seed)
    let found = try measure.value(
      Self.changed(z, measure.invariance, offset: offset, using: &random),
      Self.changed(t, measure.invariance, offset: offset, using: &random))
    let bar = max(
      tolerance ?? 0, type == Float.self ? measure.tolerance.float : measure.tolerance.double)
    #expect(
      abs(found - expected) <= bar * max(1, expected.magnitude),
      "\(name), \(Scalar.self), seed \(seed): \(found), in ordinary units \(expected)")
    #expect(found <= measure.bound)
  }

  @Test(arguments: names, 0..<5) func factors(name: String, seed: Int) throws {
    try check(name, Double.self, seed: seed, offset: 0)
    try check(name, Float.self, seed: seed, offset: 0)
  }

  /// Up to 10⁶ deviations: Double has ten digits left, Float one or two.
  @Test(arguments: names, 0..<5) func factorsAndOffsets(name: String, seed: Int) throws {
    try check(name, Double.self, seed: seed, offset: 1e6, tolerance: 1e-3)
    try check(name, Float.self, seed: seed, offset: 100, tolerance: 0.02)
    try check(name, Float.self, seed: seed, offset: 1e6, tolerance: 0.2)
  }

  /// Columns at the ends of what a type can hold, several in one matrix.
  private func checkExtremes<Scalar: TensorScalar>(_ name: String, _ type: Scalar.Type) throws {
    let measure = MeasureUnderTest<Scalar>.named(name)
    let (z, t) = Self.sample(type)
    let expected = try measure.value(z, t)
    let isCommon = if case .array = measure.invariance { true } else { false }
    let small = Double(Scalar.leastNormalMagnitude) / 64
    let large = Double(Scalar.greatestFiniteMagnitude) / 8
    for (first, second, third) in [
      (small, small, small), (large, large, large), (1e-20, 1e20, 1), (small, 1, large),
    ] {
      if isCommon && first != second { continue }
      let factors = [first, second, third]
      let scaled = Tensor<Scalar>(
        shape: z.shape,
        scalars: z.scalars.enumerated().map {
          Scalar(Double($1) * factors[$0 % 3]).isFinite
            ? Scalar(Double($1) * factors[$0 % 3]) : .greatestFiniteMagnitude
        })
      let found = try measure.value(scaled, t * Scalar(third == 1 ? 1 : third))
      #expect(found.isFinite && found <= measure.bound, "\(factors)")
      if case .farColumns = measure.invariance { continue }
      #expect(
        abs(found - expected) <= 0.05, "\(name) \(Scalar.self) \(factors): \(found), \(expected)")
    }
  }

  @Test(arguments: names) func theEndsOfTheTypes(name: String) throws {
    try checkExtremes(name, Float.self)
    try checkExtremes(name, Double.self)
  }

  /// A constant array depends on nothing: 0, or what a critic says of it, and never NaN; a constant column beside others
  /// counts for nothing.
  private func checkConstants<Scalar: TensorScalar>(_ name: String, _ type: Scalar.Type) throws {
    let measure = MeasureUnderTest<Scalar>.named(name)
    var (z, t) = Self.sample(type)
    for value: Scalar in [0, 0.1, 1e9, -1e30, 1e-40, .greatestFiniteMagnitude] {
      let constant = Tensor<Scalar>(shape: t.shape, repeating: value)
      for (z, t) in [(z, constant), (constant, t), (constant, constant)] {
        let found = try measure.value(z, t)
        #expect(found.isFinite, "\(value)")
        if measure.bound == 1 { #expect(found == 0, "\(value)") }
      }
    }
    let before = try measure.value(z, t)
    for row in 0..<z.shape[0] { z[row, 2] = -1e30 }
    let after = try measure.value(z, t)
    #expect(after.isFinite && after <= measure.bound)
    if name.contains("slices") { #expect(abs(after - before) < 0.35) }
  }

  @Test(arguments: names) func constantArraysAndColumns(name: String) throws {
    try checkConstants(name, Float.self)
    try checkConstants(name, Double.self)
  }

  /// Few rows: an error or a number, at any scale.
  @Test(arguments: names, [2, 3, 4, 5, 9, 17]) func fewRows(name: String, rows: Int) throws {
    let (z, t) = Self.sample(Float.self)
    let measure = MeasureUnderTest<Float>.named(name)
    guard rows >= 4 || !name.hasPrefix("distance") else { return }
    for factor: Float in [1, 1e30, 1e-30] {
      do {
        let found = try measure.value(z.rows(0..<rows) * factor, t.rows(0..<rows) * factor)
        #expect(!found.isNaN && found <= max(measure.bound, 1))
      } catch let error as InfominError {
        #expect("\(error)".contains("rows, found"))
      }
    }
  }
}

private func pow(_ base: Double, _ exponent: Double) -> Double { Double.pow(base, exponent) }
