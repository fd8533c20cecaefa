import COpenBLAS
import RealModule

// The requirements are documented at `TensorScalar`.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Double: TensorScalar {
  public static var typeName: String { "float64" }

  public static func apply(
    _ function: ElementwiseFunction, _ x: UnsafePointer<Double>,
    _ y: UnsafeMutablePointer<Double>, _ count: Int
  ) { ReferenceKernels.apply(function, x, y, count) }

  public static func combine(
    _ operation: ArithmeticOperation, _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>,
    _ z: UnsafeMutablePointer<Double>, _ count: Int
  ) { ReferenceKernels.combine(operation, x, y, z, count) }

  public static func scaleShift(
    _ x: UnsafePointer<Double>, _ a: Double, _ b: Double, _ z: UnsafeMutablePointer<Double>,
    _ count: Int
  ) { for i in 0..<count { z[i] = a * x[i] + b } }

  public static func axpy(
    _ a: Double, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ count: Int
  ) { for i in 0..<count { y[i] += a * x[i] } }

  public static func axpby(
    _ a: Double, _ x: UnsafePointer<Double>, _ b: Double, _ y: UnsafeMutablePointer<Double>,
    _ count: Int
  ) { for i in 0..<count { y[i] = a * x[i] + b * y[i] } }

  public static func multiplyAdd(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ z: UnsafeMutablePointer<Double>,
    _ count: Int
  ) { for i in 0..<count { z[i] += x[i] * y[i] } }

  public static func sum(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    ReferenceKernels.sum(x, count)
  }

  public static func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int)
    -> Double
  { ReferenceKernels.dot(x, y, count) }

  public static func maximum(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    ReferenceKernels.maximum(x, count)
  }

  public static func softmaxRows(
    _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, rows: Int, columns: Int
  ) { ReferenceKernels.softmaxRows(x, y, rows: rows, columns: columns) }

  public static func leakyReLU(
    _ x: UnsafePointer<Double>, slope: Double, _ y: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    if slope == 0 {
      // Not a product with zero, which would make NaN of −∞.
      for i in 0..<count { y[i] = x[i] <= 0 ? 0 : x[i] }
    } else {
      for i in 0..<count { y[i] = x[i] > 0 ? x[i] : slope * x[i] }
    }
  }

  public static func leakyReLUBackward(
    _ y: UnsafePointer<Double>, _ dy: UnsafePointer<Double>, slope: Double,
    _ dx: UnsafeMutablePointer<Double>, _ count: Int
  ) { for i in 0..<count { dx[i] = y[i] > 0 ? dy[i] : slope * dy[i] } }

  public static func adamStep(
    _ p: UnsafeMutablePointer<Double>, _ m: UnsafeMutablePointer<Double>,
    _ v: UnsafeMutablePointer<Double>, _ g: UnsafePointer<Double>, stepSize: Double,
    beta1: Double, beta2: Double, correction2: Double, epsilon: Double, weightDecay: Double,
    _ count: Int
  ) {
    ReferenceKernels.adamStep(
      p, m, v, g, stepSize: stepSize, beta1: beta1, beta2: beta2, correction2: correction2,
      epsilon: epsilon, weightDecay: weightDecay, count)
  }

  public static func sliceForward(
    _ u: UnsafeMutablePointer<Double>, _ w1: UnsafePointer<Double>, _ w2: UnsafePointer<Double>,
    _ w3: UnsafePointer<Double>, _ p: UnsafeMutablePointer<Double>, rows: Int, slices: Int
  ) { ReferenceKernels.sliceForward(u, w1, w2, w3, p, rows: rows, slices: slices) }

  public static func sliceBackward(
    _ a: UnsafePointer<Double>, _ delta: UnsafePointer<Double>, _ w1: UnsafePointer<Double>,
    _ w2: UnsafePointer<Double>, _ w3: UnsafePointer<Double>, _ e: UnsafeMutablePointer<Double>,
    rows: Int, slices: Int
  ) { ReferenceKernels.sliceBackward(a, delta, w1, w2, w3, e, rows: rows, slices: slices) }

  public static func sliceFeatures(
    _ u: UnsafeMutablePointer<Double>, shift: Double, _ f: UnsafeMutablePointer<Double>, rows: Int,
    slices: Int, stride: Int
  ) {
    ReferenceKernels.sliceFeatures(u, shift: shift, f, rows: rows, slices: slices, stride: stride)
  }

  public static func sliceTransposed(
    _ a: UnsafePointer<Double>, shift: Double, _ p: UnsafePointer<Double>,
    _ g: UnsafeMutablePointer<Double>, rows: Int, slices: Int, vectors: Int
  ) {
    ReferenceKernels.sliceTransposed(
      a, shift: shift, p, g, rows: rows, slices: slices, vectors: vectors)
  }

  public static func sliceNormal(
    _ a: UnsafePointer<Double>, shift: Double, weights: UnsafePointer<Double>,
    constants: UnsafePointer<Double>, _ g: UnsafeMutablePointer<Double>,
    sums: UnsafeMutablePointer<Double>, rows: Int, slices: Int, vectors: Int
  ) {
    ReferenceKernels.sliceNormal(
      a, shift: shift, weights: weights, constants: constants, g, sums: sums, rows: rows,
      slices: slices, vectors: vectors)
  }

  public static func sliceLevels(
    _ a: UnsafePointer<Double>, shift: Double, factors: UnsafePointer<Double>,
    _ levels: UnsafeMutablePointer<UInt8>, stride: Int, sums: UnsafeMutablePointer<Int32>,
    rows: Int, slices: Int
  ) {
    ReferenceKernels.sliceLevels(
      a, shift: shift, factors: factors, levels, stride: stride, sums: sums, rows: rows,
      slices: slices)
  }

  public static func distanceRow(
    _ ni: Double, _ n: UnsafePointer<Double>, _ g: UnsafePointer<Double>,
    _ d: UnsafeMutablePointer<Double>, _ count: Int
  ) -> Double { ReferenceKernels.distanceRow(ni, n, g, d, count) }

  public static func centredProductsRow(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, alpha: Double, beta: Double,
    _ alphas: UnsafePointer<Double>, _ betas: UnsafePointer<Double>, _ count: Int
  ) -> (uv: Double, uu: Double, vv: Double) {
    ReferenceKernels.centredProductsRow(a, b, alpha: alpha, beta: beta, alphas, betas, count)
  }

  public static func distanceGradientRow(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, alpha: Double, beta: Double,
    kappa: Double, _ alphas: UnsafePointer<Double>, _ betas: UnsafePointer<Double>,
    _ kappas: UnsafePointer<Double>, c1: Double, c2: Double, _ h: UnsafeMutablePointer<Double>,
    _ count: Int
  ) -> Double {
    ReferenceKernels.distanceGradientRow(
      a, b, alpha: alpha, beta: beta, kappa: kappa, alphas, betas, kappas, c1: c1, c2: c2, h, count)
  }

  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Double,
    _ a: UnsafePointer<Double>, lda: Int, _ b: UnsafePointer<Double>, ldb: Int, beta: Double,
    _ c: UnsafeMutablePointer<Double>, ldc: Int
  ) {
    BLAS.initialize()
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      BLAS.extent(m), BLAS.extent(n), BLAS.extent(k), alpha, a, BLAS.extent(max(lda, 1)), b,
      BLAS.extent(max(ldb, 1)), beta, c, BLAS.extent(max(ldc, 1)))
  }

  public static func syrk(
    n: Int, k: Int, alpha: Double, _ a: UnsafePointer<Double>, lda: Int, beta: Double,
    _ c: UnsafeMutablePointer<Double>, ldc: Int
  ) {
    BLAS.initialize()
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasTrans, BLAS.extent(n), BLAS.extent(k), alpha, a,
      BLAS.extent(max(lda, 1)), beta, c, BLAS.extent(max(ldc, 1)))
  }
}
