import RealModule
import TensorCore

/// The published form of the estimate: the best single pair of slices.
///
/// For slices `i`, `j` the value is the largest singular value of `A_i^{−1/2} C_ij B_j^{−1/2}`, where `A_i`, `B_j` are the 3 × 3
/// covariances of (a, a², a³) with their ridge (spec §3.1). The search takes the maximum over all pairs.
enum PairwiseSearch {
  /// The best pair, its value, and its weights for powers 1, 2, 3.
  struct Best: Sendable {
    var value: Double
    var first, second: Int
    var firstWeights, secondWeights: [Double]
  }

  /// Searches over `covariance` blocks: `first` is `[3 S, 3 S]`, `second` `[3 R, 3 R]`, `cross` `[3 S, 3 R]`, power by
  /// power, with ridges added here.
  static func search(
    first: Tensor<Double>, second: Tensor<Double>, cross: Tensor<Double>, ridge: (Double, Double)
  ) throws(LinearAlgebraError) -> Best {
    let (s, r) = (first.shape[0] / 3, second.shape[0] / 3)
    let left = try (0..<s).map { i throws(LinearAlgebraError) in
      try cholesky(block(first, i, i, s, s) + Tensor.identity(3) * ridge.0)
    }
    let right = try (0..<r).map { j throws(LinearAlgebraError) in
      try cholesky(block(second, j, j, r, r) + Tensor.identity(3) * ridge.1)
    }
    let leftInverse = try left.map { l throws(LinearAlgebraError) in
      try solveTriangular(l, Tensor<Double>.identity(3)).scalars
    }
    let rightInverse = try right.map { l throws(LinearAlgebraError) in
      try solveTriangular(l, Tensor<Double>.identity(3)).scalars
    }
    // Row by row in parallel; ties go to the lowest pair, whatever the number of threads.
    let rows = parallelMap(over: s) { i -> (value: Double, j: Int) in
      var best = (value: -1.0, j: 0)
      cross.withUnsafeBufferPointer { c in
        for j in 0..<r {
          let y = whitened(c, leftInverse[i], rightInverse[j], i, j, s, r)
          let value = largestEigenvalue(gram3(y))
          if value > best.value { best = (value, j) }
        }
      }
      return best
    }
    var winner = 0
    for i in 1..<max(s, 1) where rows[i].value > rows[winner].value { winner = i }
    let (i, j) = (winner, rows[winner].j)
    let y = cross.withUnsafeBufferPointer {
      whitened($0, leftInverse[i], rightInverse[j], i, j, s, r)
    }
    let pair = try WhitenedSide(covariance: Tensor.identity(3), order: 3).topPair(
      Tensor(shape: [3, 3], scalars: y).transposed)
    func back(_ l: Tensor<Double>, _ u: Tensor<Double>) throws(LinearAlgebraError) -> [Double] {
      try solveTriangular(l, u.reshaped(to: [3, 1]), transpose: true).scalars
    }
    return Best(
      value: pair.correlation, first: i, second: j, firstWeights: try back(left[i], pair.first),
      secondWeights: try back(right[j], pair.second))
  }

  /// The 3 × 3 block of slices `i`, `j` in a matrix whose rows and columns run power by power.
  private static func block(_ m: Tensor<Double>, _ i: Int, _ j: Int, _ s: Int, _ r: Int)
    -> Tensor<Double>
  {
    Tensor(shape: [3, 3]) { out in
      m.withUnsafeBufferPointer { m in
        for a in 0..<3 { for b in 0..<3 { out[3 * a + b] = m[(a * s + i) * 3 * r + b * r + j] } }
      }
    }
  }

  /// `L₁⁻¹ C_ij L₂⁻ᵀ`, row-major.
  @inline(__always)
  private static func whitened(
    _ c: UnsafeBufferPointer<Double>, _ l1: [Double], _ l2: [Double], _ i: Int, _ j: Int, _ s: Int,
    _ r: Int
  ) -> [Double] {
    var y = [Double](repeating: 0, count: 9)
    for a in 0..<3 {
      for b in 0..<3 {
        var sum = 0.0
        for k in 0...a {
          for l in 0...b {
            sum += l1[3 * a + k] * c[(k * s + i) * 3 * r + l * r + j] * l2[3 * b + l]
          }
        }
        y[3 * a + b] = sum
      }
    }
    return y
  }

  /// The upper triangle (00, 01, 02, 11, 12, 22) of `Yᵀ Y`.
  private static func gram3(_ y: [Double]) -> (Double, Double, Double, Double, Double, Double) {
    func dot(_ a: Int, _ b: Int) -> Double {
      y[a] * y[b] + y[3 + a] * y[3 + b] + y[6 + a] * y[6 + b]
    }
    return (dot(0, 0), dot(0, 1), dot(0, 2), dot(1, 1), dot(1, 2), dot(2, 2))
  }

  /// The largest eigenvalue of a symmetric 3 × 3 matrix by its trigonometric form (Smith 1961).
  static func largestEigenvalue(_ m: (Double, Double, Double, Double, Double, Double)) -> Double {
    let off = m.1 * m.1 + m.2 * m.2 + m.4 * m.4
    if off == 0 { return max(m.0, m.3, m.5) }
    let q = (m.0 + m.3 + m.5) / 3
    let (a, b, c) = (m.0 - q, m.3 - q, m.5 - q)
    let p = ((a * a + b * b + c * c + 2 * off) / 6).squareRoot()
    let determinant =
      a * (b * c - m.4 * m.4) - m.1 * (m.1 * c - m.4 * m.2) + m.2 * (m.1 * m.4 - b * m.2)
    let half = min(max(determinant / (2 * p * p * p), -1), 1)
    return q + 2 * p * Double.cos(Double.acos(half) / 3)
  }
}
