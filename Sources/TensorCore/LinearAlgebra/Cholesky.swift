import Foundation

/// The side of the unknown on which a triangular matrix stands.
public enum MatrixSide: Sendable {
  /// `op(L) X = B`, and `X op(L) = B`.
  case left, right
}

/// The Cholesky factor of a symmetric positive definite matrix: lower triangular `L` with `A = L Lᵀ`.
///
/// `a` is `[n, n]`; only its lower triangle is read. The upper triangle of the result is zero. Throws if an element of `a`
/// is not finite, or if `a` is not positive definite, with the order of the first leading minor that is not positive.
public func cholesky<S>(_ a: Tensor<S>) throws(LinearAlgebraError) -> Tensor<S> {
  let n = squareOrder(a, "cholesky")
  guard n > 0 else { return a }
  try requireFinite(a, "a", in: "cholesky")
  var factor = a
  // What is lower in row-major order is upper in LAPACK's column-major order: A = Uᵀ U with U = Lᵀ.
  let info = factor.withUnsafeMutableBufferPointer { memory in
    let info = S.potrf(upper: true, n: n, memory.baseAddress!, lda: n)
    for row in 0..<n - 1 {
      // All bits zero is the number zero.
      memset(memory.baseAddress! + row * n + row + 1, 0, (n - row - 1) * MemoryLayout<S>.stride)
    }
    return info
  }
  requireAccepted(info, "cholesky (potrf)", a.shape)
  if info > 0 {
    throw LinearAlgebraError(
      operation: "cholesky", shape: a.shape, reason: .notPositiveDefinite(minor: info))
  }
  return factor
}

/// The solution `X` of `op(L) X = B` (left) or `X op(L) = B` (right), where `op` transposes if asked to.
///
/// `l` is `[n, n]`, lower triangular (upper if `lower` is false); its other triangle is not read. `b` is `[n, k]` on the
/// left, `[k, n]` on the right, or a vector `[n]`; the result is shaped like `b`. Throws if an element that is read is not
/// finite or a diagonal element is zero.
public func solveTriangular<S>(
  _ l: Tensor<S>, _ b: Tensor<S>, lower: Bool = true, transpose: Bool = false,
  side: MatrixSide = .left
) throws(LinearAlgebraError) -> Tensor<S> {
  let n = squareOrder(l, "solveTriangular")
  // A vector is one column on the left, one row on the right.
  let isVector = b.rank == 1
  let rows = isVector ? (side == .left ? b.count : 1) : b.shape.dimensions.first ?? 0
  let columns = isVector ? (side == .left ? 1 : b.count) : b.shape.dimensions.last ?? 0
  require(
    (b.rank == 1 || b.rank == 2) && (side == .left ? rows : columns) == n,
    "solveTriangular: l is \(l.shape), so b must be [\(side == .left ? "\(n), k" : "k, \(n)")] or [\(n)], got \(b.shape)"
  )
  try requireFiniteTriangle(l, lower: lower)
  try requireFinite(b, "b", in: "solveTriangular")
  var x = b
  guard b.count > 0 else { return x }
  x.withUnsafeMutableBufferPointer { x in
    l.withUnsafeBufferPointer {
      S.trsm(
        left: side == .left, lower: lower, transpose: transpose, m: rows, n: columns,
        $0.baseAddress!, lda: n, x.baseAddress!, ldb: columns)
    }
  }
  return x
}

/// The solution `X` of `A X = B` for a symmetric positive definite `A`, by its Cholesky factor.
///
/// `a` is `[n, n]` (its lower triangle is read), `b` is `[n, k]` or `[n]`; the result is shaped like `b`. Throws as
/// ``cholesky(_:)`` does.
public func solvePositiveDefinite<S>(_ a: Tensor<S>, _ b: Tensor<S>)
  throws(LinearAlgebraError) -> Tensor<S>
{
  let n = squareOrder(a, "solvePositiveDefinite")
  require(
    (b.rank == 1 || b.rank == 2) && b.shape[0] == n,
    "solvePositiveDefinite: a is \(a.shape), so b must be [\(n), k] or [\(n)], got \(b.shape)")
  let factor = try cholesky(a)
  let half = try solveTriangular(factor, b)
  return try solveTriangular(factor, half, transpose: true)
}

/// The order of a square matrix.
func squareOrder<S>(_ a: Tensor<S>, _ operation: String) -> Int {
  require(
    a.rank == 2 && a.shape[0] == a.shape[1],
    "\(operation): wants a square matrix, got shape \(a.shape)")
  return a.shape[0]
}

/// Throws if the triangle holds an element that is not finite, or a zero on the diagonal.
private func requireFiniteTriangle<S>(_ l: Tensor<S>, lower: Bool) throws(LinearAlgebraError) {
  let n = l.shape[0]
  let reason: LinearAlgebraError.Reason? = l.withUnsafeBufferPointer { elements in
    for row in 0..<n {
      let columns = lower ? 0..<row + 1 : row..<n
      // A finite sum has only finite terms.
      let start = elements.baseAddress! + row * n + columns.lowerBound
      if !S.sum(start, columns.count).isFinite,
        let column = columns.first(where: { !elements[row * n + $0].isFinite })
      {
        return .notFinite(name: "l", index: row * n + column)
      }
      if elements[row * n + row] == 0 { return .singular(diagonal: row) }
    }
    return nil
  }
  if let reason {
    throw LinearAlgebraError(operation: "solveTriangular", shape: l.shape, reason: reason)
  }
}
