import TensorCore

/// How far images with a swapped label, or reconstructed ones, are from the images: the mean over the images of `‖x − x̂‖₂`.
///
/// The norm is over all values of an image; images are `[batch, height, width, channels]`, or of any shape whose first axis is
/// the batch.
///
/// - Requires: equal shapes, at least one axis.
/// - Throws: ``MetricsError/tooFewRows(metric:expected:found:)`` without images.
public func swapError<Scalar>(
  _ images: Tensor<Scalar>, _ others: Tensor<Scalar>
) throws(MetricsError) -> Double {
  let sums = try SquaredError(of: others, to: images).sums
  return sums.reduce(0) { $0 + $1.squareRoot() } / Double(sums.count)
}
