import RealModule

/// A function of one number that ``TensorScalar`` applies to arrays.
public enum ElementwiseFunction: Sendable, CaseIterable {
  /// `eˣ`, natural logarithm, hyperbolic tangent, `1/(1+e⁻ˣ)`, `log(1+eˣ)`, sine, cosine, square root.
  case exp, log, tanh, sigmoid, softplus, sin, cos, sqrt
}

/// An arithmetic operation of two numbers that ``TensorScalar`` applies to arrays.
public enum ArithmeticOperation: Sendable, CaseIterable {
  /// `x + y`, `x − y`, `x · y`, `x / y`.
  case add, subtract, multiply, divide
}

/// The numbers that tensors are made of: `Float` and `Double`.
///
/// The loops of the library are witnesses of this protocol, so that generic code over `Scalar` costs one call an array and
/// nothing an element. `Float` runs the C kernels that choose their instruction set at run time, `Double` the plain Swift
/// twins (``ReferenceKernels``).
public protocol TensorScalar: Real, BinaryFloatingPoint, Codable, Sendable, ColumnKernels,
  ImageKernels
{
  /// The type's name in files and messages: `float32` or `float64`.
  static var typeName: String { get }

  /// `y[i] = f(x[i])`; `x` and `y` may be the same memory.
  static func apply(
    _ function: ElementwiseFunction, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>,
    _ count: Int)
  /// `z[i] = x[i] ∘ y[i]`; any of the three may be the same memory.
  static func combine(
    _ operation: ArithmeticOperation, _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>,
    _ z: UnsafeMutablePointer<Self>, _ count: Int)
  /// `z[i] = a x[i] + b`.
  static func scaleShift(
    _ x: UnsafePointer<Self>, _ a: Self, _ b: Self, _ z: UnsafeMutablePointer<Self>, _ count: Int)
  /// `y[i] += a x[i]`.
  static func axpy(
    _ a: Self, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>, _ count: Int)
  /// `y[i] = a x[i] + b y[i]`.
  static func axpby(
    _ a: Self, _ x: UnsafePointer<Self>, _ b: Self, _ y: UnsafeMutablePointer<Self>, _ count: Int)
  /// `z[i] += x[i] y[i]`.
  static func multiplyAdd(
    _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, _ z: UnsafeMutablePointer<Self>,
    _ count: Int)
  /// `Σ x[i]`, in an order that depends on `count` alone.
  static func sum(_ x: UnsafePointer<Self>, _ count: Int) -> Self
  /// `Σ x[i] y[i]`, in an order that depends on `count` alone.
  static func dot(_ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, _ count: Int) -> Self
  /// The largest element, −∞ for none, NaN if there is one.
  static func maximum(_ x: UnsafePointer<Self>, _ count: Int) -> Self
  /// Each row's softmax, `exp(x − max) / Σ exp(x − max)`; `x` and `y` may be the same memory.
  static func softmaxRows(
    _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>, rows: Int, columns: Int)
  /// `y = x` where `x > 0`, `slope x` elsewhere; a slope of 0 gives 0 for −∞ too.
  static func leakyReLU(
    _ x: UnsafePointer<Self>, slope: Self, _ y: UnsafeMutablePointer<Self>, _ count: Int)
  /// `dx = dy` where the output `y > 0`, `slope dy` elsewhere.
  static func leakyReLUBackward(
    _ y: UnsafePointer<Self>, _ dy: UnsafePointer<Self>, slope: Self,
    _ dx: UnsafeMutablePointer<Self>, _ count: Int)
  /// One Adam step over an array; see `Adam` in Layers for the equation.
  static func adamStep(
    _ p: UnsafeMutablePointer<Self>, _ m: UnsafeMutablePointer<Self>,
    _ v: UnsafeMutablePointer<Self>, _ g: UnsafePointer<Self>, stepSize: Self, beta1: Self,
    beta2: Self, correction2: Self, epsilon: Self, weightDecay: Self, _ count: Int)
  /// Overwrites rows of slices `u` with `a = tanh u`; `p[r] = Σ w1 a + w2 a² + w3 a³` over row `r`.
  static func sliceForward(
    _ u: UnsafeMutablePointer<Self>, _ w1: UnsafePointer<Self>, _ w2: UnsafePointer<Self>,
    _ w3: UnsafePointer<Self>, _ p: UnsafeMutablePointer<Self>, rows: Int, slices: Int)
  /// `e = δ[r] (w1 + 2 w2 a + 3 w3 a²)(1 − a²)` for each element of row `r`.
  static func sliceBackward(
    _ a: UnsafePointer<Self>, _ delta: UnsafePointer<Self>, _ w1: UnsafePointer<Self>,
    _ w2: UnsafePointer<Self>, _ w3: UnsafePointer<Self>, _ e: UnsafeMutablePointer<Self>,
    rows: Int, slices: Int)
  /// Overwrites rows of slices `u` with `a = tanh u`, and writes rows of `(a, a² − shift, a³)` that lie `stride` apart.
  static func sliceFeatures(
    _ u: UnsafeMutablePointer<Self>, shift: Self, _ f: UnsafeMutablePointer<Self>, rows: Int,
    slices: Int, stride: Int)
  /// `g[v] = Σ p[r, v] (a, a² − shift, a³)` over rows of slices `a`, with `p` of shape `[rows, vectors]` and `g` of shape
  /// `[vectors, 3, slices]`.
  static func sliceTransposed(
    _ a: UnsafePointer<Self>, shift: Self, _ p: UnsafePointer<Self>,
    _ g: UnsafeMutablePointer<Self>, rows: Int, slices: Int, vectors: Int)
  /// The same with `p[r, v] = Σ w1 a + w2 a² + w3 a³ − constants[v]`, `weights` of shape `[vectors, 3, slices]`, and
  /// `sums[v] = Σ p[r, v]`.
  static func sliceNormal(
    _ a: UnsafePointer<Self>, shift: Self, weights: UnsafePointer<Self>,
    constants: UnsafePointer<Self>, _ g: UnsafeMutablePointer<Self>,
    sums: UnsafeMutablePointer<Self>, rows: Int, slices: Int, vectors: Int)
  /// Writes the levels of features of slices, and their sums over the rows; see ``SliceLevels``.
  static func sliceLevels(
    _ a: UnsafePointer<Self>, shift: Self, factors: UnsafePointer<Self>,
    _ levels: UnsafeMutablePointer<UInt8>, stride: Int, sums: UnsafeMutablePointer<Int32>,
    rows: Int, slices: Int)
  /// `d[j] = √max(nᵢ + n[j] − 2 g[j], 0)`; returns `Σ d[j]`.
  static func distanceRow(
    _ ni: Self, _ n: UnsafePointer<Self>, _ g: UnsafePointer<Self>,
    _ d: UnsafeMutablePointer<Self>, _ count: Int
  ) -> Self
  /// Sums over a row of `u v`, `u u`, `v v`, with `u[j] = a[j] − α − α[j]` and `v[j] = b[j] − β − β[j]`: the products of
  /// two U-centred distance matrices (the grand means are folded into `α` and `β` of the row).
  static func centredProductsRow(
    _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, alpha: Self, beta: Self,
    _ alphas: UnsafePointer<Self>, _ betas: UnsafePointer<Self>, _ count: Int
  ) -> (uv: Self, uu: Self, vv: Self)
  /// `h[j] = (c₁ (b[j] − β − β[j]) − c₂ (a[j] − α − α[j]) − κ − κ[j]) / a[j]`, 0 where `a[j] = 0`; returns `Σ h[j]`.
  static func distanceGradientRow(
    _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, alpha: Self, beta: Self, kappa: Self,
    _ alphas: UnsafePointer<Self>, _ betas: UnsafePointer<Self>, _ kappas: UnsafePointer<Self>,
    c1: Self, c2: Self, _ h: UnsafeMutablePointer<Self>, _ count: Int
  ) -> Self
  /// `C = α op(A) op(B) + β C`, row-major, one thread: `op(A)` is `m × k`, `op(B)` is `k × n`.
  static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Self,
    _ a: UnsafePointer<Self>, lda: Int, _ b: UnsafePointer<Self>, ldb: Int, beta: Self,
    _ c: UnsafeMutablePointer<Self>, ldc: Int)
  /// The upper triangle of `C = α Aᵀ A + β C` for row-major `A`, `k × n`, one thread.
  static func syrk(
    n: Int, k: Int, alpha: Self, _ a: UnsafePointer<Self>, lda: Int, beta: Self,
    _ c: UnsafeMutablePointer<Self>, ldc: Int)
  /// `B ← op(A)⁻¹ B` (left) or `B op(A)⁻¹`, row-major, `B` of shape `m × n`, `A` triangular.
  static func trsm(
    left: Bool, lower: Bool, transpose: Bool, m: Int, n: Int, _ a: UnsafePointer<Self>, lda: Int,
    _ b: UnsafeMutablePointer<Self>, ldb: Int)
  /// LAPACK's Cholesky factor of a column-major matrix, in place; returns `info`.
  static func potrf(upper: Bool, n: Int, _ a: UnsafeMutablePointer<Self>, lda: Int) -> Int
  /// All eigenvalues of a symmetric column-major matrix, eigenvectors in place of it; returns `info`.
  static func syevd(
    upper: Bool, n: Int, _ a: UnsafeMutablePointer<Self>, lda: Int,
    _ values: UnsafeMutablePointer<Self>
  ) -> Int
  /// The eigenvalues at the places `range` of the ascending order (room for `n`), and their vectors in the columns of
  /// `z`, of a symmetric column-major matrix, which is destroyed; returns `info`.
  static func syevr(
    upper: Bool, n: Int, _ a: UnsafeMutablePointer<Self>, lda: Int, range: Range<Int>,
    _ values: UnsafeMutablePointer<Self>, _ z: UnsafeMutablePointer<Self>, ldz: Int
  ) -> Int
  /// The thin singular value decomposition of a column-major `m × n` matrix, which is destroyed; returns `info`.
  static func gesdd(
    m: Int, n: Int, _ a: UnsafeMutablePointer<Self>, lda: Int, _ s: UnsafeMutablePointer<Self>,
    _ u: UnsafeMutablePointer<Self>, ldu: Int, _ vt: UnsafeMutablePointer<Self>, ldvt: Int
  ) -> Int
  /// The factor `L` and the reflectors of `A = L Q`, column-major, in place; returns `info`.
  static func gelqf(
    m: Int, n: Int, _ a: UnsafeMutablePointer<Self>, lda: Int, _ tau: UnsafeMutablePointer<Self>
  ) -> Int
  /// `Q` from the reflectors of ``gelqf(m:n:_:lda:_:)``, column-major, in place; returns `info`.
  static func orglq(
    m: Int, n: Int, k: Int, _ a: UnsafeMutablePointer<Self>, lda: Int, _ tau: UnsafePointer<Self>
  ) -> Int
}
