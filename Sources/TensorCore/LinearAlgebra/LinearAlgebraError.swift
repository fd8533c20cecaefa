/// A matrix that a factorisation or solve could not handle: numbers gone wrong, not a programmer's mistake.
public struct LinearAlgebraError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Reason: Equatable, Sendable {
    /// Element `index` (row-major) of the argument `name` is NaN or infinite.
    case notFinite(name: String, index: Int)
    /// The leading minor of this order is not positive, so that no Cholesky factor exists.
    case notPositiveDefinite(minor: Int)
    /// The diagonal element at this place, counted from 0, is zero.
    case singular(diagonal: Int)
    /// LAPACK's iteration did not converge; its `info` says how many values are missing.
    case notConverged(info: Int)
  }

  /// The function that failed: `cholesky`, `eigh`, …
  public let operation: String
  /// The shape of the matrix.
  public let shape: Shape
  /// What went wrong.
  public let reason: Reason

  /// An error of `operation` on a matrix of this shape.
  public init(operation: String, shape: Shape, reason: Reason) {
    self.operation = operation
    self.shape = shape
    self.reason = reason
  }

  /// Where, what was expected, what was found and what to do.
  public var description: String {
    let place = "\(operation) of a matrix \(shape): "
    switch reason {
    case .notFinite(let name, let index):
      return place
        + "all elements must be finite, but element \(index) (row-major) of \(name) is NaN or infinite;"
        + " look for an overflow, a division by zero or a missing value where \(name) is made"
    case .notPositiveDefinite(let minor):
      return place
        + "leading minor \(minor) is not positive: the matrix is not positive definite;"
        + " add a multiple of the identity, or drop columns that depend on others"
    case .singular(let diagonal):
      return place
        + "diagonal element \(diagonal) (counted from 0) is zero: the matrix is singular;"
        + " regularise it, or drop the column that depends on others"
    case .notConverged(let info):
      return place
        + "LAPACK's iteration did not converge (info = \(info));"
        + " scale the matrix so that its elements are near 1, or add a multiple of the identity"
    }
  }
}

/// Throws if an element of `x` is NaN or infinite: some LAPACK routines never return from such input.
func requireFinite<S>(_ x: Tensor<S>, _ name: String, in operation: String)
  throws(LinearAlgebraError)
{
  if x.isFinite { return }
  let index = x.scalars.firstIndex { !$0.isFinite } ?? 0
  throw LinearAlgebraError(
    operation: operation, shape: x.shape, reason: .notFinite(name: name, index: index))
}

/// Ends the program if LAPACK refused an argument (`info < 0`): a mistake of this library or of its caller.
func requireAccepted(_ info: Int, _ routine: String, _ shape: Shape) {
  if info == -1010 || info == -1011 {
    SystemMemory.exhausted(bytes: nil, for: "the work space of \(routine) for a matrix \(shape)")
  }
  require(info >= 0, "\(routine): LAPACK refused argument \(-info) for a matrix \(shape)")
}
