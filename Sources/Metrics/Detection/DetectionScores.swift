import TensorCore

/// How well predicted boxes find the objects of images: average precision over thresholds, counts, and recall by size.
///
/// The rules are those of the authors' evaluation of SPACE (Lin et al. 2020). In each image predictions are taken by falling
/// confidence. Each looks at the object that it overlaps most, also where another prediction has that object already, and
/// hits it if the overlap is above the threshold and no earlier one did. The hits of all images are ranked by confidence,
/// equal ones in the order of the images; from them come precision and recall over the number of all objects.
///
/// No box is clipped to the image and none is suppressed for overlapping another. An image without objects adds its
/// predictions as misses.
public struct DetectionScores: Sendable, Equatable {
  /// Precision against recall at one threshold of the overlap.
  public struct Curve: Sendable, Equatable {
    /// What an overlap must be above to count as a hit.
    public let threshold: Double
    /// The mean over r in {0, 0.1, …, 1} of the largest precision at a recall of at least r, in [0, 1]; `nil` without objects,
    /// where there is no recall.
    public let averagePrecision: Double?
    /// The share of objects found by the surest 1, 2, … predictions; empty without objects.
    public let recall: [Double]
    /// The share of hits among them.
    public let precision: [Double]
    /// The share of objects found in each class of sizes.
    public let recallBySize: SizeRecall
  }

  /// The thresholds 0.5, 0.55, …, 0.95.
  public static let standardThresholds = (10...19).map { Double($0) / 20 }

  /// One curve a threshold, in the order given.
  public let curves: [Curve]
  /// How many predictions there are against how many objects.
  public let counts: DetectionCounts
  /// The confidence of each prediction in the order of the curves' points.
  public let confidences: [Double]
  /// The objects of all images.
  public let objectCount: Int

  /// Scores images.
  ///
  /// - Parameters:
  ///   - images: at least one.
  ///   - thresholds: each in [0, 1].
  ///   - sizes: the classes for ``SizeRecall``.
  /// - Throws: ``MetricsError/tooFewRows(metric:expected:found:)`` without images,
  ///   ``MetricsError/notFinite(metric:argument:row:value:)`` and ``MetricsError/negativeSize(metric:argument:row:value:)``,
  ///   whose row is the image.
  public init(
    of images: [DetectedImage], thresholds: [Double] = standardThresholds,
    sizes: SizeClasses = SizeClasses()
  ) throws(MetricsError) {
    require(
      !thresholds.isEmpty && thresholds.allSatisfy { (0...1).contains($0) },
      "DetectionScores: thresholds must be one or more from 0 to 1, got \(thresholds)")
    counts = try DetectionCounts(of: images)
    let matching = try DetectionMatching(images)
    objectCount = matching.objects.count
    confidences = matching.ranking.map { matching.pairs[$0].confidence }
    curves = thresholds.map { threshold in
      let (hits, found) = matching.hits(above: threshold)
      let (recall, precision) = Self.points(
        matching.ranking.map { hits[$0] }, objectCount: matching.objects.count)
      return Curve(
        threshold: threshold,
        averagePrecision: matching.objects.isEmpty
          ? nil : Self.averagePrecision(recall, precision),
        recall: recall, precision: precision,
        recallBySize: SizeRecall(matching.objects, found: found, sizes))
    }
  }

  /// The mean of the curves' average precisions: "AP 0.5:0.95" for the standard thresholds; `nil` without objects.
  public var meanAveragePrecision: Double? {
    guard objectCount > 0 else { return nil }
    return curves.reduce(0) { $0 + ($1.averagePrecision ?? 0) } / Double(curves.count)
  }

  /// The average precision at a threshold that was scored; `nil` for another, and without objects.
  public func averagePrecision(at threshold: Double) -> Double? {
    curves.first { abs($0.threshold - threshold) < 1e-9 }?.averagePrecision
  }

  static func points(_ hits: [Bool], objectCount: Int) -> (recall: [Double], precision: [Double]) {
    guard objectCount > 0 else { return ([], []) }
    var found = 0
    var (recall, precision): ([Double], [Double]) = ([], [])
    recall.reserveCapacity(hits.count)
    precision.reserveCapacity(hits.count)
    for (index, hit) in hits.enumerated() {
      if hit { found += 1 }
      recall.append(Double(found) / Double(objectCount))
      precision.append(Double(found) / Double(index + 1))
    }
    return (recall, precision)
  }

  /// Interpolation at eleven recalls; 0 without predictions.
  ///
  /// The eleven are multiples of 0.1 in binary, as in the authors' program: three of ten objects make a recall of 0.3, which
  /// is below 3 · 0.1 = 0.30000000000000004.
  static func averagePrecision(_ recall: [Double], _ precision: [Double]) -> Double {
    // Recall never falls along the points, so the points at a recall of at least r are a tail.
    var sum = 0.0
    var largest = 0.0
    var place = recall.count
    for step in (0...10).reversed() {
      while place > 0, recall[place - 1] >= Double(step) * 0.1 {
        place -= 1
        largest = max(largest, precision[place])
      }
      sum += largest
    }
    return sum / 11
  }
}
