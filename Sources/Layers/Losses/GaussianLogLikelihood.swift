import TensorCore

/// The log-density of a Gaussian with diagonal covariance: `−½ (log 2π + l + (x − μ)² e⁻ˡ)` with `l` the log-variance,
/// summed over columns and averaged over rows.
///
/// `x`, `mean` and `logVariance` are `[batch, columns]`. It is a likelihood: a loss is its negative. A shard of a larger batch
/// passes the batch's number of rows as `total`.
public enum GaussianLogLikelihood<Scalar: TensorScalar> {
  /// The value, and its gradients with respect to the three inputs.
  public struct Result: Sendable {
    /// The log-likelihood: the sum over columns, averaged over rows.
    public let value: Scalar
    /// `−(x − μ) e⁻ˡ/batch`.
    public let dx: Tensor<Scalar>
    /// `(x − μ) e⁻ˡ/batch`.
    public let dMean: Tensor<Scalar>
    /// `½ ((x − μ)² e⁻ˡ − 1)/batch`.
    public let dLogVariance: Tensor<Scalar>
  }

  /// The log-density of each element, shaped like `x`.
  public static func elements(
    _ x: Tensor<Scalar>, mean: Tensor<Scalar>, logVariance: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    check(x, mean, logVariance)
    let difference = x - mean
    let constant = Scalar.log(2 * Scalar.pi)
    return (difference * difference * exp(-logVariance) + logVariance + constant) * -0.5
  }

  /// The log-likelihood.
  public static func value(
    _ x: Tensor<Scalar>, mean: Tensor<Scalar>, logVariance: Tensor<Scalar>, total: Int? = nil
  ) -> Scalar {
    elements(x, mean: mean, logVariance: logVariance).sum() / Scalar(total ?? x.shape[0])
  }

  /// The log-likelihood and its gradients.
  public static func valueAndGradients(
    _ x: Tensor<Scalar>, mean: Tensor<Scalar>, logVariance: Tensor<Scalar>, total: Int? = nil
  ) -> Result {
    check(x, mean, logVariance)
    let rows = Scalar(total ?? x.shape[0])
    let difference = x - mean
    let scaled = difference * exp(-logVariance)
    let square = difference * scaled
    let constant = Scalar.log(2 * Scalar.pi)
    let value = (square.sum() + logVariance.sum() + constant * Scalar(x.count)) * -0.5 / rows
    let dMean = scaled * (1 / rows)
    return Result(
      value: value, dx: -dMean, dMean: dMean, dLogVariance: (square - 1) * (0.5 / rows))
  }

  private static func check(
    _ x: Tensor<Scalar>, _ mean: Tensor<Scalar>, _ logVariance: Tensor<Scalar>
  ) {
    require(
      x.rank == 2 && x.shape[0] > 0 && mean.shape == x.shape && logVariance.shape == x.shape,
      "GaussianLogLikelihood: x, mean and logVariance must be one [batch, columns] with a row, "
        + "got \(x.shape), \(mean.shape) and \(logVariance.shape)")
  }
}
