import Layers
import RealModule
import TensorCore

/// A permutation test of the independence of two arrays.
///
/// ```swift
/// let test = IndependenceTest(.sliced(count: 20, form: .joint), permutations: 200)
/// let result = try test.run(z, t, using: Philox(seed: 0))
/// print(result.statistic, result.pValue)
/// ```
///
/// The p-value is `(1 + #{permuted statistics ≥ the observed one})/(permutations + 1)`: rejecting where it is at most α is
/// wrong for independent rows with probability at most α, whatever the distributions. Rows must be independent of each other.
///
/// The unit of the columns does not matter: each is centred and scaled before anything is squared (for distances, all columns of
/// an array by one factor). ``Result/warnings`` name columns of which the type holds few values.
///
/// Statistics that learn functions learn them on a random half of the rows and are measured on the other half, where the
/// rows of `T` are permuted with the functions held fixed; the halves are independent, so that the level holds exactly. The
/// equal split is a choice of this package. The other statistics use and permute all rows.
public struct IndependenceTest: Sendable {
  /// What is compared with its permutations; larger values speak against independence.
  public enum Statistic: Sendable, Hashable {
    /// The held-out value of ``SlicedDependence`` with `count` slices.
    case sliced(count: Int, form: SlicedDependence<Double>.Form = .joint)
    /// The bias-corrected distance correlation `V_zt/√(V_z V_t)`, `U`-centred; it may be negative (Székely and Rizzo 2014).
    case distance
    /// The largest magnitude of a correlation of a column of `Z` and one of `T`. Blind to dependence without correlation.
    case pearson
    /// The held-out value of ``RenyiObjective``, with one hidden layer. Blind to dependence that leaves `E[T|Z]` constant.
    case renyi(hidden: Int = 64, training: InnerTraining = IndependenceTest.renyiTraining)
  }

  /// The training of ``Statistic/renyi(hidden:training:)`` unless another is given: at most 200 passes, stopped after 40
  /// without a better held-out value.
  public static let renyiTraining = InnerTraining(
    learningRate: 2e-3, passes: 200, firstPassIdle: false, patience: 40)

  /// The outcome of a test.
  public struct Result: Sendable, Hashable, Codable {
    /// The observed statistic.
    public var statistic: Double
    /// At least `1/(permutations + 1)`, at most 1.
    public var pValue: Double
    /// The statistics of the permutations, in order of drawing.
    public var null: [Double]
    /// What a user should know of the columns: arrays that do not vary, whose statistic is 0 with p = 1, and columns of which the
    /// type holds few values.
    public var warnings: [String]

    /// An outcome.
    public init(statistic: Double, pValue: Double, null: [Double], warnings: [String] = []) {
      self.statistic = statistic
      self.pValue = pValue
      self.null = null
      self.warnings = warnings
    }

    /// Reads an outcome; of an older one, `warnings` is empty.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      statistic = try values.decode(Double.self, forKey: .statistic)
      pValue = try values.decode(Double.self, forKey: .pValue)
      null = try values.decode([Double].self, forKey: .null)
      warnings = try values.decodeIfPresent([String].self, forKey: .warnings) ?? []
    }
  }

  /// The statistic.
  public var statistic: Statistic
  /// How many permutations are drawn; with fewer than 19, no result is significant at 5 %.
  public var permutations: Int

  /// A test.
  public init(_ statistic: Statistic, permutations: Int = 200) {
    require(
      permutations >= 1,
      "IndependenceTest: wants at least one permutation, got \(permutations)")
    self.statistic = statistic
    self.permutations = permutations
  }

  /// Tests the rows of `z` `[n, D]` against those of `t` `[n, d]`.
  ///
  /// - Throws: ``InfominError`` for values that are not finite, and for too few rows: 16 for slices, 4 for distances and
  ///   correlations, and for networks what ``InnerTraining`` wants of half of them.
  public func run<Scalar: TensorScalar>(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox
  ) throws(InfominError) -> Result {
    require(
      z.rank == 2 && t.rank == 2 && z.shape[0] == t.shape[0],
      "IndependenceTest: z and t must be matrices of as many rows, got \(z.shape) and \(t.shape)")
    let least = if case .sliced = statistic { 16 } else { 4 }
    guard z.shape[0] >= least else {
      throw .tooFewRows(estimator: "IndependenceTest", expected: least, found: z.shape[0])
    }
    var warnings: [String] = []
    for (x, name) in [(z, "Z"), (t, "T")] {
      let moments = try ColumnMoments.checked(x, name: name, estimator: "IndependenceTest")
      warnings += moments.constantWarnings(name: name, estimator: "IndependenceTest")
      warnings += moments.coarseWarnings(x, name: name, estimator: "IndependenceTest")
    }
    let paired = try pairing(z, t, using: random)
    let rows = paired.rows
    let observed = paired.value(Array(0..<rows))
    let null = parallelMap(over: permutations) { index in
      var draw = random.stream("permutation", index)
      return paired.value(draw.permutation(rows))
    }
    // Permutations of equal rows give the same statistic up to the rounding of its sums, and count as equal.
    let threshold = observed - 256 * Double(Scalar.ulpOfOne) * observed.magnitude
    let count = null.count { $0 >= threshold }
    return Result(
      statistic: observed, pValue: Double(1 + count) / Double(permutations + 1), null: null,
      warnings: warnings)
  }

  /// What a permutation of the rows of `T` works on: the statistic as a function of the order.
  private struct Pairing: Sendable {
    let rows: Int
    let value: @Sendable ([Int]) -> Double
  }

  private func pairing<Scalar: TensorScalar>(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox
  ) throws(InfominError) -> Pairing {
    switch statistic {
    case .pearson:
      let (zh, th) = (Standardized(z).y, Standardized(t).y)
      return Pairing(rows: z.shape[0]) { order in
        let correlations = matmul(zh, th.gather(rows: order), transposeA: true)
        return min(Double(abs(correlations).max()) / Double(order.count - 1), 1)
      }
    case .distance:
      let pair = CentredDistances(
        DistanceUnit(z).x.converted(to: Float.self), DistanceUnit(t).x.converted(to: Float.self))
      return Pairing(rows: z.shape[0]) { pair.correlation($0) }
    case .sliced(let count, let form):
      let halves = Halves(z, t, using: random)
      let fit = try SlicedDependence<Scalar>(
        sliceCount: count, form: .init(rawValue: form.rawValue)!, fitFraction: 1
      ).fit(halves.fit.z, halves.fit.t, using: random.stream("fit"))
      let (h, g) = fit.objective.functions(halves.test.z, halves.test.t)
      let (first, second) = (
        h.converted(to: Double.self).scalars, g.converted(to: Double.self).scalars
      )
      return Pairing(rows: first.count) { order in
        var sum = 0.0
        for (row, other) in order.enumerated() { sum += first[row] * second[other] }
        return min(sum.magnitude / Double(order.count), 1)
      }
    case .renyi(let hidden, let training):
      let halves = Halves(z, t, using: random)
      var critic = NeuralRenyi<Scalar>(
        inputs: z.shape[1], targets: t.shape[1], hidden: [hidden], training: training,
        random: random.stream("network"))
      _ = try critic.fit(halves.fit.z, halves.fit.t, using: random.stream("fit"))
      let scores = critic.network.prepared().sharded(Standardized(halves.test.z).y)
      let (h, target) = (Standardized(scores).y, Standardized(halves.test.t).y)
      return Pairing(rows: h.shape[0]) { order in
        min(Double(abs((h * target.gather(rows: order)).mean(along: 0)).mean()), 1)
      }
    }
  }

  /// A random half of the rows to learn on, and the other to measure on.
  private struct Halves<Scalar: TensorScalar> {
    let fit, test: (z: Tensor<Scalar>, t: Tensor<Scalar>)

    init(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox) {
      var draw = random.stream("halves")
      let order = draw.permutation(z.shape[0])
      let half = order.count / 2
      let (first, second) = (Array(order[..<half]), Array(order[half...]))
      fit = (z.gather(rows: first), t.gather(rows: first))
      test = (z.gather(rows: second), t.gather(rows: second))
    }
  }
}
