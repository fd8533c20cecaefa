import RealModule
import TensorCore

/// The log-density of pixels of which a share `α` belongs to a Gaussian foreground and the rest to a background whose
/// log-density is known: `log(exp(log N(x; mean, deviation²) + log(α + ε)) + exp(background + log(1 − α + ε)))`.
///
/// `x`, `mean` and `background` are `[…, channels]`, `alpha` `[…, 1]`: a pixel's channels share it. The result is shaped
/// like `x`.
public struct ForegroundMixture<Scalar: TensorScalar>: Sendable {
  /// The deviation of the foreground.
  public let deviation: Double
  /// Added to both shares, so that their logarithms are finite.
  public let epsilon: Double

  /// The inputs, and the foreground's part `r` of the density.
  public struct Tape: Sendable {
    let x, mean, alpha, share: Tensor<Scalar>
  }

  /// The gradients with respect to the inputs, shaped like them.
  public struct Gradients: Sendable {
    /// `dy r (x − mean)/deviation²`.
    public let mean: Tensor<Scalar>
    /// `Σ_c dy (r/(α + ε) − (1 − r)/(1 − α + ε))` over the channels.
    public let alpha: Tensor<Scalar>
    /// `dy (1 − r)`.
    public let background: Tensor<Scalar>
  }

  /// A mixture whose foreground has this deviation.
  public init(deviation: Double, epsilon: Double = 1e-5) {
    require(
      deviation > 0 && epsilon >= 0,
      "ForegroundMixture: wants a positive deviation and epsilon not negative, got \(deviation) and \(epsilon)"
    )
    self.deviation = deviation
    self.epsilon = epsilon
  }

  /// The log-density of each number of `x`.
  public func forward(
    _ x: Tensor<Scalar>, mean: Tensor<Scalar>, alpha: Tensor<Scalar>, background: Tensor<Scalar>
  ) -> (logDensity: Tensor<Scalar>, tape: Tape) {
    require(
      x.rank >= 1 && mean.shape == x.shape && background.shape == x.shape
        && alpha.shape == x.shape.replacing(axis: x.rank - 1, with: 1),
      "ForegroundMixture: wants x, mean and background […, channels] and alpha […, 1], "
        + "got \(x.shape), \(mean.shape), \(background.shape) and \(alpha.shape)")
    let constant = Scalar(-Double.log(deviation) - 0.5 * Double.log(2 * Double.pi))
    let difference = x - mean
    let foreground =
      difference * difference * Scalar(-0.5 / (deviation * deviation))
      + (log(alpha + Scalar(epsilon)) + constant)
    let rest = background + log(Scalar(1 + epsilon) - alpha)
    // log(eᵃ + eᵇ) = b + softplus(a − b), and the part of the first is sigmoid(a − b).
    let odds = foreground - rest
    let density = rest + softplus(odds)
    return (density, Tape(x: x, mean: mean, alpha: alpha, share: sigmoid(odds)))
  }

  /// The gradients for `dy` shaped like `x`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape) -> Gradients {
    require(
      dy.shape == tape.x.shape,
      "ForegroundMixture.backward: dy must be \(tape.x.shape), got \(dy.shape)")
    let own = dy * tape.share
    let other = dy - own
    let axis = dy.rank - 1
    let dAlpha =
      own.sum(along: axis, keepingAxis: true) / (tape.alpha + Scalar(epsilon))
      - other.sum(along: axis, keepingAxis: true) / (Scalar(1 + epsilon) - tape.alpha)
    let precision = Scalar(1 / (deviation * deviation))
    return Gradients(
      mean: own * (tape.x - tape.mean) * precision, alpha: dAlpha, background: other)
  }
}
