import Metrics
import TensorCore
import Testing

struct SegmentationTests {
  @Test func equalGroupingsAgreeWhateverTheirLabels() {
    #expect(adjustedRandIndex([1, 1, 2, 2, 3], [7, 7, 0, 0, 5]) == 1)
    #expect(adjustedRandIndex([4, 4, 4], [1, 1, 1]) == 1)
    #expect(adjustedRandIndex([1, 2, 3], [9, 8, 7]) == 1)
  }

  /// Groups {1, 2}, {3, 4} against {1, 2, 3}, {4}: pairs together in both 1, in the one 2, in the other 3, of 6. Chance gives
  /// 2 · 3 / 6 = 1, so the index is 0. Against {1, 2}, {3}, {4}: 1, 2, 1; (1 − 1/3) / (3/2 − 1/3) = 4/7.
  @Test func indicesByHand() throws {
    #expect(adjustedRandIndex([1, 1, 2, 2], [1, 1, 1, 2]) == 0)
    let index = try #require(adjustedRandIndex([1, 1, 2, 2], [1, 1, 2, 3]))
    #expect(abs(index - 4.0 / 7) < 1e-15)
    // All in one group tells nothing: 0. Crossed groups are below chance: (0 − 2/3) / (2 − 2/3).
    #expect(adjustedRandIndex([1, 1, 2, 2], [5, 5, 5, 5]) == 0)
    let crossed = try #require(adjustedRandIndex([1, 1, 2, 2], [1, 2, 1, 2]))
    #expect(abs(crossed + 0.5) < 1e-15)
    #expect(adjustedRandIndex([1], [1]) == nil && adjustedRandIndex([], []) == nil)
  }

  @Test func theBackgroundIsNoObject() throws {
    // Right in the foreground, arbitrary in the background.
    let truth = [0, 0, 0, 1, 1, 2, 2, 0]
    let predicted = [3, 8, 4, 5, 5, 6, 6, 3]
    let scores = SegmentationScores(of: [SegmentedImage(truth: truth, predicted: predicted)])
    #expect(scores.adjustedRandIndex == 1 && scores.covering == 1)
    #expect(scores.weightedCovering == 1 && scores.imagesLeftOut == 0)
  }

  /// Object 1 of four pixels, segment 5 covers three of them and one of the background: 3 / 5. Object 2 of two pixels in a
  /// segment of its own of two: 1. Mean 0.8, by pixels (4 · 0.6 + 2) / 6.
  @Test func coveringByHand() throws {
    let image = SegmentedImage(
      truth: [0, 1, 1, 1, 1, 2, 2, 0], predicted: [5, 5, 5, 5, 9, 6, 6, 0])
    let scores = SegmentationScores(of: [image])
    #expect(abs(try #require(scores.covering) - 0.8) < 1e-15)
    #expect(abs(try #require(scores.weightedCovering) - 4.4 / 6) < 1e-15)
  }

  @Test func imagesWithoutForegroundAreLeftOut() {
    let empty = SegmentedImage(truth: [0, 0], predicted: [1, 2])
    let alone = SegmentationScores(of: [empty])
    #expect(alone.adjustedRandIndex == nil && alone.covering == nil && alone.imagesLeftOut == 1)
    let full = SegmentedImage(truth: [3, 3, 1, 1], predicted: [0, 0, 1, 1])
    let both = SegmentationScores(of: [empty, full])
    #expect(both.adjustedRandIndex == 1 && both.imagesLeftOut == 1)
    // Another label may be the background: then only the pixels of 0 are left.
    #expect(SegmentationScores(of: [full], background: 3).adjustedRandIndex == 1)
  }
}

struct SquaredErrorTests {
  @Test func sumsByHand() throws {
    let x = Tensor<Float>(shape: [2, 1, 2, 1], scalars: [0, 1, 0.5, 0.5])
    let y = Tensor<Float>(shape: [2, 1, 2, 1], scalars: [0.5, 1, 0.5, 1.5])
    let error = try SquaredError(of: y, to: x)
    #expect(error.sums == [0.25, 1] && error.valueCount == 2)
    #expect(error.perImage == 0.625 && error.perValue == 0.3125)
    #expect(try SquaredError(of: x, to: x).perImage == 0)
    #expect(SquaredError([error, error, try SquaredError(of: x, to: x)]).perImage == 2.5 / 6)
    #expect(throws: MetricsError.self) {
      try SquaredError(of: Tensor<Float>(shape: [0, 3]), to: Tensor<Float>(shape: [0, 3]))
    }
  }
}
