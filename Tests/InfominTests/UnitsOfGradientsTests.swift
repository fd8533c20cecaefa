import GradientChecking
import Infomin
import Layers
import TensorCore
import Testing

/// Gradients of measures in any unit: the value does not change with the unit, so that the gradient is that of the ordinary unit
/// over the factor; and columns of which a type holds few values are named.
@Suite struct UnitsOfGradientsTests {
  private let random = Philox(seed: 1)

  private func terms(inputs: Int, targets: Int) -> [(String, any DependenceEstimator<Double>)] {
    [
      ("pearson", PearsonTerm()), ("official", DistanceCorrelation(.official)),
      ("unbiased", DistanceCorrelation(.unbiased)),
      ("renyi", NeuralRenyi(inputs: inputs, targets: targets, hidden: [7], random: random)),
      (
        "tc",
        NeuralTotalCorrelation(inputs: inputs, targets: targets, hidden: 7, random: random)
      ), ("club", CLUB(inputs: inputs, targets: targets, hidden: 7, random: random)),
    ]
  }

  private func sample() -> (z: Tensor<Double>, t: Tensor<Double>) {
    var draw = Philox(seed: 8)
    let z: Tensor<Double> = draw.normal(shape: [40, 3])
    let t: Tensor<Double> = draw.normal(shape: [40, 2]) + z.slice(0..<1, along: 1)
    // Standardised, so that critics have the same columns in an ordinary unit and out of it.
    let standard = ColumnStandardization<Double>()
    return (standard(z), standard(t))
  }

  @Test(arguments: [1e30, 1e-30, 0x1p200, 1e12]) func gradientsAreThoseOverTheFactor(factor: Double)
    throws
  {
    let (z, t) = sample()
    var slice = SlicedTerm(SlicedDependence<Double>(sliceCount: 5, ridge: 0.1, fitFraction: 1))
    _ = try slice.fit(z, t, using: random)
    for (name, term) in terms(inputs: 3, targets: 2) + [("slice", slice)] {
      let plain = term.valueAndGradient(z, t, includingTarget: true, using: random)
      let scaled = term.valueAndGradient(
        z * factor, t * (1 / factor), includingTarget: true, using: random)
      #expect(abs(plain.value - scaled.value) < 1e-9, "\(name)")
      // Out of an ordinary unit the gradient goes through a standardisation, which takes its mean and its slope away.
      let isCritic = name == "tc" || name == "club"
      let standard = ColumnStandardization<Double>()
      func through(_ x: Tensor<Double>, _ g: Tensor<Double>) -> Tensor<Double> {
        isCritic ? standard.backward(g, through: standard.forward(x).tape).dx : g
      }
      #expect(relativeError(scaled.dZ * factor, through(z, plain.dZ)) < 1e-8, "\(name) dZ")
      let dT = try (#require(scaled.dT), #require(plain.dT))
      #expect(relativeError(dT.0 * (1 / factor), through(t, dT.1)) < 1e-8, "\(name) dT")
    }
  }

  /// Central differences where the columns are standardised in double precision, with steps of the columns' own size.
  @Test func gradientsAgreeWithDifferencesFarFromZero() throws {
    let (z, t) = sample()
    let offset = Tensor<Double>(shape: [3], scalars: [1e8, -3e8, 7e8])
    for (name, term) in terms(inputs: 3, targets: 2) {
      try checkGradient(
        of: { term.value($0[0] * 100 + offset, $0[1], using: random) },
        gradients: [
          term.valueAndGradient(z * 100 + offset, t, includingTarget: false, using: random).dZ
            * 100,
          term.valueAndGradient(z * 100 + offset, t, includingTarget: true, using: random).dT!,
        ], at: [z, t], names: ["\(name) z", "\(name) t"], step: 1e-4, tolerance: 1e-3)
    }
  }

  private func shifted(by offset: Double) -> (z: Tensor<Float>, t: Tensor<Float>) {
    let (z, t) = UnitsOfColumnsTests.sample(Double.self)
    return (z.converted(to: Float.self), (t + offset).converted(to: Float.self))
  }

  @Test func columnsOfFewValuesAreNamed() throws {
    let (z, t) = shifted(by: 1e6)
    let distinct = Set(t.scalars).count
    let says = "column 0 of T has \(distinct) distinct values left near"
    let tests: [IndependenceTest.Statistic] = [.pearson, .distance, .sliced(count: 5)]
    for statistic in tests {
      let result = try IndependenceTest(statistic, permutations: 19).run(z, t, using: random)
      #expect(result.warnings.count == 1 && result.warnings[0].contains(says))
      #expect(result.warnings[0].contains("steps of 0.0625") && result.statistic > 0.1)
    }
    #expect(
      try #require(try SlicedDependence<Float>(sliceCount: 5).fit(z, t, using: random).warning)
        .contains(says))
    var estimators: [any DependenceEstimator<Float>] = [
      PearsonTerm(), DistanceCorrelation(), SlicedTerm(SlicedDependence(sliceCount: 5)),
      NeuralRenyi(inputs: 3, targets: 1, random: random),
      NeuralTotalCorrelation(inputs: 3, targets: 1, random: random),
      CLUB(inputs: 3, targets: 1, random: random),
    ]
    for index in estimators.indices {
      let report = try estimators[index].fit(z, t, using: random)
      #expect(report.warning?.contains(says) == true)
    }
    let rho = try RhoStar(.slices(count: 5), permutations: 9).measure(
      train: (z, t), test: (z, t), using: random)
    #expect(rho.warnings.contains { $0.contains("distinct values left") })
  }

  @Test func ordinaryColumnsAreNotNamed() throws {
    for offset in [0, 1, -40, 1000.0] {
      let (z, t) = shifted(by: offset)
      let result = try IndependenceTest(.pearson, permutations: 19).run(z, t, using: random)
      #expect(result.warnings.isEmpty)
    }
    let labels = Tensor<Float>(shape: [160, 1], scalars: (0..<160).map { Float($0 % 2) })
    let (z, _) = shifted(by: 0)
    #expect(
      try IndependenceTest(.pearson, permutations: 19).run(z, labels, using: random).warnings
        .isEmpty)
  }

  /// 10¹⁵ and more in Float: nothing is left of the column, and that is said.
  @Test func arraysThatDoNotVaryAreNamed() throws {
    let (z, t) = shifted(by: 1e15)
    for statistic in IndependenceTestTests.statistics {
      let result = try IndependenceTest(statistic, permutations: 19).run(z, t, using: random)
      #expect(result.statistic == 0 && result.pValue == 1)
      #expect(
        result.warnings == [
          "IndependenceTest: no column of T varies: the dependence is 0 and p is 1, whatever the other array is"
        ])
    }
  }
}
