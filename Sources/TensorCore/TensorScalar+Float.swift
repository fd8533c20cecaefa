import CKernels
import COpenBLAS
import RealModule

// The requirements are documented at `TensorScalar`.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Float: TensorScalar {
  public static var typeName: String { "float32" }

  public static func apply(
    _ function: ElementwiseFunction, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    switch function {
    case .exp: ck_exp(x, y, count)
    case .log: ck_log(x, y, count)
    case .tanh: ck_tanh(x, y, count)
    case .sigmoid: ck_sigmoid(x, y, count)
    case .softplus: ck_softplus(x, y, count)
    case .sin: ck_sin(x, y, count)
    case .cos: ck_cos(x, y, count)
    case .sqrt: ck_sqrt(x, y, count)
    }
  }

  public static func combine(
    _ operation: ArithmeticOperation, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>,
    _ z: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    switch operation {
    case .add: ck_add(x, y, z, count)
    case .subtract: ck_sub(x, y, z, count)
    case .multiply: ck_mul(x, y, z, count)
    case .divide: ck_div(x, y, z, count)
    }
  }

  public static func scaleShift(
    _ x: UnsafePointer<Float>, _ a: Float, _ b: Float, _ z: UnsafeMutablePointer<Float>,
    _ count: Int
  ) { ck_scale_shift(x, a, b, z, count) }

  public static func axpy(
    _ a: Float, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
  ) { ck_axpy(a, x, y, count) }

  public static func axpby(
    _ a: Float, _ x: UnsafePointer<Float>, _ b: Float, _ y: UnsafeMutablePointer<Float>,
    _ count: Int
  ) { ck_axpby(a, x, b, y, count) }

  public static func multiplyAdd(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ z: UnsafeMutablePointer<Float>,
    _ count: Int
  ) { ck_mul_add(x, y, z, count) }

  public static func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Float { ck_sum(x, count) }

  public static func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int)
    -> Float
  { ck_dot(x, y, count) }

  public static func maximum(_ x: UnsafePointer<Float>, _ count: Int) -> Float { ck_max(x, count) }

  public static func softmaxRows(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) { ck_softmax_rows(x, y, rows, columns) }

  public static func leakyReLU(
    _ x: UnsafePointer<Float>, slope: Float, _ y: UnsafeMutablePointer<Float>, _ count: Int
  ) { ck_leaky_relu(x, slope, y, count) }

  public static func leakyReLUBackward(
    _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, slope: Float,
    _ dx: UnsafeMutablePointer<Float>, _ count: Int
  ) { ck_leaky_relu_backward(y, dy, slope, dx, count) }

  public static func adamStep(
    _ p: UnsafeMutablePointer<Float>, _ m: UnsafeMutablePointer<Float>,
    _ v: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, stepSize: Float, beta1: Float,
    beta2: Float, correction2: Float, epsilon: Float, weightDecay: Float, _ count: Int
  ) { ck_adam(p, m, v, g, stepSize, beta1, beta2, correction2, epsilon, weightDecay, count) }

  public static func sliceForward(
    _ u: UnsafeMutablePointer<Float>, _ w1: UnsafePointer<Float>, _ w2: UnsafePointer<Float>,
    _ w3: UnsafePointer<Float>, _ p: UnsafeMutablePointer<Float>, rows: Int, slices: Int
  ) { ck_slice_forward(u, w1, w2, w3, p, rows, slices) }

  public static func sliceBackward(
    _ a: UnsafePointer<Float>, _ delta: UnsafePointer<Float>, _ w1: UnsafePointer<Float>,
    _ w2: UnsafePointer<Float>, _ w3: UnsafePointer<Float>, _ e: UnsafeMutablePointer<Float>,
    rows: Int, slices: Int
  ) { ck_slice_backward(a, delta, w1, w2, w3, e, rows, slices) }

  public static func sliceFeatures(
    _ u: UnsafeMutablePointer<Float>, shift: Float, _ f: UnsafeMutablePointer<Float>, rows: Int,
    slices: Int, stride: Int
  ) { ck_slice_features(u, shift, f, rows, slices, stride) }

  public static func sliceTransposed(
    _ a: UnsafePointer<Float>, shift: Float, _ p: UnsafePointer<Float>,
    _ g: UnsafeMutablePointer<Float>, rows: Int, slices: Int, vectors: Int
  ) { ck_slice_transposed(a, rows, slices, shift, p, vectors, g) }

  public static func sliceNormal(
    _ a: UnsafePointer<Float>, shift: Float, weights: UnsafePointer<Float>,
    constants: UnsafePointer<Float>, _ g: UnsafeMutablePointer<Float>,
    sums: UnsafeMutablePointer<Float>, rows: Int, slices: Int, vectors: Int
  ) { ck_slice_normal(a, rows, slices, shift, weights, constants, vectors, g, sums) }

  public static func sliceLevels(
    _ a: UnsafePointer<Float>, shift: Float, factors: UnsafePointer<Float>,
    _ levels: UnsafeMutablePointer<UInt8>, stride: Int, sums: UnsafeMutablePointer<Int32>,
    rows: Int, slices: Int
  ) { ck_slice_levels(a, rows, slices, shift, factors, levels, stride, sums) }

  public static func distanceRow(
    _ ni: Float, _ n: UnsafePointer<Float>, _ g: UnsafePointer<Float>,
    _ d: UnsafeMutablePointer<Float>, _ count: Int
  ) -> Float { ck_distance_row(ni, n, g, d, count) }

  public static func centredProductsRow(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, alpha: Float, beta: Float,
    _ alphas: UnsafePointer<Float>, _ betas: UnsafePointer<Float>, _ count: Int
  ) -> (uv: Float, uu: Float, vv: Float) {
    var sums: (Float, Float, Float) = (0, 0, 0)
    ck_centred_products_row(a, b, alpha, beta, alphas, betas, count, &sums.0, &sums.1, &sums.2)
    return (uv: sums.0, uu: sums.1, vv: sums.2)
  }

  public static func distanceGradientRow(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, alpha: Float, beta: Float, kappa: Float,
    _ alphas: UnsafePointer<Float>, _ betas: UnsafePointer<Float>, _ kappas: UnsafePointer<Float>,
    c1: Float, c2: Float, _ h: UnsafeMutablePointer<Float>, _ count: Int
  ) -> Float {
    ck_distance_gradient_row(a, b, alpha, beta, kappa, alphas, betas, kappas, c1, c2, h, count)
  }

  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Float,
    _ a: UnsafePointer<Float>, lda: Int, _ b: UnsafePointer<Float>, ldb: Int, beta: Float,
    _ c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    BLAS.initialize()
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      BLAS.extent(m), BLAS.extent(n), BLAS.extent(k), alpha, a, BLAS.extent(max(lda, 1)), b,
      BLAS.extent(max(ldb, 1)), beta, c, BLAS.extent(max(ldc, 1)))
  }

  public static func syrk(
    n: Int, k: Int, alpha: Float, _ a: UnsafePointer<Float>, lda: Int, beta: Float,
    _ c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    BLAS.initialize()
    cblas_ssyrk(
      CblasRowMajor, CblasUpper, CblasTrans, BLAS.extent(n), BLAS.extent(k), alpha, a,
      BLAS.extent(max(lda, 1)), beta, c, BLAS.extent(max(ldc, 1)))
  }
}
