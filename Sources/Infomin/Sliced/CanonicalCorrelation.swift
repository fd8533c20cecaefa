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
    let pair = try WhitenedSide(covariance: first, order: first.shape[0]).topPair(
      try solveTriangular(l2, cross.transposed))
    let w2 = try solveTriangular(l2, pair.second, transpose: true)
    return CanonicalPair(correlation: pair.correlation, first: pair.first, second: w2)
  }
}

/// One side of the analysis, ready to be met by the other side's whitened cross products.
package struct WhitenedSide: Sendable {
  /// `U` with `A = Uᵀ U`, in the upper triangle of its leading block.
  private let factor: Tensor<Double>
  private let order: Int
  /// The ridge of a dual side, `nil` for a covariance.
  private let dualRidge: Double?

  /// The side of `p` features from their covariance with its ridge, the leading block of a matrix of which only the upper
  /// triangle is read; for at least as many rows as features.
  package init(covariance: consuming Tensor<Double>, order: Int) throws(LinearAlgebraError) {
    var factor = consume covariance
    try factorLeadingBlock(&factor, order: order)
    self.factor = factor
    self.order = order
    dualRidge = nil
  }

  /// The side of fewer rows than features from the products of its rows, `F_c F_cᵀ/(n−1) + r I` `[n, n]`.
  package init(rowProducts: consuming Tensor<Double>, ridge: Double) throws(LinearAlgebraError) {
    var factor = consume rowProducts
    order = factor.shape[0]
    try factorLeadingBlock(&factor, order: order)
    self.factor = factor
    dualRidge = ridge
  }

  /// The pair for `right`, which is `(Σ₁₂ W)ᵀ` `[r, p]` with the second side's whitening `W`, or for a dual side the second
  /// side's whitened centred features `Qᵀ` `[r, n]` (so that `Σ₁₂ W = F_cᵀ Q / (n−1)`).
  ///
  /// Returns the correlation, `w₁` (for a dual side the `v` with `w₁ = F_cᵀ v`), and the unit vector `b` in the second side's
  /// whitened coordinates. Where nothing correlates (a constant side), all are zero.
  package func topPair(_ right: Tensor<Double>) throws(LinearAlgebraError)
    -> (correlation: Double, first: Tensor<Double>, second: Tensor<Double>)
  {
    let r = right.shape[0]
    // Yᵀ = Rᵀ U⁻¹, so that YᵀY is the matrix whose largest eigenvalue is ρ².
    var y = right
    solveRows(&y, factor: factor, order: order)
    var b: Tensor<Double>
    var projected: Tensor<Double>
    let square: Double
    if let ridge = dualRidge {
      // F_c Σ₁₁⁻¹ F_cᵀ = (n−1)(I − r A⁻¹) for A = UᵀU.
      var product = rowGram(right)
      product.add(rowGram(y), times: -ridge)
      product *= 1 / Double(order - 1)
      (square, b) = try topEigenpair(product)
      projected = matmul(b.reshaped(to: [1, r]), y) * (1 / Double(order - 1))
    } else if r <= order {
      (square, b) = try topEigenpair(ofRowProducts: y)
      projected = matmul(b.reshaped(to: [1, r]), y)
    } else {
      let u: Tensor<Double>
      (square, u) = try topEigenpair(gram(y))
      guard square > 0 else { return (0, .zeros([order]), .zeros([r])) }
      b = matmul(y, u.reshaped(to: [order, 1])).reshaped(to: [r]) * (1 / square.squareRoot())
      projected = u.reshaped(to: [1, order]) * square.squareRoot()
    }
    guard square > 0 else { return (0, .zeros([order]), .zeros([r])) }
    projected *= 1 / square.squareRoot()
    solveRows(&projected, factor: factor, order: order, transpose: true)
    return (square.squareRoot(), projected.reshaped(to: [order]), b)
  }
}
