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
