/// Replaces the upper triangle of the leading `order × order` block of `a` by its Cholesky factor `U`, `A = Uᵀ U`.
///
/// `a` is a matrix of at least `order` rows and columns; neither what lies below the diagonal nor the rest of `a` is read or
/// written. Throws if the block is not positive definite, or if its diagonal is not finite (as it is not where any of the
/// products that make a covariance is not).
package func factorLeadingBlock<S>(_ a: inout Tensor<S>, order: Int) throws(LinearAlgebraError) {
  let (shape, columns) = (a.shape, a.shape[1])
  require(
    a.rank == 2 && order >= 1 && order <= min(shape[0], columns),
    "factorLeadingBlock: a leading block of order \(order) wants a matrix that large, got \(shape)")
  let bad = a.withUnsafeBufferPointer { a in
    (0..<order).map { $0 * columns + $0 }.first { !a[$0].isFinite }
  }
  if let bad {
    throw LinearAlgebraError(
      operation: "cholesky", shape: shape, reason: .notFinite(name: "a", index: bad))
  }
  // What is upper in row-major order is lower in LAPACK's column-major order.
  let info = a.withUnsafeMutableBufferPointer {
    S.potrf(upper: false, n: order, $0.baseAddress!, lda: columns)
  }
  requireAccepted(info, "cholesky (potrf)", shape)
  if info > 0 {
    throw LinearAlgebraError(
      operation: "cholesky", shape: shape, reason: .notPositiveDefinite(minor: info))
  }
}

/// `X ← X U⁻¹`, or `X U⁻ᵀ`, for `X` of shape `[rows, order]` and the factor that ``factorLeadingBlock(_:order:)`` left in
/// `factor`: the solution with a right-hand side a row.
package func solveRows<S>(
  _ x: inout Tensor<S>, factor: Tensor<S>, order: Int, transpose: Bool = false
) {
  require(
    x.rank == 2 && x.shape[1] == order, "solveRows: x must be [rows, \(order)], got \(x.shape)")
  let (rows, columns) = (x.shape[0], factor.shape[1])
  guard rows > 0 else { return }
  x.withUnsafeMutableBufferPointer { x in
    factor.withUnsafeBufferPointer {
      S.trsm(
        left: false, lower: false, transpose: transpose, m: rows, n: order, $0.baseAddress!,
        lda: columns, x.baseAddress!, ldb: order)
    }
  }
}
