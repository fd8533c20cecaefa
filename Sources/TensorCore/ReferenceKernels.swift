import RealModule

/// The plain Swift twins of the C kernels: their test oracle, and what `Double` runs.
///
/// The meaning of each function stands at the requirement of the same name in ``TensorScalar``.
public enum ReferenceKernels {
  /// Twin of ``TensorScalar/apply(_:_:_:_:)``.
  @inlinable @inline(__always)
  public static func apply<S: Real & BinaryFloatingPoint>(
    _ function: ElementwiseFunction, _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>,
    _ count: Int
  ) {
    switch function {
    case .exp: for i in 0..<count { y[i] = S.exp(x[i]) }
    case .log: for i in 0..<count { y[i] = S.log(x[i]) }
    case .tanh: for i in 0..<count { y[i] = S.tanh(x[i]) }
    case .sigmoid:
      for i in 0..<count {
        let e = S.exp(-abs(x[i]))
        y[i] = x[i] >= 0 ? 1 / (1 + e) : e / (1 + e)
      }
    case .softplus:
      for i in 0..<count { y[i] = max(x[i], 0) + S.log(onePlus: S.exp(-abs(x[i]))) }
    case .sin: for i in 0..<count { y[i] = S.sin(x[i]) }
    case .cos: for i in 0..<count { y[i] = S.cos(x[i]) }
    case .sqrt: for i in 0..<count { y[i] = x[i].squareRoot() }
    }
  }

  /// Twin of ``TensorScalar/combine(_:_:_:_:_:)``.
  @inlinable @inline(__always)
  public static func combine<S: BinaryFloatingPoint>(
    _ operation: ArithmeticOperation, _ x: UnsafePointer<S>, _ y: UnsafePointer<S>,
    _ z: UnsafeMutablePointer<S>, _ count: Int
  ) {
    switch operation {
    case .add: for i in 0..<count { z[i] = x[i] + y[i] }
    case .subtract: for i in 0..<count { z[i] = x[i] - y[i] }
    case .multiply: for i in 0..<count { z[i] = x[i] * y[i] }
    case .divide: for i in 0..<count { z[i] = x[i] / y[i] }
    }
  }

  /// Twin of ``TensorScalar/sum(_:_:)``: pairwise over blocks of 64.
  @inlinable @inline(__always)
  public static func sum<S: BinaryFloatingPoint>(_ x: UnsafePointer<S>, _ count: Int) -> S {
    laneSum(count) { x[$0] }
  }

  /// Twin of ``TensorScalar/dot(_:_:_:)``.
  @inlinable @inline(__always)
  public static func dot<S: BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, _ y: UnsafePointer<S>, _ count: Int
  ) -> S {
    laneSum(count) { x[$0] * y[$0] }
  }

  /// `Σ term(i)`, pairwise over blocks of 64 so that the error grows with the logarithm of the count.
  @inlinable @inline(__always)
  static func laneSum<S: BinaryFloatingPoint>(_ count: Int, _ term: (Int) -> S) -> S {
    if count <= 64 {
      var s: S = 0
      for i in 0..<count { s += term(i) }
      return s
    }
    // A binary counter of partial sums: `partial[k]` holds 2^k blocks.
    var partial = [S](repeating: 0, count: 58)
    var blocks = 0
    var start = 0
    while start < count {
      var s: S = 0
      for i in start..<min(start + 64, count) { s += term(i) }
      var level = 0
      while blocks >> level & 1 == 1 {
        s = partial[level] + s
        level += 1
      }
      partial[level] = s
      blocks += 1
      start += 64
    }
    var total: S = 0
    for level in 0..<58 where blocks >> level & 1 == 1 { total = partial[level] + total }
    return total
  }

  /// Twin of ``TensorScalar/maximum(_:_:)``.
  @inlinable @inline(__always)
  public static func maximum<S: BinaryFloatingPoint>(_ x: UnsafePointer<S>, _ count: Int) -> S {
    var m = -S.infinity
    for i in 0..<count {
      if x[i].isNaN { return .nan }
      if x[i] > m { m = x[i] }
    }
    return m
  }

  /// Twin of ``TensorScalar/softmaxRows(_:_:rows:columns:)``.
  @inlinable @inline(__always)
  public static func softmaxRows<S: Real & BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>, rows: Int, columns: Int
  ) {
    for r in 0..<rows {
      let input = x + r * columns
      let output = y + r * columns
      let m = maximum(input, columns)
      for j in 0..<columns { output[j] = S.exp(input[j] - m) }
      let inverse = 1 / sum(UnsafePointer(output), columns)
      for j in 0..<columns { output[j] *= inverse }
    }
  }

  /// Twin of ``TensorScalar/adamStep(_:_:_:_:stepSize:beta1:beta2:correction2:epsilon:weightDecay:_:)``.
  @inlinable @inline(__always)
  public static func adamStep<S: BinaryFloatingPoint>(
    _ p: UnsafeMutablePointer<S>, _ m: UnsafeMutablePointer<S>, _ v: UnsafeMutablePointer<S>,
    _ g: UnsafePointer<S>, stepSize: S, beta1: S, beta2: S, correction2: S, epsilon: S,
    weightDecay: S, _ count: Int
  ) {
    for i in 0..<count {
      let gradient = g[i] + weightDecay * p[i]
      m[i] += (1 - beta1) * (gradient - m[i])
      v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient
      p[i] -= stepSize * m[i] / (v[i].squareRoot() / correction2 + epsilon)
    }
  }

  /// Twin of ``TensorScalar/distanceRow(_:_:_:_:_:)``.
  @inlinable @inline(__always)
  public static func distanceRow<S: BinaryFloatingPoint>(
    _ ni: S, _ n: UnsafePointer<S>, _ g: UnsafePointer<S>, _ d: UnsafeMutablePointer<S>,
    _ count: Int
  ) -> S {
    for j in 0..<count { d[j] = max(ni + n[j] - 2 * g[j], 0).squareRoot() }
    return sum(UnsafePointer(d), count)
  }

  /// Twin of ``TensorScalar/centredProductsRow(_:_:alpha:beta:_:_:_:)``.
  @inlinable @inline(__always)
  public static func centredProductsRow<S: BinaryFloatingPoint>(
    _ a: UnsafePointer<S>, _ b: UnsafePointer<S>, alpha: S, beta: S, _ alphas: UnsafePointer<S>,
    _ betas: UnsafePointer<S>, _ count: Int
  ) -> (uv: S, uu: S, vv: S) {
    var sums: (uv: S, uu: S, vv: S) = (0, 0, 0)
    for j in 0..<count {
      let u = a[j] - alpha - alphas[j]
      let v = b[j] - beta - betas[j]
      sums.uv += u * v
      sums.uu += u * u
      sums.vv += v * v
    }
    return sums
  }

  /// Twin of ``TensorScalar/distanceGradientRow(_:_:alpha:beta:kappa:_:_:_:c1:c2:_:_:)``.
  @inlinable @inline(__always)
  public static func distanceGradientRow<S: BinaryFloatingPoint>(
    _ a: UnsafePointer<S>, _ b: UnsafePointer<S>, alpha: S, beta: S, kappa: S,
    _ alphas: UnsafePointer<S>, _ betas: UnsafePointer<S>, _ kappas: UnsafePointer<S>, c1: S, c2: S,
    _ h: UnsafeMutablePointer<S>, _ count: Int
  ) -> S {
    for j in 0..<count {
      let k = c1 * (b[j] - beta - betas[j]) - c2 * (a[j] - alpha - alphas[j])
      h[j] = a[j] == 0 ? 0 : (k - kappa - kappas[j]) / a[j]
    }
    return sum(UnsafePointer(h), count)
  }
}
