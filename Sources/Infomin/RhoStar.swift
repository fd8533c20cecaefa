import Layers
import TensorCore

/// The evaluation metric `ρ*(Z, T) = sup ρ(h(Z), g(T))`: 0 for independent arrays, 1 for a deterministic relation.
///
/// Functions are learned on frozen training rows and measured on test rows. The permutation null keeps them fixed and
/// shuffles the rows of `T` in the test set: what the value would be without dependence (spec §7). It is the same in any unit of
/// the columns; where `Z` or `T` does not vary among the test rows it is 0 with p = 1, and ``Measurement/warnings`` say so.
public struct RhoStar: Sendable {
  /// Which functions the supremum runs over.
  public enum Functions: Sendable, Hashable {
    /// `g` the identity, `h` a perceptron: the metric of the authors' code. 200 hidden units for `T`, 100 and 100 for `Y`.
    case oneSided(hidden: [Int])
    /// A perceptron on each side.
    case twoSided(hidden: Int)
    /// The sliced estimator with this many slices, by its exact solve.
    case slices(count: Int)
  }

  /// The functions.
  public var functions: Functions
  /// How networks are trained: the authors' 1000 passes with batches of 1024.
  public var training: InnerTraining
  /// How many shuffles make the null.
  public var permutations: Int

  /// A metric.
  public init(
    _ functions: Functions = .oneSided(hidden: [200]),
    training: InnerTraining = InnerTraining(passes: 1000), permutations: Int = 200
  ) {
    self.functions = functions
    self.training = training
    self.permutations = permutations
  }

  /// What a measurement found.
  public struct Result: Sendable, Codable, Equatable {
    /// On the held-out part of the training rows that also selected among passes: optimistic. The authors' "[val]".
    public var validation: Double
    /// On all test rows.
    public var test: Double
    /// On the last fifth of the test rows: the authors' "[test]".
    public var testTail: Double
    /// The 95 % point of the null on all test rows.
    public var null95: Double
    /// The share of shuffles with at least the test value, counting the unshuffled rows as one: at least 1/(permutations + 1).
    public var pValue: Double
  }

  /// A measurement, and the learned function for those who want to predict with it.
  public struct Measurement<Scalar: TensorScalar>: Sendable {
    /// The numbers.
    public var result: Result
    /// `h` on the test rows, standardised, with the sign that makes it rise with the first column of `T` on the
    /// training rows. `[n]`
    public var testScores: Tensor<Scalar>
    /// The same on the training rows.
    public var trainScores: Tensor<Scalar>
    /// What a user should know of the columns: those that do not vary, those of which the type holds few values.
    public var warnings: [String] = []
  }

  /// Learns the functions on training rows and measures them on test rows.
  ///
  /// - Parameters:
  ///   - start: a network that the one-sided form starts from, such as the predictor that was trained with the
  ///     representation; the supremum can only gain by it. Without one a fresh network is drawn.
  ///   - progress: called with the number of passes done, of those planned; throws to stop.
  public func measure<Scalar: TensorScalar>(
    train: (z: Tensor<Scalar>, t: Tensor<Scalar>), test: (z: Tensor<Scalar>, t: Tensor<Scalar>),
    startingFrom start: MLP<Scalar>? = nil, using random: Philox,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> Measurement<Scalar> {
    guard test.z.shape[0] >= 20 else {
      throw InfominError.tooFewRows(estimator: "RhoStar", expected: 20, found: test.z.shape[0])
    }
    let warnings = try [(test.z, "Z of the test rows"), (test.t, "T of the test rows")].flatMap {
      x, name in
      let moments = try ColumnMoments.checked(x, name: name, estimator: "RhoStar")
      return moments.constantWarnings(name: name, estimator: "RhoStar")
        + moments.coarseWarnings(x, name: name, estimator: "RhoStar")
    }
    let (z, t) = train
    let report: (Int) throws -> Void = { try progress($0 + 1, training.passes) }
    // Functions that take rows to standardised numbers, `h` `[n, d]` and `g` `[n, d]`.
    let validation: Double
    let project: (Tensor<Scalar>, Tensor<Scalar>) -> (h: Tensor<Scalar>, g: Tensor<Scalar>)
    switch functions {
    case .oneSided(let hidden):
      var network =
        start
        ?? RenyiObjective<Scalar>.network(
          inputs: z.shape[1], hidden: hidden, outputs: t.shape[1],
          random: random.stream("network"))
      validation =
        -(try training.train(
          &network, z, t, using: random, estimator: "RhoStar",
          gradient: { network, z, t, _ in
            var gradient = RenyiObjective.evaluate(network, z, t, wanting: .network).network!
            gradient *= -1
            return gradient
          }, loss: { network, z, t, _ in -RenyiObjective.value(network, z, t) }, progress: report
        ).heldOut)
      let learned = network
      project = { z, t in
        (Standardized(learned.prepared().sharded(Standardized(z).y)).y, Standardized(t).y)
      }
    case .twoSided(let hidden):
      var model = TwoSidedCorrelation<Scalar>(
        inputs: z.shape[1], targets: t.shape[1], hidden: hidden, random: random.stream("network"))
      validation =
        -(try training.train(
          &model, z, t, using: random, estimator: "RhoStar",
          gradient: { model, z, t, _ in
            var gradient = model.evaluate(z, t, includingArrays: false).gradient
            gradient *= -1
            return gradient
          }, loss: { model, z, t, _ in -model.value(z, t) }, progress: report
        ).heldOut)
      let learned = model
      project = { learned.functions($0, $1) }
    case .slices(let count):
      let fit = try SlicedDependence<Scalar>(sliceCount: count).fit(z, t, using: random)
      validation = Double(fit.heldOut ?? fit.inSample)
      project = { fit.objective.functions($0, $1) }
    }
    let (h, g) = project(test.z, test.t)
    let value = Self.correlation(h, g)
    let rows = test.z.shape[0]
    let tail = rows - rows / 5..<rows
    let (tailH, tailG) = project(test.z.rows(tail), test.t.rows(tail))
    let shuffle = random.stream("null")
    let null = parallelMap(over: permutations) { index in
      var stream = shuffle.stream("permutation", index)
      return Self.correlation(h, g.gather(rows: stream.permutation(rows)))
    }.sorted()
    let reached = null.count { $0 >= value }
    let result = Result(
      validation: validation, test: value, testTail: Self.correlation(tailH, tailG),
      null95: null.isEmpty
        ? .nan : null[min(Int((0.95 * Double(null.count)).rounded(.up)), null.count) - 1],
      pValue: Double(reached + 1) / Double(null.count + 1))
    let (trainH, trainG) = project(z, t)
    func column(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
      x.slice(0..<1, along: 1).reshaped(to: [x.shape[0]])
    }
    let sign: Scalar = (column(trainH) * column(trainG)).sum() < 0 ? -1 : 1
    return Measurement(
      result: result, testScores: column(h) * sign, trainScores: column(trainH) * sign,
      warnings: warnings)
  }

  /// `mean_k |1/n Σ h_ik g_ik|` of standardised columns.
  private static func correlation<Scalar>(_ h: Tensor<Scalar>, _ g: Tensor<Scalar>) -> Double {
    min(Double(abs((h * g).mean(along: 0)).mean()), 1)
  }
}
