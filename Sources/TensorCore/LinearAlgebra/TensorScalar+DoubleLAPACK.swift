import CLAPACKE
import COpenBLAS

// The requirements are documented at `TensorScalar`. Everything but `trsm` is column-major, which LAPACKE takes without
// copying.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Double {
  public static func trsm(
    left: Bool, lower: Bool, transpose: Bool, m: Int, n: Int, _ a: UnsafePointer<Double>, lda: Int,
    _ b: UnsafeMutablePointer<Double>, ldb: Int
  ) {
    BLAS.initialize()
    cblas_dtrsm(
      CblasRowMajor, left ? CblasLeft : CblasRight, lower ? CblasLower : CblasUpper,
      transpose ? CblasTrans : CblasNoTrans, CblasNonUnit, BLAS.extent(m), BLAS.extent(n), 1, a,
      BLAS.extent(max(lda, 1)), b, BLAS.extent(max(ldb, 1)))
  }

  public static func potrf(upper: Bool, n: Int, _ a: UnsafeMutablePointer<Double>, lda: Int) -> Int
  {
    BLAS.initialize()
    return Int(
      LAPACKE_dpotrf_work(
        LAPACK_COL_MAJOR, BLAS.letter(upper ? "U" : "L"), BLAS.extent(n), a, BLAS.extent(lda)))
  }

  public static func syevd(
    upper: Bool, n: Int, _ a: UnsafeMutablePointer<Double>, lda: Int,
    _ values: UnsafeMutablePointer<Double>
  ) -> Int {
    BLAS.initialize()
    return Int(
      LAPACKE_dsyevd(
        LAPACK_COL_MAJOR, BLAS.letter("V"), BLAS.letter(upper ? "U" : "L"), BLAS.extent(n), a,
        BLAS.extent(lda), values))
  }

  public static func syevr(
    upper: Bool, n: Int, _ a: UnsafeMutablePointer<Double>, lda: Int, range: Range<Int>,
    _ values: UnsafeMutablePointer<Double>, _ z: UnsafeMutablePointer<Double>, ldz: Int
  ) -> Int {
    BLAS.initialize()
    var found: Int32 = 0
    var support = [Int32](repeating: 0, count: 2 * max(range.count, 1))
    let info = LAPACKE_dsyevr(
      LAPACK_COL_MAJOR, BLAS.letter("V"), BLAS.letter("I"), BLAS.letter(upper ? "U" : "L"),
      BLAS.extent(n), a, BLAS.extent(lda), 0, 0, BLAS.extent(range.lowerBound + 1),
      BLAS.extent(range.upperBound), 0, &found, values, z, BLAS.extent(ldz), &support)
    // Fewer pairs than asked for count as not converged.
    return info == 0 && Int(found) < range.count ? range.count - Int(found) : Int(info)
  }

  public static func gesdd(
    m: Int, n: Int, _ a: UnsafeMutablePointer<Double>, lda: Int, _ s: UnsafeMutablePointer<Double>,
    _ u: UnsafeMutablePointer<Double>, ldu: Int, _ vt: UnsafeMutablePointer<Double>, ldvt: Int
  ) -> Int {
    BLAS.initialize()
    return Int(
      LAPACKE_dgesdd(
        LAPACK_COL_MAJOR, BLAS.letter("S"), BLAS.extent(m), BLAS.extent(n), a, BLAS.extent(lda), s,
        u, BLAS.extent(ldu), vt, BLAS.extent(ldvt)))
  }

  public static func gelqf(
    m: Int, n: Int, _ a: UnsafeMutablePointer<Double>, lda: Int, _ tau: UnsafeMutablePointer<Double>
  ) -> Int {
    BLAS.initialize()
    return Int(
      LAPACKE_dgelqf(LAPACK_COL_MAJOR, BLAS.extent(m), BLAS.extent(n), a, BLAS.extent(lda), tau))
  }

  public static func orglq(
    m: Int, n: Int, k: Int, _ a: UnsafeMutablePointer<Double>, lda: Int,
    _ tau: UnsafePointer<Double>
  ) -> Int {
    BLAS.initialize()
    return Int(
      LAPACKE_dorglq(
        LAPACK_COL_MAJOR, BLAS.extent(m), BLAS.extent(n), BLAS.extent(k), a, BLAS.extent(lda), tau))
  }
}
