import Layers
import TensorCore

/// The target's features in the smallest coordinates that give the same canonical correlation.
///
/// - **One column**: each slice is ± the column, and its 3 S features span tanh t, tanh² t, tanh³ t. One copy with ridge
///   r/S stands for S copies with ridge r (weights spread equally; a sign flip is absorbed by the odd powers).
/// - **Few distinct rows** (one-hot labels): the centred features have rank at most k − 1, and follow from a singular value
///   decomposition of the k weighted distinct rows.
/// - **Anything else**: all 3 S features.
///
/// All three are exact (derivations: spec §3.4); the dense form is the oracle of the tests.
struct TargetSide<Scalar: TensorScalar>: Sendable {
  private enum Coordinates: Sendable {
    case dense
    case singleColumn
    /// `features` are those of the distinct rows, `[k, 3 S]`.
    case distinct(DistinctRows<Scalar>, features: Tensor<Double>)
  }

  let t: Tensor<Scalar>
  let moments: ColumnMoments<Scalar>
  let directions: Tensor<Scalar>
  let ridge: Double
  private let coordinates: Coordinates

  init(
    _ t: Tensor<Scalar>, rows: Int, moments: ColumnMoments<Scalar>, directions: Tensor<Scalar>,
    ridge: Double,
    reduces: Bool
  ) throws(InfominError) {
    self.t = t
    self.moments = moments
    self.directions = directions
    self.ridge = ridge
    if reduces && t.shape[1] == 1 && directions.scalars.allSatisfy({ $0.magnitude == 1 }) {
      coordinates = .singleColumn
    } else if reduces, let distinct = DistinctRows(t, rows: rows, atMost: Self.mostDistinctRows) {
      let values = moments(distinct.values)
      coordinates = .distinct(
        distinct, features: SliceFeatures.matrix(values, directions).converted(to: Double.self))
    } else {
      coordinates = .dense
    }
  }

  private var isSingleColumn: Bool { if case .singleColumn = coordinates { true } else { false } }

  /// How many distinct rows still pay.
  static var mostDistinctRows: Int { 24 }

  /// `q`, the number of features in this side's coordinates.
  var featureCount: Int {
    switch coordinates {
    case .dense: 3 * directions.shape[0]
    case .singleColumn: 3
    case .distinct(let distinct, _): distinct.counts.count
    }
  }

  /// What stands on the diagonal of the covariance of the features that the weights of ``Whitening/weights(_:)`` belong to.
  var ridgeOfFeatures: Double {
    isSingleColumn ? ridge / Double(directions.shape[0]) : ridge
  }

  /// Writes the features of a range of rows, `q` in a row, less some constants that covariances do not see.
  func write(_ range: Range<Int>, into f: UnsafeMutablePointer<Scalar>, stride: Int) {
    switch coordinates {
    case .dense:
      SliceFeatures.write(range, of: t, moments, directions, into: f, stride: stride)
    case .singleColumn:
      SliceFeatures.write(range, of: t, moments, .ones([1, 1]), into: f, stride: stride)
    case .distinct(let distinct, _):
      for (place, label) in distinct.labels[range].enumerated() {
        let row = f + place * stride
        row.update(repeating: 0, count: distinct.counts.count)
        row[label] = 1
      }
    }
  }

  /// The map `W` to whitened coordinates, in which the second side of the analysis is a unit vector.
  enum Whitening: Sendable {
    /// `W = L⁻ᵀ` for the Cholesky factor of the covariance with its ridge.
    case factor(Tensor<Double>)
    /// `W` `[k, r]` for distinct rows, and `B` `[3 S, r]`, which takes whitened coordinates to weights.
    case matrix(Tensor<Double>, back: Tensor<Double>)

    /// `Wᵀ x` for `x` `[q, columns]`.
    func apply(_ x: Tensor<Double>) throws(LinearAlgebraError) -> Tensor<Double> {
      switch self {
      case .factor(let l): try solveTriangular(l, x)
      case .matrix(let w, _): matmul(w, x, transposeA: true)
      }
    }

    /// The weights of a unit vector in whitened coordinates.
    func weights(_ b: Tensor<Double>) throws(LinearAlgebraError) -> Tensor<Double> {
      let column = b.reshaped(to: [b.count, 1])
      switch self {
      case .factor(let l): return try solveTriangular(l, column, transpose: true)
      case .matrix(_, let back): return matmul(back, column)
      }
    }
  }

  /// The whitening for the covariance (without ridge) of the features over `rows` rows.
  func whitening(covariance: Tensor<Double>, rows: Int) throws(LinearAlgebraError) -> Whitening {
    switch coordinates {
    case .dense, .singleColumn:
      var ridged = covariance
      ridged.addToDiagonal(ridgeOfFeatures, upTo: featureCount)
      return .factor(try cholesky(ridged))
    case .distinct(let distinct, let features):
      // √n_i (g_i − mean) = U diag(s) Vᵀ; then M = L₁⁻¹ F_cᵀ (U/√n_i) diag(s/√((n−1)(s² + (n−1) r))), and F_cᵀ times
      // the one-hot rows is (n−1) times the cross-covariance.
      let n = Double(rows)
      let weights = Tensor(distinct.counts.map { Double($0).squareRoot() })
      let roots = weights.reshaped(to: [weights.count, 1])
      let mean = (features * (roots * roots)).sum(along: 0) * (1 / n)
      let (u, s, vT) = try svd((features - mean) * roots)
      let scale = s.map { $0 / ((n - 1) * ($0 * $0 + (n - 1) * ridge)).squareRoot() }
      let back = s.map { 1 / ($0 * $0 / (n - 1) + ridge).squareRoot() }
      return .matrix(u / roots * scale * (n - 1), back: vT.transposed * back)
    }
  }

  /// The slices and weights of the objective for weights in this side's coordinates, `[q, 1]`.
  func side(of weights: Tensor<Double>) -> SliceObjective<Scalar>.Side {
    let directions: Tensor<Scalar> = isSingleColumn ? .ones([1, 1]) : self.directions
    return .init(
      directions: directions,
      weights: weights.reshaped(to: [3, directions.shape[0]]).converted(to: Scalar.self))
  }

  /// Covariance and cross-covariance in terms of slices, as the search over pairs wants them, and those slices.
  ///
  /// For one column a single slice stands for all: they differ by a sign, which the weights absorb.
  func expanded(covariance: Tensor<Double>, cross: Tensor<Double>)
    -> (covariance: Tensor<Double>, cross: Tensor<Double>, directions: Tensor<Scalar>)
  {
    switch coordinates {
    case .dense: (covariance, cross, directions)
    case .singleColumn: (covariance, cross, .ones([1, 1]))
    case .distinct(_, let features):
      (
        matmul(matmul(features, covariance, transposeA: true), features), matmul(cross, features),
        directions
      )
    }
  }
}
