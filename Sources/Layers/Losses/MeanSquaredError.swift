import TensorCore

/// The mean over all elements of `(prediction − target)²`; both have one shape.
///
/// A shard of a larger batch passes the batch's number of elements as `total`; the values and gradients of the shards then
/// add up to those of the batch.
public enum MeanSquaredError<Scalar: TensorScalar> {
  /// The loss.
  public static func value(
    _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>, total: Int? = nil
  ) -> Scalar {
    let difference = self.difference(prediction, target)
    return (difference * difference).sum() / Scalar(total ?? prediction.count)
  }

  /// The loss and `dPrediction = 2 (prediction − target)/count`; the target's gradient is its negative.
  public static func valueAndGradient(
    _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>, total: Int? = nil
  ) -> (value: Scalar, dPrediction: Tensor<Scalar>) {
    let difference = self.difference(prediction, target)
    let count = Scalar(total ?? prediction.count)
    return ((difference * difference).sum() / count, difference * (2 / count))
  }

  private static func difference(_ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>)
    -> Tensor<Scalar>
  {
    require(
      prediction.shape == target.shape && prediction.count > 0,
      "MeanSquaredError: prediction and target must have one shape and an element, "
        + "got \(prediction.shape) and \(target.shape)")
    return prediction - target
  }
}
