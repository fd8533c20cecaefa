import Layers
import TensorCore

/// What can be wrong with data that a dependence estimator is given.
public enum InfominError: Error, Sendable, CustomStringConvertible {
  /// Fewer rows than the estimator can work with.
  case tooFewRows(estimator: String, expected: Int, found: Int)
  /// A column holds NaN or an infinity.
  case notFinite(estimator: String, array: String, column: Int)
  /// The linear algebra of a solve failed.
  case solveFailed(estimator: String, reason: LinearAlgebraError)

  /// Where, what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .tooFewRows(let estimator, let expected, let found):
      "\(estimator): expected at least \(expected) rows, found \(found); give more data or a larger batch"
    case .notFinite(let estimator, let array, let column):
      "\(estimator): expected finite numbers, found NaN or infinity in column \(column) of \(array); "
        + "remove or impute such rows, or lower the learning rate if a network made them"
    case .solveFailed(let estimator, let reason):
      "\(estimator): \(reason)"
    }
  }
}

extension ColumnMoments {
  /// The moments of a range of rows (all if it is `nil`), or the error that names the first column that is not finite.
  static func checked(
    _ x: Tensor<Scalar>, rows: Range<Int>? = nil, name: String, estimator: String
  ) throws(InfominError) -> ColumnMoments {
    let rows = rows ?? 0..<x.shape[0]
    guard rows.count >= 2 else {
      throw .tooFewRows(estimator: estimator, expected: 2, found: rows.count)
    }
    let moments = ColumnMoments(of: x, rows: rows)
    // A NaN or an infinity anywhere makes its column's mean or deviation NaN or infinite.
    let bad = zip(moments.mean.scalars, moments.inverseDeviation.scalars).enumerated().first {
      !$0.element.0.isFinite || !$0.element.1.isFinite
    }
    if let bad { throw .notFinite(estimator: estimator, array: name, column: bad.offset) }
    return moments
  }
}
