import Infomin
import Layers
import TensorCore

/// One number that says how much two arrays have to do with each other, as the tests of units see it.
///
/// A new estimator is tested by adding it to ``all``.
struct MeasureUnderTest<Scalar: TensorScalar>: Sendable {
  /// Which changes of an array leave the measure as it is.
  enum Invariance: Sendable {
    /// `c a + b` with a factor and a shift of its own for each column, signs too.
    case columns
    /// The same with positive factors: directions or networks see signs.
    case positiveColumns
    /// Shifts for each column, and one factor for the array, of either sign: what is measured are distances.
    case array
    /// As `positiveColumns`, for columns out of an ordinary unit (10⁷ and more): a critic has ordinary ones as they are.
    case farColumns
  }

  let name: String
  let invariance: Invariance
  /// The largest value there can be; infinite for what is not a correlation.
  var bound = 1.0
  /// How far rounding may move the value, for Double and for Float.
  var tolerance = (double: 1e-6, float: 2e-3)
  let value: @Sendable (Tensor<Scalar>, Tensor<Scalar>) throws -> Double

  static var random: Philox { Philox(seed: 11) }

  /// Every estimator, test and correlation of this module, each with its options.
  static var all: [MeasureUnderTest] {
    slices + terms + critics + metrics + tests
  }

  static func named(_ name: String) -> MeasureUnderTest { all.first { $0.name == name }! }

  private static var slices: [MeasureUnderTest] {
    func fit(
      _ name: String, heldOut: Bool = false, _ estimator: SlicedDependence<Scalar>
    ) -> MeasureUnderTest {
      MeasureUnderTest(name: name, invariance: .positiveColumns, tolerance: (1e-5, 5e-3)) { z, t in
        let fit = try estimator.fit(z, t, using: random)
        return Double(heldOut ? fit.heldOut! : fit.inSample)
      }
    }
    return [
      fit("slices", SlicedDependence(sliceCount: 5, ridge: 0.01)),
      fit("slices, held out", heldOut: true, SlicedDependence(sliceCount: 5, ridge: 0.01)),
      fit("slices, dense", SlicedDependence(sliceCount: 5, ridge: 0.01, reducesTarget: false)),
      fit("slices, direct", SlicedDependence(sliceCount: 5, ridge: 0.01, usesIteration: false)),
      fit("slices, dual", SlicedDependence(sliceCount: 80, ridge: 0.1)),
      fit("pairs of slices", SlicedDependence(sliceCount: 5, form: .pair, ridge: 0.01)),
      fit(
        "slices by gradients",
        SlicedDependence(sliceCount: 5, solver: .gradient(steps: 20, learningRate: 0.01))),
      MeasureUnderTest(
        name: "slices, objective", invariance: .positiveColumns, tolerance: (1e-5, 5e-3)
      ) {
        z, t in
        var term = SlicedTerm(SlicedDependence<Scalar>(sliceCount: 5, ridge: 0.01))
        _ = try term.fit(z, t, using: random)
        return Double(term.value(z, t, using: random))
      },
    ]
  }

  private static var terms: [MeasureUnderTest] {
    [
      MeasureUnderTest(name: "Pearson", invariance: .columns) { z, t in
        try PearsonTerm().fit(z, t, using: random).inSample
      },
      MeasureUnderTest(name: "distance", invariance: .array) { z, t in
        Double(DistanceCorrelation().value(z, t, using: random))
      },
      MeasureUnderTest(name: "distance, unbiased", invariance: .array) { z, t in
        Double(DistanceCorrelation(.unbiased).value(z, t, using: random))
      },
    ]
  }

  private static var training: InnerTraining {
    InnerTraining(learningRate: 5e-3, batchSize: 64, passes: 4, firstPassIdle: false)
  }

  private static func critic<Estimator: DependenceEstimator>(
    _ name: String, _ invariance: Invariance, bound: Double = .infinity,
    _ make: @escaping @Sendable (Int, Int) -> Estimator
  ) -> MeasureUnderTest where Estimator.Scalar == Scalar {
    MeasureUnderTest(
      name: name, invariance: invariance, bound: bound,
      // Steps of training standardise by the rows of their batch.
      tolerance: (2e-2, 3e-2)
    ) { z, t in
      var estimator = make(z.shape[1], t.shape[1])
      let report = try estimator.fit(z, t, using: random)
      let value = Double(estimator.value(z, t, using: random))
      // Finite numbers, whatever they are.
      return report.inSample.isFinite && report.heldOut?.isFinite == true ? value : .nan
    }
  }

  private static var critics: [MeasureUnderTest] {
    [
      critic("Rényi", .positiveColumns, bound: 1) {
        NeuralRenyi(inputs: $0, targets: $1, hidden: [8], training: training, random: random)
      },
      critic("total correlation", .farColumns) {
        NeuralTotalCorrelation(
          inputs: $0, targets: $1, hidden: 8, training: training, random: random)
      },
      critic("CLUB", .farColumns) {
        CLUB(inputs: $0, targets: $1, hidden: 8, training: training, random: random)
      },
      MeasureUnderTest(name: "two networks", invariance: .positiveColumns, tolerance: (1e-6, 2e-3))
      {
        z, t in
        let networks = TwoSidedCorrelation<Scalar>(
          inputs: z.shape[1], targets: t.shape[1], hidden: 8, random: random)
        return Double(networks.value(z, t))
      },
    ]
  }

  private static var metrics: [MeasureUnderTest] {
    func star(_ name: String, _ functions: RhoStar.Functions) -> MeasureUnderTest {
      MeasureUnderTest(name: name, invariance: .positiveColumns, tolerance: (1e-5, 2e-2)) { z, t in
        let half = z.shape[0] / 2
        let rows = z.shape[0]
        let training = InnerTraining(
          learningRate: 1e-2, batchSize: 32, passes: 40, firstPassIdle: false)
        return try RhoStar(functions, training: training, permutations: 9).measure(
          train: (z.rows(0..<half), t.rows(0..<half)),
          test: (z.rows(half..<rows), t.rows(half..<rows)), using: random
        ).result.test
      }
    }
    return [
      star("ρ*, one side", .oneSided(hidden: [8])), star("ρ*, two sides", .twoSided(hidden: 8)),
      star("ρ*, slices", .slices(count: 5)),
    ]
  }

  private static var tests: [MeasureUnderTest] {
    func test(
      _ name: String, _ statistic: IndependenceTest.Statistic, _ invariance: Invariance,
      _ tolerance: (double: Double, float: Double) = (1e-5, 5e-3)
    ) -> MeasureUnderTest {
      MeasureUnderTest(name: "test, \(name)", invariance: invariance, tolerance: tolerance) {
        z, t in
        let result = try IndependenceTest(statistic, permutations: 19).run(z, t, using: random)
        guard result.pValue > 0 && result.pValue <= 1 && result.null.allSatisfy(\.isFinite) else {
          return .nan
        }
        return result.statistic
      }
    }
    return [
      test("slices", .sliced(count: 5), .positiveColumns),
      test("pairs of slices", .sliced(count: 5, form: .pair), .positiveColumns),
      // In single precision whatever the arrays are in.
      test("distance", .distance, .array, (1e-3, 2e-3)), test("Pearson", .pearson, .columns),
      test("Rényi", .renyi(hidden: 8, training: training), .positiveColumns, (1e-5, 2e-2)),
    ]
  }
}
