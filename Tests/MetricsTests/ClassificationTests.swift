import Metrics
import TensorCore
import Testing

struct ClassificationTests {
  @Test func areaUnderROCCountsTiesHalf() throws {
    // 14 of 16 pairs in the right order, counted by hand and by SciPy's `mannwhitneyu`.
    let area = try areaUnderROC(
      scores: [0.1, 0.4, 0.35, 0.8, 0.4, 0.9, 0.2, 0.35],
      outcomes: [false, false, true, true, true, true, false, false])
    #expect(abs(area - 0.875) < 1e-15)
  }

  @Test func knownAnswers() throws {
    let outcomes = [true, false, true, false, false]
    let perfect = outcomes.map { $0 ? 1.0 : 0.0 }
    #expect(try areaUnderROC(scores: perfect, outcomes: outcomes) == 1)
    #expect(try areaUnderROC(scores: perfect.map { -$0 }, outcomes: outcomes) == 0)
    #expect(
      try areaUnderROC(scores: [Double](repeating: 3, count: 5), outcomes: outcomes) == 0.5)
    #expect(try accuracy(predictions: outcomes, outcomes: outcomes) == 1)
    #expect(
      try accuracy(predictions: [Bool](repeating: false, count: 5), outcomes: outcomes) == 0.6)
    #expect(positives(Tensor<Float>([-1, 1, 0, 0.5])) == [false, true, false, true])
  }

  @Test func undefinedFiguresAreErrors() {
    #expect(throws: MetricsError.self) {
      try areaUnderROC(scores: [1, 2], outcomes: [true, true])
    }
    #expect(throws: MetricsError.self) {
      try areaUnderROC(scores: [1, 2], outcomes: [false, false])
    }
    #expect(throws: MetricsError.self) {
      try areaUnderROC(scores: [1, .nan], outcomes: [false, true])
    }
    #expect(throws: MetricsError.tooFewRows(metric: "accuracy", expected: 1, found: 0)) {
      try accuracy(predictions: [Int](), outcomes: [])
    }
  }
}
