import RealModule
import TensorCore

/// The Kullback–Leibler divergence of a normal variable `q = N(m, s²)` from another, `p = N(M, S²)`, element by element:
/// `log(S/s) + (s² + (m − M)²)/(2 S²) − ½`.
///
/// The tensors have one shape; deviations are positive.
public enum NormalDivergence<Scalar: TensorScalar> {
  /// The derivatives of each element's divergence, shaped like it.
  public struct Derivatives: Sendable {
    /// `(m − M)/S²`.
    public let mean: Tensor<Scalar>
    /// `s/S² − 1/s`.
    public let deviation: Tensor<Scalar>
    /// `−(m − M)/S²`.
    public let priorMean: Tensor<Scalar>
    /// `1/S − (s² + (m − M)²)/S³`.
    public let priorDeviation: Tensor<Scalar>
  }

  /// The divergence of each element from the prior of the same place, and its derivatives.
  public static func elements(
    mean: Tensor<Scalar>, deviation: Tensor<Scalar>, priorMean: Tensor<Scalar>,
    priorDeviation: Tensor<Scalar>
  ) -> (divergence: Tensor<Scalar>, derivatives: Derivatives) {
    require(
      deviation.shape == mean.shape && priorMean.shape == mean.shape
        && priorDeviation.shape == mean.shape,
      "NormalDivergence: wants four tensors of one shape, got \(mean.shape), \(deviation.shape), "
        + "\(priorMean.shape) and \(priorDeviation.shape)")
    let inverse = 1 / priorDeviation
    let difference = mean - priorMean
    let dMean = difference * inverse * inverse
    let ratio = deviation * inverse
    // (s² + (m − M)²)/S²
    let square = ratio * ratio + difference * dMean
    let derivatives = Derivatives(
      mean: dMean, deviation: ratio * inverse - 1 / deviation, priorMean: -dMean,
      priorDeviation: inverse * (1 - square))
    return (square * 0.5 - log(ratio) - 0.5, derivatives)
  }

  /// The divergence of each element from one fixed prior, and its derivatives with respect to mean and deviation.
  public static func elements(
    mean: Tensor<Scalar>, deviation: Tensor<Scalar>, priorMean: Scalar = 0,
    priorDeviation: Scalar = 1
  ) -> (divergence: Tensor<Scalar>, dMean: Tensor<Scalar>, dDeviation: Tensor<Scalar>) {
    require(
      deviation.shape == mean.shape && priorDeviation > 0,
      "NormalDivergence: wants mean and deviation of one shape and a positive prior deviation, "
        + "got \(mean.shape), \(deviation.shape) and \(priorDeviation)")
    let precision = 1 / (priorDeviation * priorDeviation)
    let difference = mean - priorMean
    let square = (deviation * deviation + difference * difference) * precision
    let constant = Scalar.log(priorDeviation) - 0.5
    return (
      square * 0.5 - log(deviation) + constant, difference * precision,
      deviation * precision - 1 / deviation
    )
  }
}
