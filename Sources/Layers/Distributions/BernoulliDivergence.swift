import RealModule
import TensorCore

/// The Kullback–Leibler divergence of a Bernoulli variable with logit `l`, `p = 1/(1 + e⁻ˡ)`, from one with probability `ρ`:
/// `p (log p − log(ρ + ε)) + (1 − p) (log(1 − p) − log(1 − ρ + ε))`, element by element.
///
/// - Note: SPACE's authors add `ε = 10⁻¹⁵` inside every logarithm. It matters for the prior, which their schedules bring near
///   0; `log p` and `log(1 − p)` are found from the logit without cancellation, and need none.
public enum BernoulliDivergence<Scalar: TensorScalar> {
  /// The divergence of each element, and its derivative with respect to the logit, `p (1 − p)(l − logit ρ)`.
  ///
  /// - Parameters:
  ///   - prior: `ρ`, in `0...1`.
  ///   - epsilon: `ε`, positive if `ρ` is 0 or 1.
  public static func elements(
    logits: Tensor<Scalar>, prior: Double, epsilon: Double = 1e-15
  ) -> (divergence: Tensor<Scalar>, dLogits: Tensor<Scalar>) {
    require(
      (0...1).contains(prior) && epsilon >= 0,
      "BernoulliDivergence: wants a prior in 0...1 and epsilon not negative, got \(prior) and \(epsilon)"
    )
    let (yes, no) = (Double.log(prior + epsilon), Double.log(1 - prior + epsilon))
    let p = sigmoid(logits)
    let q = sigmoid(-logits)
    let divergence =
      -(p * (softplus(-logits) + Scalar(yes))) - q * (softplus(logits) + Scalar(no))
    return (divergence, p * q * (logits - Scalar(yes - no)))
  }
}
