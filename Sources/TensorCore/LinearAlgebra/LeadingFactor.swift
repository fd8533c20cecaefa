/// Replaces the upper triangle of the leading `order × order` block of `a` by its Cholesky factor `U`, `A = Uᵀ U`.
///
/// `a` is a matrix of at least `order` rows and columns; neither what lies below the diagonal nor the rest of `a` is read or
/// written. Throws if the block is not positive definite, or if its diagonal is not finite (as it is not where any of the
/// products that make a covariance is not).
///
/// Larger blocks are factored a panel of rows at a time, and threads share what a panel takes off the rows below; the panels
/// depend on the order alone.
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
  let info = a.withUnsafeMutableBufferPointer {
    order < smallestOrderOfPanels
      ? factorPanel($0.baseAddress!, order: order, stride: columns, shape)
      : factorByPanels($0.baseAddress!, order: order, stride: columns, shape)
  }
  if info > 0 {
    throw LinearAlgebraError(
      operation: "cholesky", shape: shape, reason: .notPositiveDefinite(minor: info))
  }
}

/// From here on the sharing of the work outweighs the smaller products.
private let smallestOrderOfPanels = 384

/// LAPACK's factor in place of the upper triangle at `a`; returns the order of the leading minor that is not positive, or 0.
private func factorPanel<S: TensorScalar>(
  _ a: UnsafeMutablePointer<S>, order: Int, stride: Int, _ shape: Shape
) -> Int {
  // What is upper in row-major order is lower in LAPACK's column-major order.
  let info = S.potrf(upper: false, n: order, a, lda: stride)
  requireAccepted(info, "cholesky (potrf)", shape)
  return info
}

/// The same, panel by panel: `U_kk` by LAPACK, `U_kj = U_kk⁻ᵀ A_kj`, then `A_ij −= U_kiᵀ U_kj`.
private func factorByPanels<S: TensorScalar>(
  _ a: UnsafeMutablePointer<S>, order: Int, stride: Int, _ shape: Shape
) -> Int {
  let a = SharedAddress(a)
  let panel = 96
  for start in Swift.stride(from: 0, to: order, by: panel) {
    let rows = min(panel, order - start)
    let diagonal = start * stride + start
    let info = factorPanel(a.address + diagonal, order: rows, stride: stride, shape)
    if info > 0 { return start + info }
    let rest = order - start - rows
    let blocks = (rest + panel - 1) / panel
    parallel(over: blocks) { block in
      let first = start + rows + block * panel
      S.trsm(
        left: true, lower: false, transpose: true, m: rows, n: min(panel, order - first),
        a.address + diagonal, lda: stride, a.address + start * stride + first, ldb: stride)
    }
    // The first rows are the longest.
    parallel(over: blocks) { block in
      let first = start + rows + block * panel
      let height = min(panel, order - first)
      let (left, corner) = (a.address + start * stride + first, a.address + first * stride + first)
      S.syrk(n: height, k: rows, alpha: -1, left, lda: stride, beta: 1, corner, ldc: stride)
      let width = order - first - height
      if width > 0 {
        S.gemm(
          transposeA: true, transposeB: false, m: height, n: width, k: rows, alpha: -1, left,
          lda: stride, left + height, ldb: stride, beta: 1, corner + height, ldc: stride)
      }
    }
  }
  return 0
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
