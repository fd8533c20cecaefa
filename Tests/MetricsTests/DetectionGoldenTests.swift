import Foundation
import Metrics
import Storage
import Testing

/// Boxes and segmentations that `Golden/make_detection.py` scored by the definitions.
struct DetectionGoldenTests {
  let arrays: [String: StoredArray]

  init() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
    arrays = try NPZ.read(from: folder.appending(path: "detection.npz").path)
  }

  private func values(_ name: String) throws -> [Double] {
    try #require(arrays[name], "no array \(name)").values()
  }

  private func integers(_ name: String) throws -> [Int] { try values(name).map { Int($0) } }

  private func expectClose(_ found: [Double], _ name: String) throws {
    let expected = try values(name)
    try #require(found.count == expected.count, "\(name): \(found.count) of \(expected.count)")
    let largest = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(largest <= 1e-12, "\(name): largest error \(largest)")
  }

  private func images() throws -> [DetectedImage] {
    let (truth, predictions) = (try values("truth"), try values("predictions"))
    func box(_ values: [Double], _ start: Int) -> DetectionBox {
      DetectionBox(
        x: values[start], y: values[start + 1], width: values[start + 2],
        height: values[start + 3])
    }
    var (object, prediction) = (0, 0)
    return try zip(integers("truthCounts"), integers("predictionCounts")).map { there, found in
      defer { (object, prediction) = (object + there, prediction + found) }
      return DetectedImage(
        predictions: (prediction..<prediction + found).map {
          Detection(box(predictions, $0 * 5), confidence: predictions[$0 * 5 + 4])
        },
        truth: (object..<object + there).map { box(truth, $0 * 4) })
    }
  }

  @Test func averagePrecisionAndCurves() throws {
    let scores = try DetectionScores(of: images())
    try expectClose(scores.curves.compactMap(\.averagePrecision), "averagePrecision")
    try expectClose(scores.curves[0].recall, "half.recall")
    try expectClose(scores.curves[0].precision, "half.precision")
    try expectClose(scores.curves[5].recall, "threeQuarters.recall")
    try expectClose(scores.curves[5].precision, "threeQuarters.precision")
  }

  @Test func countsAndSizes() throws {
    let scores = try DetectionScores(of: images())
    let counts = scores.counts
    try expectClose([try #require(counts.errorRate)], "errorRate")
    #expect(
      try [counts.exact, counts.over, counts.under, counts.imagesLeftOut] == integers("counts"))
    let sizes = scores.curves.map(\.recallBySize)
    #expect(
      try [sizes[0].small, sizes[0].medium, sizes[0].large].map(\.objectCount)
        == integers("sizeCounts"))
    #expect(
      try sizes.flatMap { [$0.small.foundCount, $0.medium.foundCount, $0.large.foundCount] }
        == integers("sizeFound"))
  }

  @Test func segmentations() throws {
    let (truth, predicted) = (try integers("segmentTruth"), try integers("segmentPredicted"))
    let size = 14 * 17
    let images = (0..<6).map { image in
      let part = image * size..<(image + 1) * size
      return SegmentedImage(truth: Array(truth[part]), predicted: Array(predicted[part]))
    }
    let indices = images.map { SegmentationScores(of: [$0]).adjustedRandIndex ?? .nan }
    try expectClose(indices, "randIndices")
    let scores = SegmentationScores(of: images)
    try expectClose([try #require(scores.covering)], "covering")
    try expectClose([try #require(scores.weightedCovering)], "weightedCovering")
  }
}
