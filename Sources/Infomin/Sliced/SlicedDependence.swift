import Layers
import TensorCore

/// The sliced dependence of two arrays, by an analytic solve: the max-step of Scalable Infomin Learning.
///
/// ```swift
/// let estimator = SlicedDependence<Double>()
/// let fit = try estimator.fit(z, t, using: Philox(seed: 0))
/// print(fit.inSample, fit.heldOut)
/// ```
///
/// `SI(Z;T) = sup ρ(h(θᵀZ), g(φᵀT))` is zero exactly when `Z` and `T` are independent (Chen et al. 2022, theorem 1). The estimate
/// draws slices θ, φ, takes polynomials of tanh(slice) for `h`, `g`, and finds their weights as the first pair of a regularised
/// canonical correlation. The slices are fresh at every fit.
public struct SlicedDependence<Scalar: TensorScalar>: Sendable {
  /// Which functions the supremum runs over.
  public enum Form: String, Codable, Sendable, CaseIterable {
    /// One polynomial sum over all slices of a side: the authors' code, an upper bound in the sample of ``pair``.
    case joint
    /// One polynomial of one slice a side, the best of all pairs: the published formula.
    case pair
  }

  /// How the weights are found.
  public enum Solver: Codable, Sendable, Hashable {
    /// One Cholesky factor a side and a small eigenproblem; where T has few coordinates, conjugate gradients in place of the
    /// factor of Z's side.
    case analytic
    /// Adam on the weights, for this many steps with this learning rate ("slice without the analytic solution").
    case gradient(steps: Int, learningRate: Double)
  }

  /// `S`, the number of slices of each side.
  public var sliceCount: Int
  /// The function class; joint by default, as in the authors' code.
  public var form: Form
  /// How directions are drawn.
  public var mode: SliceMode
  /// How weights are found.
  public var solver: Solver
  /// `r`, added to the diagonal of both covariances.
  public var ridge: Double
  /// The share of the rows, from the first on, that the weights are fitted on; the rest gives the held-out value.
  public var fitFraction: Double
  /// Whether the target side takes its smallest exact coordinates; off, the dense form runs (the tests' oracle).
  public var reducesTarget: Bool
  /// Whether few rows take the n × n dual of the solve; off, the p × p form runs.
  public var usesDual: Bool
  /// Whether float32 arrays and a target of few coordinates take an iteration that needs no covariance in floating point;
  /// off, or where it does not converge, the direct solve runs.
  public var usesIteration: Bool

  /// An estimator; the defaults are those of the authors' fairness experiments.
  public init(
    sliceCount: Int = 100, form: Form = .joint, mode: SliceMode = .sphere,
    solver: Solver = .analytic, ridge: Double = 1e-3, fitFraction: Double = 0.8,
    reducesTarget: Bool = true, usesDual: Bool = true, usesIteration: Bool = true
  ) {
    require(sliceCount >= 1, "SlicedDependence: wants at least one slice, got \(sliceCount)")
    require(ridge > 0, "SlicedDependence: the ridge must be positive, got \(ridge)")
    require(
      fitFraction > 0 && fitFraction <= 1,
      "SlicedDependence: fitFraction must be in (0, 1], got \(fitFraction)")
    self.sliceCount = sliceCount
    self.form = form
    self.mode = mode
    self.solver = solver
    self.ridge = ridge
    self.fitFraction = fitFraction
    self.reducesTarget = reducesTarget
    self.usesDual = usesDual
    self.usesIteration = usesIteration
  }

  /// Draws slices and fits the weights on the first rows of `z` `[n, D]` and `t` `[n, d]`.
  ///
  /// The caller shuffles: rows are split by position.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func fit(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox)
    throws(InfominError) -> SliceFit<Scalar>
  {
    requireShapes(z, t)
    let theta: Tensor<Scalar>
    let phi: Tensor<Scalar>
    do {
      theta = try Slices.draw(
        sliceCount, dimension: z.shape[1], mode: mode, using: random.stream("slices/z"))
      phi = try Slices.draw(
        sliceCount, dimension: t.shape[1], mode: mode, using: random.stream("slices/t"))
    } catch { throw .solveFailed(estimator: "SlicedDependence", reason: error) }
    return try fit(z, t, directions: (theta, phi))
  }

  /// Fits the weights of given slices, `[S, D]` and `[S, d]`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func fit(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, directions: (z: Tensor<Scalar>, t: Tensor<Scalar>)
  ) throws(InfominError) -> SliceFit<Scalar> {
    requireShapes(z, t)
    let rows = z.shape[0]
    let fitRows = fitFraction == 1 ? rows : Int(Double(rows) * fitFraction)
    guard fitRows >= 8 else {
      throw .tooFewRows(
        estimator: "SlicedDependence", expected: Int((8 / fitFraction).rounded(.up)), found: rows)
    }
    let objective: SliceObjective<Scalar>
    let correlation: Double
    var inSample: Scalar?
    switch solver {
    case .analytic:
      do {
        let solution = try SliceSolve(estimator: self, z: z, t: t, rows: fitRows).solve(
          directions.z, directions.t)
        (objective, correlation) = (solution.objective, solution.correlation)
        inSample = solution.inSample.map { Scalar($0) }
      } catch let error as InfominError {
        throw error
      } catch let error as LinearAlgebraError {
        throw .solveFailed(estimator: "SlicedDependence", reason: error)
      } catch { halt("SlicedDependence: unexpected \(error)") }
    case .gradient(let steps, let learningRate):
      objective = try GradientSlices.fit(
        z.rows(0..<fitRows), t.rows(0..<fitRows), directions.z, directions.t, steps: steps,
        learningRate: learningRate)
      correlation = .nan
    }
    // Three rows are the fewest whose correlation is not ±1 by construction.
    let heldOut =
      rows - fitRows >= 3 ? objective.value(z, t, rows: fitRows..<rows) : nil
    return SliceFit(
      objective: objective, correlation: correlation,
      inSample: inSample ?? objective.value(z, t, rows: 0..<fitRows), heldOut: heldOut,
      fitRows: fitRows, featureCount: form == .joint ? 3 * directions.z.shape[0] : 3,
      columnWarning: try ColumnMoments.warning(z, t, estimator: "SlicedDependence"))
  }

  private func requireShapes(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>) {
    require(
      z.rank == 2 && t.rank == 2 && z.shape[0] == t.shape[0],
      "SlicedDependence: z and t must be matrices of as many rows, got \(z.shape) and \(t.shape)")
  }
}

/// What a fit of ``SlicedDependence`` found.
public struct SliceFit<Scalar: TensorScalar>: Sendable {
  /// The slices and weights, ready for the min-step.
  public let objective: SliceObjective<Scalar>
  /// The regularised canonical correlation of the solve; NaN for the gradient solver.
  public let correlation: Double
  /// The objective on the rows of the fit: optimistic, see ``warning``.
  public let inSample: Scalar
  /// The objective on the other rows, `nil` if there were fewer than 3.
  public let heldOut: Scalar?
  /// How many rows were fitted.
  public let fitRows: Int
  /// How many weights the side of `Z` had.
  public let featureCount: Int
  /// A sentence on columns of which the type holds few values.
  let columnWarning: String?

  /// A sentence if the fit had fewer rows than twice its features, where the in-sample value says little, and one on columns of
  /// which the type holds few values.
  ///
  /// For independent data with D = 80 and 400 rows the value is 0.64, 0.88 and 0.995 for S = 50, 100 and 200 (spec §3.2).
  public var warning: String? {
    let parts = [rowWarning, columnWarning].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private var rowWarning: String? {
    guard fitRows < 2 * featureCount else { return nil }
    return
      "SlicedDependence: \(fitRows) rows for \(featureCount) features of Z are under-determined; "
      + "the in-sample value is optimistic: use at least \(2 * featureCount) rows, fewer slices, "
      + "or the held-out value"
  }
}
