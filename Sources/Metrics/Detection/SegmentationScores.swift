import TensorCore

/// A segmentation of an image beside the true one: one label a pixel each, in the same order.
public struct SegmentedImage: Sendable, Equatable {
  /// The object of each pixel.
  public var truth: [Int]
  /// The segment that the model gives it; labels need not be those of the truth.
  public var predicted: [Int]

  /// Two segmentations of one image.
  ///
  /// - Requires: as many predicted labels as true ones.
  public init(truth: [Int], predicted: [Int]) {
    require(
      truth.count == predicted.count,
      "SegmentedImage: expected as many predicted labels as true ones, got \(predicted.count) and "
        + "\(truth.count)")
    self.truth = truth
    self.predicted = predicted
  }

  /// The pixels that the truth does not give to `background`.
  func foreground(_ background: Int) -> SegmentedImage {
    let pixels = truth.indices.filter { truth[$0] != background }
    return SegmentedImage(truth: pixels.map { truth[$0] }, predicted: pixels.map { predicted[$0] })
  }
}

/// The adjusted Rand index of two groupings (Hubert and Arabie 1985): the share of pairs of elements on which they agree,
/// rescaled so that chance gives 0 and equal groupings give 1. It may be below 0.
///
/// With `n_ij` elements in group i of the one and j of the other, `a_i` and `b_j` their sums, and C(n) = n (n − 1) / 2:
/// `(Σ C(n_ij) − E) / (½ (Σ C(a_i) + Σ C(b_j)) − E)` with `E = Σ C(a_i) Σ C(b_j) / C(n)`. Where both groupings are a single
/// group, or both single elements, the denominator is 0; they are equal then, and the index is 1.
///
/// - Requires: as many labels on both sides.
/// - Returns: the index; `nil` for fewer than two elements, which have no pair.
public func adjustedRandIndex(_ first: [Int], _ second: [Int]) -> Double? {
  require(
    first.count == second.count,
    "adjustedRandIndex: expected as many labels on both sides, got \(first.count) and \(second.count)"
  )
  guard first.count >= 2 else { return nil }
  let table = SegmentTable(first, second)
  func pairs(_ count: Int) -> Double { Double(count) * Double(count - 1) / 2 }
  let together = table.shared.values.reduce(0.0) { $0 + pairs($1) }
  let ofFirst = table.first.values.reduce(0.0) { $0 + pairs($1) }
  let ofSecond = table.second.values.reduce(0.0) { $0 + pairs($1) }
  let chance = ofFirst * ofSecond / pairs(first.count)
  let largest = (ofFirst + ofSecond) / 2
  return largest == chance ? 1 : (together - chance) / (largest - chance)
}

/// How well the objects of images are told apart.
///
/// Both figures leave out the pixels or segments of the true background, as papers on scenes do: what a model makes of the
/// background is no matter of objects.
public struct SegmentationScores: Sendable, Equatable {
  /// The mean over images of ``adjustedRandIndex(_:_:)`` over the pixels of the true foreground; `nil` if no image has any.
  public let adjustedRandIndex: Double?
  /// The mean over images of the mean over objects of the largest overlap with any predicted segment; `nil` if no image has
  /// an object.
  ///
  /// The overlap is that of pixels, `|R ∩ S| / |R ∪ S|`, over the whole image, so that a segment that spills into the
  /// background loses (Arbeláez et al. 2011; the unweighted mean after Engelcke et al. 2020).
  public let covering: Double?
  /// The same with each object weighted by its pixels.
  public let weightedCovering: Double?
  /// Images with fewer than two pixels of foreground, which have no index and are left out.
  public let imagesLeftOut: Int

  /// Scores segmentations.
  ///
  /// - Parameter background: the label of the true background.
  public init(of images: [SegmentedImage], background: Int = 0) {
    let indices = images.compactMap { image -> Double? in
      let pixels = image.foreground(background)
      return Metrics.adjustedRandIndex(pixels.truth, pixels.predicted)
    }
    let coverings = images.compactMap { Self.covering($0, background) }
    adjustedRandIndex = Self.mean(indices)
    covering = Self.mean(coverings.map(\.plain))
    weightedCovering = Self.mean(coverings.map(\.weighted))
    imagesLeftOut = images.count - indices.count
  }

  private static func covering(
    _ image: SegmentedImage, _ background: Int
  ) -> (plain: Double, weighted: Double)? {
    let table = SegmentTable(image.truth, image.predicted)
    var best: [Int: Double] = [:]
    for (pair, count) in table.shared where pair.first != background {
      let union = table.first[pair.first]! + table.second[pair.second]! - count
      best[pair.first] = max(best[pair.first] ?? 0, Double(count) / Double(union))
    }
    if best.isEmpty { return nil }
    // In the order of the labels, so that the sum is the same bits every time.
    let objects = best.sorted { $0.key < $1.key }
    let pixels = objects.map { Double(table.first[$0.key]!) }
    let weighted = zip(objects, pixels).reduce(0.0) { $0 + $1.0.value * $1.1 }
    return (
      objects.reduce(0) { $0 + $1.value } / Double(objects.count),
      weighted / pixels.reduce(0, +)
    )
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

/// How many elements each pair of groups shares, and how many each group has.
private struct SegmentTable {
  struct Pair: Hashable { let first, second: Int }
  var shared: [Pair: Int] = [:]
  var first: [Int: Int] = [:]
  var second: [Int: Int] = [:]

  init(_ one: [Int], _ other: [Int]) {
    // Neighbouring pixels mostly agree: runs are added at once.
    var start = 0
    while start < one.count {
      var end = start + 1
      while end < one.count, one[end] == one[start], other[end] == other[start] { end += 1 }
      shared[Pair(first: one[start], second: other[start]), default: 0] += end - start
      first[one[start], default: 0] += end - start
      second[other[start], default: 0] += end - start
      start = end
    }
  }
}
