import COpenBLAS

/// The product of a matrix with a vector in memory that the caller holds, for iterations that make many of them.
package enum MatrixVector {
  /// `y = alpha op(A) x + beta y` for the row-major matrix `A` of `rows` × `columns` at `a`; `op` transposes if asked to.
  ///
  /// With `beta` zero `y` need not be initialised.
  package static func multiply(
    _ a: UnsafePointer<Double>, rows: Int, columns: Int, transpose: Bool = false,
    alpha: Double = 1, _ x: UnsafePointer<Double>, beta: Double = 0,
    _ y: UnsafeMutablePointer<Double>
  ) {
    BLAS.initialize()
    cblas_dgemv(
      CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, BLAS.extent(rows),
      BLAS.extent(columns), alpha, a, BLAS.extent(max(columns, 1)), x, 1, beta, y, 1)
  }

  /// Replaces `x` by `U⁻¹ x`, or `U⁻ᵀ x`, for the upper triangle of the row-major matrix at `u`, whose rows lie `stride` apart.
  package static func solveUpper(
    _ u: UnsafePointer<Float>, order: Int, stride: Int, transpose: Bool,
    _ x: UnsafeMutablePointer<Float>
  ) {
    BLAS.initialize()
    cblas_strsv(
      CblasRowMajor, CblasUpper, transpose ? CblasTrans : CblasNoTrans, CblasNonUnit,
      BLAS.extent(order), u, BLAS.extent(stride), x, 1)
  }
}
