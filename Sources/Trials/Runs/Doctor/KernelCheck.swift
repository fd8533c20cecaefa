import Attention
import TensorCore

/// One operation done once by the kernels and once in its plain form.
struct KernelCheck: Sendable {
  /// What is done.
  let name: String
  /// The largest error that rounding explains, as a share of the largest number of the plain result.
  let tolerance: Double
  /// The largest error, in the same measure; NaN where one of the two is not finite.
  let error: @Sendable () throws -> Double

  init(_ name: String, within tolerance: Double, error: @escaping @Sendable () throws -> Double) {
    self.name = name
    self.tolerance = tolerance
    self.error = error
  }

  /// What the float32 kernels do, each in an instruction set of their own.
  static let kernels: [KernelCheck] =
    [elementwise, sums, adam, slices, distances, convolution, convolutionWeights]
    + [
      attention("attention", 3e-6) { attend($0, $1, $2).output },
      attention("attention with bfloat16", 2e-2) { half($0, $1, $2, .bfloat16) },
      attention("attention with float16", 4e-3) { half($0, $1, $2, .float16) },
      attentionBackward, storedKeys,
    ]

  /// What OpenBLAS and its LAPACK do.
  static let products: [KernelCheck] = [
    product("matrix product, float32", 1e-6, Float.self),
    product("matrix product, float64", 1e-14, Double.self),
    factor("Cholesky factor, float32", 1e-5, Float.self),
    factor("Cholesky factor, float64", 1e-13, Double.self),
  ]

  static func numbers(_ shape: Shape, _ name: String) -> Tensor<Float> {
    var random = Philox(seed: 17).stream(name)
    return random.uniform(shape: shape, in: -1..<1)
  }

  /// The largest distance of `actual` from `exact`, as a share of the largest magnitude of `exact`.
  static func largestError<S: TensorScalar>(_ actual: [S], _ exact: [Double]) -> Double {
    guard actual.count == exact.count else { return .nan }
    var (error, scale) = (0.0, 0.0)
    for (a, e) in zip(actual, exact) {
      let distance = abs(Double(a) - e)
      if !distance.isFinite { return .nan }
      error = max(error, distance)
      scale = max(scale, abs(e))
    }
    return scale > 0 ? error / scale : error
  }

  private static let elementwise = KernelCheck("elementwise functions", within: 1e-6) {
    let x = numbers([203], "elementwise")
    let functions: [ElementwiseFunction] = [.exp, .tanh, .sigmoid, .softplus, .sin, .cos]
    var error = 0.0
    for function in functions {
      let exact = x.converted(to: Double.self).applying(function).scalars
      error = max(error, largestError(x.applying(function).scalars, exact))
    }
    let positive = x.map { abs($0) + 0.5 }
    for function in [ElementwiseFunction.log, .sqrt] {
      let exact = positive.converted(to: Double.self).applying(function).scalars
      error = max(error, largestError(positive.applying(function).scalars, exact))
    }
    return error
  }

  private static let sums = KernelCheck("sums", within: 1e-5) {
    let (x, y) = (numbers([1531], "x").scalars, numbers([1531], "y").scalars)
    let (a, b) = (x.map { Double(abs($0)) }, y.map { Double(abs($0)) })
    let magnitudes = (x.map(abs), y.map(abs))
    return max(
      largestError(
        [Float.sum(magnitudes.0, x.count), Float.dot(magnitudes.0, magnitudes.1, x.count)],
        [Double.sum(a, a.count), Double.dot(a, b, a.count)]),
      largestError([Float.maximum(x, x.count)], [Double(x.max()!)]))
  }

  private static let adam = KernelCheck("optimiser's step", within: 1e-6) {
    func step<S: TensorScalar>(_: S.Type) -> [S] {
      var (p, m) = (tensor("p", S.self), tensor("m", S.self))
      var v = tensor("v", S.self).map(abs)
      S.adamStep(
        &p, &m, &v, tensor("g", S.self), stepSize: 0.01, beta1: 0.9, beta2: 0.99, correction2: 0.3,
        epsilon: 1e-3, weightDecay: 0.1, p.count)
      return p + m + v
    }
    func tensor<S: TensorScalar>(_ name: String, _: S.Type) -> [S] {
      numbers([83], name).converted(to: S.self).scalars
    }
    return largestError(step(Float.self), step(Double.self))
  }

  private static let slices = KernelCheck("slices", within: 1e-5) {
    let (rows, count) = (19, 37)
    func results<S: TensorScalar>(_: S.Type) -> [S] {
      func take(_ shape: Shape, _ name: String) -> [S] {
        numbers(shape, name).converted(to: S.self).scalars
      }
      var u = take([rows, count], "u")
      let w = (take([count], "w1"), take([count], "w2"), take([count], "w3"))
      var p = [S](repeating: 0, count: rows)
      var e = [S](repeating: 0, count: rows * count)
      S.sliceForward(&u, w.0, w.1, w.2, &p, rows: rows, slices: count)
      S.sliceBackward(
        u, take([rows], "delta"), w.0, w.1, w.2, &e, rows: rows, slices: count)
      return u + p + e
    }
    return largestError(results(Float.self), results(Double.self))
  }

  private static let distances = KernelCheck("distances", within: 1e-5) {
    let count = 77
    func results<S: TensorScalar>(_: S.Type) -> [S] {
      let squares = numbers([count], "squares").converted(to: S.self).scalars.map { 3 + $0 }
      let products = numbers([count], "products").converted(to: S.self).scalars
      var d = [S](repeating: 0, count: count)
      let total = S.distanceRow(3, squares, products, &d, count)
      let centred = S.centredProductsRow(
        d, squares, alpha: 0.5, beta: 0.25, products, squares, count)
      return d + [total / S(count), centred.uv / S(count), centred.vv / S(count)]
    }
    return largestError(results(Float.self), results(Double.self))
  }
}
