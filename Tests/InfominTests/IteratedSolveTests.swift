import Layers
import TensorCore
import Testing

@testable import Infomin

/// The iteration on float32 features against the direct solves in float32 and in double precision.
@Suite(.serialized) struct IteratedSolveTests {
  private struct Problem {
    var z, t: Tensor<Double>
    var ridge = 1e-3
    var slices = 70

    /// `Z` of which two columns follow the class.
    init(rows: Int = 3000, columns: Int = 24, classes: Int, dependence: Double = 0.7) {
      var random = Philox(seed: 11).stream("iterated", rows, classes)
      z = random.normal(shape: [rows, columns])
      let labels = (0..<rows).map { _ in random.next(below: classes) }
      t = .oneHot(labels, classCount: classes)
      for (row, label) in labels.enumerated() {
        z[row, 0] += dependence * Double(label)
        z[row, 1] *= 1 + dependence * Double(label % 2)
      }
    }

    func fit<Scalar: TensorScalar>(_ iterates: Bool, _ type: Scalar.Type = Float.self) throws
      -> SliceFit<Scalar>
    {
      let random = Philox(seed: 3)
      // The slices of float32 in both precisions.
      let theta: Tensor<Float> = try Slices.draw(
        slices, dimension: z.shape[1], using: random.stream("z"))
      let phi: Tensor<Float> = try Slices.draw(
        slices, dimension: t.shape[1], using: random.stream("t"))
      let single = (z.converted(to: Float.self), t.converted(to: Float.self))
      return try SlicedDependence<Scalar>(
        sliceCount: slices, ridge: ridge, usesIteration: iterates
      ).fit(
        single.0.converted(to: Scalar.self), single.1.converted(to: Scalar.self),
        directions: (theta.converted(to: Scalar.self), phi.converted(to: Scalar.self)))
    }

    /// The iteration by itself on all rows.
    func solution() throws -> (correlation: Double, first: Tensor<Double>, second: Tensor<Double>)?
    {
      let (z, t) = (z.converted(to: Float.self), t.converted(to: Float.self))
      let random = Philox(seed: 3)
      let target = try TargetSide(
        t, rows: t.shape[0], moments: ColumnMoments(of: t),
        directions: Slices.draw(slices, dimension: t.shape[1], using: random.stream("t")),
        ridge: ridge, reduces: true)
      let solve = IteratedSolve<Float>(
        z, rows: z.shape[0], moments: ColumnMoments(of: z),
        directions: try Slices.draw(slices, dimension: z.shape[1], using: random.stream("z")),
        ridge: ridge, target: target)
      return try solve.topPair(
        target.whitening(covariance: solve.secondCovariance, rows: z.shape[0]).apply(
          solve.crossRows))
    }
  }

  /// The distance of functions over rows of unit variance: weights differ most where features hardly vary, which no value sees.
  private static func distance(
    _ found: SliceFit<Float>, _ exact: SliceFit<Double>, _ problem: Problem
  ) -> Double {
    let theta = found.objective.z.directions.converted(to: Double.self)
    let weights = found.objective.z.weights.converted(to: Double.self)
    let t = found.objective.t
    let other = SliceObjective<Double>(
      z: .init(directions: theta, weights: weights),
      t: .init(
        directions: t.directions.converted(to: Double.self),
        weights: t.weights.converted(to: Double.self)))
    let (h, _) = other.functions(problem.z, problem.t)
    let (expected, _) = exact.objective.functions(problem.z, problem.t)
    let sign = (h * expected).sum() < 0 ? -1.0 : 1.0
    let difference = h * sign - expected
    return (difference * difference).mean().squareRoot()
  }

  private static let plain = LevelInstructions.best == .plain

  @Test(arguments: [2, 3, 5]) func equalsTheDirectSolve(classes: Int) throws {
    let problem = Problem(classes: classes)
    let (found, direct) = (try problem.fit(true), try problem.fit(false))
    let exact = try problem.fit(false, Double.self)
    #expect(relativeError(found.correlation, exact.correlation) < 1e-6)
    #expect(relativeError(Double(found.inSample), exact.inSample) < 1e-6)
    #expect(relativeError(Double(try #require(found.heldOut)), try #require(exact.heldOut)) < 1e-4)
    let (own, other) = (
      Self.distance(found, exact, problem), Self.distance(direct, exact, problem)
    )
    #expect(own < 1e-5 && own < max(1e-6, 2 * other))
    #expect(Self.plain || found.objective.z.weights != direct.objective.z.weights)
  }

  @Test func oneColumnOfTheTargetEqualsTheDirectSolve() throws {
    var problem = Problem(classes: 3)
    var random = Philox(seed: 12)
    problem.t = random.normal(shape: [3000, 1]) + problem.z.slice(0..<1, along: 1)
    let (found, exact) = (try problem.fit(true), try problem.fit(false, Double.self))
    #expect(relativeError(found.correlation, exact.correlation) < 1e-6)
    #expect(Self.distance(found, exact, problem) < 1e-5)
  }

  /// Features that depend on each other almost or fully, and ridges down to nothing: as near as the direct form.
  @Test(
    arguments: ["repeated", "constant", "one direction", "independent"], [1e-2, 1e-3, 1e-5, 1e-7])
  func badConditionsAreNoWorseThanDirectly(name: String, ridge: Double) throws {
    var problem = Problem(classes: 3, dependence: name == "independent" ? 0 : 0.7)
    problem.ridge = ridge
    let columns = problem.z.shape[1]
    var random = Philox(seed: 13)
    let noise: Tensor<Double> = random.normal(shape: problem.z.shape)
    for row in 0..<problem.z.shape[0] {
      for column in 2..<columns {
        switch name {
        case "repeated": problem.z[row, column] = problem.z[row, column % 3]
        case "constant": problem.z[row, column] = 5
        case "one direction":
          problem.z[row, column] = problem.z[row, 0] + 0.01 * noise[row, column]
        default: break
        }
      }
    }
    let (found, direct) = (try? problem.fit(true), try? problem.fit(false))
    // Without a ridge to speak of the covariance of float32 products need not be positive.
    guard let found, let direct else {
      #expect(found == nil && direct == nil || direct == nil)
      return
    }
    let exact = try problem.fit(false, Double.self)
    let errors = (
      relativeError(found.correlation, exact.correlation),
      relativeError(direct.correlation, exact.correlation)
    )
    let distances = (
      Self.distance(found, exact, problem), Self.distance(direct, exact, problem)
    )
    #expect(errors.0 < max(1e-6, 2 * errors.1))
    #expect(distances.0 < max(1e-5, 2 * distances.1))
  }

  /// Where the iteration gives up, the fit is that of the direct form to the bit.
  @Test(.enabled(if: !plain)) func givesUpForTheDirectSolve() throws {
    var problem = Problem(classes: 3)
    // Features that depend on each other, and a ridge far below the square of the rounding.
    for row in 0..<problem.z.shape[0] {
      for column in 3..<problem.z.shape[1] { problem.z[row, column] = problem.z[row, column % 3] }
    }
    problem.ridge = 1e-7
    #expect(try problem.solution() == nil)
    let (found, direct) = (try problem.fit(true), try problem.fit(false))
    #expect(found.objective.z.weights == direct.objective.z.weights)
    #expect(found.correlation == direct.correlation)
  }

  @Test(.enabled(if: !plain)) func threadsAndInstructionsChangeNoBit() throws {
    let before = Parallelism.threads
    defer { Parallelism.threads = before }
    // Neither whole blocks of rows nor whole panels of slices.
    var problem = Problem(rows: 2777, classes: 3)
    problem.slices = 133
    Parallelism.threads = 1
    let expected = try problem.fit(true)
    for instructions in LevelInstructions.available where instructions != .plain {
      for threads in 1...3 {
        Parallelism.threads = threads
        let found = try LevelInstructions.$chosen.withValue(instructions) { try problem.fit(true) }
        #expect(found.objective.z.weights == expected.objective.z.weights)
        #expect(found.objective.t.weights == expected.objective.t.weights)
        #expect(found.correlation == expected.correlation && found.inSample == expected.inSample)
        #expect(found.heldOut == expected.heldOut)
      }
    }
  }

  /// A target of one class has nothing to follow.
  @Test func nothingCorrelatesWithAConstant() throws {
    var problem = Problem(classes: 2)
    problem.t = .oneHot([Int](repeating: 0, count: 3000), classCount: 2)
    let found = try #require(try problem.solution())
    #expect(found.correlation == 0)
    #expect(found.first.scalars.allSatisfy { $0 == 0 })
  }
}
