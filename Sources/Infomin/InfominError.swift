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
