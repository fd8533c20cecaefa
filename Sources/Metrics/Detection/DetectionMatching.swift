/// The predictions of all images beside the objects that they overlap most: what every score of boxes is read from.
struct DetectionMatching {
  /// One prediction and its object.
  struct Pair {
    let confidence: Double
    /// The object's place among the objects of all images; -1 in an image without any.
    let object: Int
    let overlap: Double
  }

  /// By image, and within an image by falling confidence: the order in which predictions claim objects.
  let pairs: [Pair]
  /// The places of ``pairs`` by falling confidence over all images; equal ones in the order of ``pairs``.
  let ranking: [Int]
  /// The objects of all images, one image after the other.
  let objects: [DetectionBox]

  /// Finds each prediction's object: the one of largest overlap among all of its image, the first of equals, whether or
  /// not another prediction has it already.
  ///
  /// - Throws: ``MetricsError/notFinite(metric:argument:row:value:)``, ``MetricsError/negativeSize(metric:argument:row:value:)``.
  init(_ images: [DetectedImage]) throws(MetricsError) {
    try Self.check(images)
    self.init(unchecked: images)
  }

  /// The same for numbers that were looked at, or do not matter.
  init(unchecked images: [DetectedImage]) {
    var pairs: [Pair] = []
    var objects: [DetectionBox] = []
    pairs.reserveCapacity(images.reduce(0) { $0 + $1.predictions.count })
    for image in images {
      let truth = image.truth.map(DetectionBox.Edges.init)
      for place in Self.ranked(image.predictions.map(\.confidence)) {
        let prediction = image.predictions[place]
        let edges = DetectionBox.Edges(prediction.box)
        var (best, overlap) = (truth.isEmpty ? -1 : 0, 0.0)
        for (index, box) in truth.enumerated() {
          let shared = edges.overlap(with: box)
          if shared > overlap { (best, overlap) = (index, shared) }
        }
        pairs.append(
          Pair(
            confidence: prediction.confidence, object: best < 0 ? -1 : objects.count + best,
            overlap: overlap))
      }
      objects += image.truth
    }
    self.pairs = pairs
    self.objects = objects
    ranking = Self.ranked(pairs.map(\.confidence))
  }

  /// Whether each of ``pairs`` is a hit: its overlap is above `threshold` and no earlier one has its object.
  ///
  /// - Returns: the hits, and the objects that were hit.
  func hits(above threshold: Double) -> (hits: [Bool], found: [Bool]) {
    var found = [Bool](repeating: false, count: objects.count)
    let hits = pairs.map { pair in
      guard pair.object >= 0, pair.overlap > threshold, !found[pair.object] else { return false }
      found[pair.object] = true
      return true
    }
    return (hits, found)
  }

  /// Places by falling value, equal values in order.
  static func ranked(_ values: [Double]) -> [Int] {
    values.indices.sorted { values[$0] != values[$1] ? values[$0] > values[$1] : $0 < $1 }
  }

  private static func check(_ images: [DetectedImage]) throws(MetricsError) {
    for (row, image) in images.enumerated() {
      for prediction in image.predictions {
        guard prediction.confidence.isFinite else {
          throw .notFinite(
            metric: "detection", argument: "confidence", row: row, value: prediction.confidence)
        }
        try check(prediction.box, "predicted box", row)
      }
      for box in image.truth { try check(box, "true box", row) }
    }
  }

  private static func check(
    _ box: DetectionBox, _ argument: String, _ row: Int
  ) throws(MetricsError) {
    for value in [box.x, box.y, box.width, box.height] where !value.isFinite {
      throw .notFinite(metric: "detection", argument: argument, row: row, value: value)
    }
    for value in [box.width, box.height] where value < 0 {
      throw .negativeSize(metric: "detection", argument: argument, row: row, value: value)
    }
  }
}
