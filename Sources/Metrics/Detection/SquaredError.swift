import TensorCore

/// How far reconstructed images are from the images, `Σ (y − x)²`.
public struct SquaredError: Sendable, Equatable {
  /// The sum over all values of each image, `Σ_{h,w,c} (y − x)²`.
  public let sums: [Double]
  /// How many values an image has: height times width times channels.
  public let valueCount: Int

  /// The mean over the images of the sum over an image's values: the figure that papers on SPACE call MSE.
  public var perImage: Double { sums.reduce(0, +) / Double(sums.count) }
  /// The mean over images and values.
  public var perValue: Double { perImage / Double(valueCount) }

  /// Compares images of shape `[batch, height, width, channels]`, or of any shape whose first axis is the batch.
  ///
  /// Squares are added in double precision.
  ///
  /// - Requires: equal shapes, at least one axis.
  /// - Throws: ``MetricsError/tooFewRows(metric:expected:found:)`` without images.
  public init<Scalar>(
    of reconstructions: Tensor<Scalar>, to images: Tensor<Scalar>
  ) throws(MetricsError) {
    require(
      reconstructions.shape == images.shape && images.rank >= 1,
      "SquaredError: images and reconstructions must have one shape, got \(images.shape) and "
        + "\(reconstructions.shape)")
    let batch = images.shape[0]
    guard batch > 0 else { throw .tooFewRows(metric: "squared error", expected: 1, found: 0) }
    let count = images.count / batch
    let (x, y) = (doubles(images), doubles(reconstructions))
    valueCount = count
    sums = (0..<batch).map { image in
      var sum = 0.0
      for place in image * count..<(image + 1) * count {
        let difference = y[place] - x[place]
        sum += difference * difference
      }
      return sum
    }
  }

  /// The errors of several batches of equal images as one.
  ///
  /// - Requires: at least one batch, and images of one size.
  public init(_ batches: [SquaredError]) {
    require(
      !batches.isEmpty && Set(batches.map(\.valueCount)).count == 1,
      "SquaredError: batches must be one or more of images of one size, got sizes "
        + "\(Set(batches.map(\.valueCount)).sorted())")
    valueCount = batches[0].valueCount
    sums = batches.flatMap(\.sums)
  }
}
