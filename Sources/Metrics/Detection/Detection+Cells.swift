import TensorCore

extension Detection {
  /// What the cells of a scene model predict: for each image the cells whose presence is above a threshold, in the order of
  /// the cells, not clipped and not thinned.
  ///
  /// The box of a cell has its centre at `(t + 1) / 2` and the size `s`, both fractions of the image; the confidence is
  /// `sigmoid(logit)` (Lin et al. 2020).
  ///
  /// - Parameters:
  ///   - boxes: `(s_x, s_y, t_x, t_y)` of each cell, `[batch, cells, 4]`.
  ///   - presenceLogits: `[batch, cells]`.
  ///   - threshold: presences at or below it are no predictions.
  /// - Returns: one list an image.
  public static func batch<Scalar>(
    boxes: Tensor<Scalar>, presenceLogits: Tensor<Scalar>, above threshold: Double = 0.5
  ) -> [[Detection]] {
    require(
      presenceLogits.rank == 2
        && boxes.shape.dimensions == presenceLogits.shape.dimensions + [4],
      "Detection.batch: wants boxes [batch, cells, 4] and presenceLogits [batch, cells], got "
        + "\(boxes.shape) and \(presenceLogits.shape)")
    let (batch, cells) = (presenceLogits.shape[0], presenceLogits.shape[1])
    let presences = doubles(sigmoid(presenceLogits))
    let values = doubles(boxes)
    return (0..<batch).map { image in
      (image * cells..<(image + 1) * cells).compactMap { cell in
        guard presences[cell] > threshold else { return nil }
        let (s, t) = (4 * cell, 4 * cell + 2)
        return Detection(
          DetectionBox(
            x: (values[t] + 1) / 2, y: (values[t + 1] + 1) / 2, width: values[s],
            height: values[s + 1]),
          confidence: presences[cell])
      }
    }
  }
}

extension DetectedImage {
  /// Whether each prediction hits an object, in the order of ``predictions``: by the rules of ``DetectionScores``.
  ///
  /// A box that is not finite hits nothing.
  public func hits(above threshold: Double) -> [Bool] {
    var hits = [Bool](repeating: false, count: predictions.count)
    let claimed = DetectionMatching(unchecked: [self]).hits(above: threshold).hits
    let order = DetectionMatching.ranked(predictions.map(\.confidence))
    for (place, hit) in zip(order, claimed) { hits[place] = hit }
    return hits
  }
}
