import TensorCore

/// The first pair of a regularised canonical correlation analysis.
///
/// For features `F` and `G` with covariances `Σ₁₁ + r₁ I`, `Σ₂₂ + r₂ I` and cross-covariance `Σ₁₂` it maximises
/// `w₁ᵀ Σ₁₂ w₂` over `w₁ᵀ Σ₁₁ w₁ = w₂ᵀ Σ₂₂ w₂ = 1`. One Cholesky factor a side and an eigenproblem on the narrower side give
/// the same pair as two symmetric whitenings and a full singular value decomposition.
public struct CanonicalPair: Sendable {
  /// The regularised correlation, in 0…1.
  public let correlation: Double
  /// `w₁`, of shape `[p]`; its sign is arbitrary.
  public let first: Tensor<Double>
  /// `w₂`, of shape `[q]`.
  public let second: Tensor<Double>

  /// The pair from covariances that already hold their ridge: `Σ₁₁` `[p, p]`, `Σ₂₂` `[q, q]`, `Σ₁₂` `[p, q]`.
  public static func solve(
    _ first: Tensor<Double>, _ second: Tensor<Double>, cross: Tensor<Double>
  ) throws(LinearAlgebraError) -> CanonicalPair {
    let l2 = try cholesky(second)
    // Y = L₁⁻¹ Σ₁₂ L₂⁻ᵀ.
    let right = try solveTriangular(l2, cross.transposed).transposed
    let side = try WhitenedSide.covariance(first)
    let (correlation, w1, b) = try side.topPair(right)
    let w2 = try solveTriangular(l2, b.reshaped(to: [b.count, 1]), transpose: true)
    return CanonicalPair(
      correlation: correlation, first: w1, second: w2.reshaped(to: [b.count]))
  }
}

/// One side of the analysis, ready to be met by the other side's whitened cross products.
package enum WhitenedSide {
  /// The Cholesky factor of `Σ₁₁`; for at least as many rows as features.
  case factor(Tensor<Double>)
  /// Fewer rows than features: the centred features `F_c` `[n, p]`, and the factor of `F_c F_cᵀ/(n−1) + r I`.
  case dual(features: Tensor<Double>, factor: Tensor<Double>, ridge: Double)

  /// The side of a covariance that holds its ridge.
  static func covariance(_ covariance: Tensor<Double>) throws(LinearAlgebraError) -> WhitenedSide {
    .factor(try cholesky(covariance))
  }

  /// The pair for `right`, which is `Σ₁₂ W` `[p, r]` with the second side's whitening `W`, or for a dual side the
  /// second side's whitened centred rows `Q` `[n, r]` (so that `Σ₁₂ W = F_cᵀ Q / (n−1)`).
  ///
  /// Returns the correlation, `w₁`, and the unit vector `b` in the second side's whitened coordinates. Where nothing
  /// correlates (a constant side), all are zero.
  package func topPair(_ right: Tensor<Double>) throws(LinearAlgebraError)
    -> (correlation: Double, first: Tensor<Double>, second: Tensor<Double>)
  {
    let r = right.shape[1]
    switch self {
    case .factor(let l1):
      let p = l1.shape[0]
      let y = try solveTriangular(l1, right)
      let u: Tensor<Double>
      let b: Tensor<Double>
      let sigma: Double
      if r <= p {
        let (values, vectors) = try eigh(gram(y), range: r - 1..<r)
        sigma = max(values.scalars[0], 0).squareRoot()
        guard sigma > 0 else { return (0, .zeros([p]), .zeros([r])) }
        b = vectors
        u = matmul(y, b) * (1 / sigma)
      } else {
        let (values, vectors) = try eigh(matmul(y, y, transposeB: true), range: p - 1..<p)
        sigma = max(values.scalars[0], 0).squareRoot()
        guard sigma > 0 else { return (0, .zeros([p]), .zeros([r])) }
        u = vectors
        b = matmul(y, u, transposeA: true) * (1 / sigma)
      }
      let w1 = try solveTriangular(l1, u, transpose: true)
      return (sigma, w1.reshaped(to: [p]), b.reshaped(to: [r]))

    case .dual(let features, let factor, let ridge):
      let (n, p) = (features.shape[0], features.shape[1])
      // X = (F_c F_cᵀ/(n−1) + r I)⁻¹ Q, and F_c Σ₁₁⁻¹ F_cᵀ Q = (n−1)(Q − r X).
      let x = try solveTriangular(
        factor, try solveTriangular(factor, right), transpose: true)
      var product = matmul(right, right - x * ridge, transposeA: true) * (1 / Double(n - 1))
      product = (product + product.transposed) * 0.5
      let (values, b) = try eigh(product, range: r - 1..<r)
      let sigma = max(values.scalars[0], 0).squareRoot()
      guard sigma > 0 else { return (0, .zeros([p]), .zeros([r])) }
      let w1 = matmul(features, matmul(x, b), transposeA: true) * (1 / (Double(n - 1) * sigma))
      return (sigma, w1.reshaped(to: [p]), b.reshaped(to: [r]))
    }
  }
}
