import Metrics
import Testing

/// A box that spans a part of a row: all boxes of these tests share centre line and height, so that overlaps are those of
/// intervals.
private func span(_ left: Double, _ right: Double) -> DetectionBox {
  DetectionBox(x: (left + right) / 2, y: 0.5, width: right - left, height: 0.25)
}

private func sure(_ confidence: Double, _ left: Double, _ right: Double) -> Detection {
  Detection(span(left, right), confidence: confidence)
}

/// Precisions after 1, 2, … predictions, from the hits so far.
private func shares(_ hits: [Double]) -> [Double] {
  hits.enumerated().map { $1 / Double($0 + 1) }
}

struct DetectionTests {
  /// Three objects, far apart.
  static let objects = [span(0, 0.125), span(0.25, 0.375), span(0.5, 0.625)]

  private func scores(_ images: [DetectedImage], at threshold: Double = 0.5) throws
    -> DetectionScores
  {
    try DetectionScores(of: images, thresholds: [threshold])
  }

  @Test func overlapsOfBoxes() {
    let box = DetectionBox(x: 0.5, y: 0.5, width: 0.5, height: 0.25)
    #expect(box.overlap(with: box) == 1)
    // Half of the width shared: 1 of 3 parts.
    let moved = DetectionBox(x: 0.75, y: 0.5, width: 0.5, height: 0.25)
    #expect(abs(box.overlap(with: moved) - 1.0 / 3) < 1e-15)
    // A quarter inside a box: its area over the whole.
    let inner = DetectionBox(x: 0.5, y: 0.5, width: 0.25, height: 0.125)
    #expect(box.overlap(with: inner) == 0.25 && inner.overlap(with: box) == 0.25)
    // Touching edges, and boxes without area.
    #expect(box.overlap(with: DetectionBox(x: 1, y: 0.5, width: 0.5, height: 0.25)) == 0)
    let point = DetectionBox(x: 0.5, y: 0.5, width: 0, height: 0)
    #expect(point.overlap(with: point) == 0 && box.overlap(with: point) == 0)
  }

  @Test func perfectPredictionsScoreOneEverywhere() throws {
    let image = DetectedImage(
      predictions: Self.objects.map { Detection($0, confidence: 0.9) }, truth: Self.objects)
    let scores = try DetectionScores(of: [image, image])
    #expect(scores.curves.count == 10 && scores.curves.allSatisfy { $0.averagePrecision == 1 })
    #expect(scores.meanAveragePrecision == 1 && scores.averagePrecision(at: 0.75) == 1)
    #expect(scores.counts.accuracy == 1 && scores.counts.errorRate == 0)
    #expect(scores.curves[0].recall.last == 1 && scores.objectCount == 6)
    #expect(scores.averagePrecision(at: 0.3) == nil)
  }

  @Test func uselessPredictionsScoreNothing() throws {
    let away = Self.objects.map {
      Detection(span($0.left + 0.125, $0.right + 0.125), confidence: 1)
    }
    #expect(try scores([.init(predictions: away, truth: Self.objects)]).meanAveragePrecision == 0)
    let none = try scores([.init(predictions: [], truth: Self.objects)])
    #expect(none.meanAveragePrecision == 0 && none.counts.errorRate == 1)
    #expect(none.curves[0].recall.isEmpty && none.counts.undercount == 1)
  }

  /// Each object twice, all surer copies first: every second one is a miss, but only after all objects are found.
  /// Ranked copy by copy instead, precision after the k-th object is k / (2k − 1).
  @Test func duplicatesAreMisses() throws {
    let twice = Self.objects.enumerated().flatMap { index, box in
      [
        Detection(box, confidence: 0.9 - 0.1 * Double(index)),
        Detection(box, confidence: 0.3 - 0.1 * Double(index)),
      ]
    }
    let late = try scores([.init(predictions: twice, truth: Self.objects)])
    #expect(late.meanAveragePrecision == 1)
    #expect(late.curves[0].precision == shares([1, 2, 3, 3, 3, 3]))
    #expect(late.counts.over == 1 && late.counts.errorRate == 1)

    let between = Self.objects.enumerated().flatMap { index, box in
      let confidence = 0.9 - 0.1 * Double(index)
      return [Detection(box, confidence: confidence), Detection(box, confidence: confidence)]
    }
    let early = try scores([.init(predictions: between, truth: Self.objects)])
    #expect(early.curves[0].precision == shares([1, 1, 2, 2, 3, 3]))
    // Recall 1/3 holds for r up to 0.3 (four of them), 2/3 for 0.4 to 0.6, 1 for 0.7 to 1.
    let expected: Double = (4.0 + 2.0 + 2.4) / 11
    let mean = try #require(early.meanAveragePrecision)
    #expect(abs(mean - expected) < 1e-15)
  }

  /// Two objects; predictions of confidence .9 (hit), .8 (nowhere), .7 (hit), by hand: precision 1, 1/2, 2/3 at recall
  /// 1/2, 1/2, 1. The six recalls 0…0.5 have precision 1, the five above 2/3.
  @Test func aCaseByHand() throws {
    let image = DetectedImage(
      predictions: [sure(0.7, 0.25, 0.375), sure(0.9, 0, 0.125), sure(0.8, 0.75, 0.875)],
      truth: Array(Self.objects.prefix(2)))
    let scores = try scores([image])
    let (mean, byHand): (Double, Double) = (
      try #require(scores.meanAveragePrecision), (6 + 5 * 2.0 / 3) / 11
    )
    #expect(abs(mean - byHand) < 1e-15)
    #expect(scores.curves[0].recall == [0.5, 0.5, 1])
    #expect(scores.curves[0].precision == [1, 0.5, 2.0 / 3])
    #expect(scores.confidences == [0.9, 0.8, 0.7])
  }

  /// An overlap of exactly one half: two boxes of width 3, moved by 1, share 2 of 4.
  @Test func theThresholdItselfIsNoHit() throws {
    let image = DetectedImage(
      predictions: [sure(1, 0.125, 0.5)], truth: [span(0, 0.375)])
    #expect(try scores([image], at: 0.5).meanAveragePrecision == 0)
    #expect(try scores([image], at: 0.49).meanAveragePrecision == 1)
    // At a threshold of 0, boxes that do not touch are still no hit.
    let apart = DetectedImage(predictions: [sure(1, 0.5, 0.75)], truth: [span(0, 0.25)])
    #expect(try scores([apart], at: 0).meanAveragePrecision == 0)
  }

  /// A prediction looks only at the object that it overlaps most. Objects at [0, 8] and [3, 11] sixteenths. The first
  /// prediction takes [0, 8]. The second, [1, 9], overlaps that one by 7/9 and the other by 6/10, both above one half: it
  /// goes for the taken one and is a miss, although the other is free.
  @Test func aTakenObjectIsNotPassedOn() throws {
    let sixteenth = 1.0 / 16
    let image = DetectedImage(
      predictions: [sure(0.9, 0, 8 * sixteenth), sure(0.8, sixteenth, 9 * sixteenth)],
      truth: [span(0, 8 * sixteenth), span(3 * sixteenth, 11 * sixteenth)])
    let scores = try scores([image])
    #expect(scores.curves[0].precision == [1, 0.5] && scores.curves[0].recall == [0.5, 0.5])
    let mean = try #require(scores.meanAveragePrecision)
    #expect(abs(mean - 6.0 / 11) < 1e-15)
    // A box in the middle between two equal objects belongs to the first of them.
    let middle = DetectedImage(
      predictions: [sure(0.9, 2 * sixteenth, 10 * sixteenth), sure(0.8, 0, 8 * sixteenth)],
      truth: [span(0, 8 * sixteenth), span(4 * sixteenth, 12 * sixteenth)])
    #expect(try self.scores([middle]).curves[0].precision == [1, 0.5])
  }

  /// Equal confidences keep their order: within an image as given, across images by image.
  @Test func tiesKeepTheirOrder() throws {
    let (hit, miss) = (sure(0.5, 0, 0.125), sure(0.5, 0.75, 0.875))
    let truth = [Self.objects[0]]
    func precision(_ images: [DetectedImage]) throws -> [Double] {
      try scores(images).curves[0].precision
    }
    #expect(try precision([.init(predictions: [hit, miss], truth: truth)]) == [1, 0.5])
    #expect(try precision([.init(predictions: [miss, hit], truth: truth)]) == [0, 0.5])
    let (good, bad) = (
      DetectedImage(predictions: [hit], truth: truth),
      DetectedImage(predictions: [miss], truth: truth)
    )
    #expect(try precision([good, bad]) == [1, 0.5])
    #expect(try precision([bad, good]) == [0, 0.5])
    // The surer of two claims an object, in whatever order they come.
    let image = DetectedImage(predictions: [sure(0.6, 0, 0.12), sure(0.7, 0, 0.125)], truth: truth)
    #expect(try precision([image]) == [1, 0.5])
  }

  /// Three of ten objects: a recall of 0.3 is below 3 · 0.1 in binary, as in the authors' program, so that only the recalls 0,
  /// 0.1 and 0.2 are reached.
  @Test func recallsAreMultiplesOfATenthInBinary() throws {
    let truth = (0..<10).map { span(0.1 * Double($0), 0.1 * Double($0) + 0.05) }
    let image = DetectedImage(
      predictions: truth.prefix(3).map { Detection($0, confidence: 0.9) }, truth: truth)
    let mean = try #require(scores([image]).meanAveragePrecision)
    #expect(abs(mean - 3.0 / 11) < 1e-15)
  }

  @Test func imagesWithoutObjectsAddMissesAndNoRate() throws {
    let empty = DetectedImage(predictions: [sure(0.95, 0, 0.125)], truth: [])
    let full = DetectedImage(
      predictions: [sure(0.9, 0, 0.125), sure(0.8, 0.25, 0.375)],
      truth: Self.objects)
    let scores = try scores([empty, full, .init(predictions: [], truth: [])])
    // The miss is the surest: precision 0, 1/2, 2/3 at recall 0, 1/3, 2/3.
    #expect(scores.curves[0].precision == [0, 0.5, 2.0 / 3])
    let (mean, byHand): (Double, Double) = (
      try #require(scores.meanAveragePrecision), 7 * (2.0 / 3) / 11
    )
    #expect(abs(mean - byHand) < 1e-15)
    // Only the image with objects has a rate, |2 − 3| / 3; all three count in the shares.
    #expect(scores.counts.errorRate == 1.0 / 3 && scores.counts.imagesLeftOut == 2)
    #expect(scores.counts.over == 1 && scores.counts.under == 1 && scores.counts.exact == 1)
    #expect(scores.counts.accuracy == 1.0 / 3)

    let nothing = try self.scores([empty])
    // Without objects there is no recall, and 0 would be a verdict.
    #expect(nothing.meanAveragePrecision == nil && nothing.averagePrecision(at: 0.5) == nil)
    #expect(nothing.curves.allSatisfy { $0.averagePrecision == nil })
    #expect(nothing.counts.errorRate == nil)
    #expect(nothing.curves[0].recall.isEmpty)
  }

  /// Sides √(w · h): 0.05, 0.1 (the bound belongs to the larger class), 0.4; the first and last are found.
  @Test func recallBySize() throws {
    func square(_ x: Double, _ side: Double) -> DetectionBox {
      DetectionBox(x: x, y: 0.5, width: side * 2, height: side / 2)
    }
    let truth = [square(0.1, 0.0625), square(0.3, 0.125), square(0.7, 0.375)]
    let image = DetectedImage(
      predictions: [truth[0], truth[2]].map { Detection($0, confidence: 0.9) }, truth: truth)
    let classes = SizeClasses(medium: 0.125, large: 0.25)
    let curves = try DetectionScores(of: [image, image], thresholds: [0.5, 0.9], sizes: classes)
      .curves
    for recall in curves.map(\.recallBySize) {
      #expect(recall.small.recall == 1 && recall.small.objectCount == 2)
      #expect(recall.medium.recall == 0 && recall.large.foundCount == 2)
    }
    let none = try DetectionScores(of: [image], sizes: SizeClasses(medium: 0.5, large: 0.6))
    #expect(none.curves[0].recallBySize.large.recall == nil)
  }

  @Test func whatHasNoScoreIsAnError() {
    #expect(throws: MetricsError.tooFewRows(metric: "detection counts", expected: 1, found: 0)) {
      try DetectionScores(of: [])
    }
    let unsure = DetectedImage(predictions: [sure(.nan, 0, 0.125)], truth: [])
    #expect(throws: MetricsError.self) { try DetectionScores(of: [unsure]) }
    let turned = DetectedImage(predictions: [], truth: [span(0.5, 0.25)])
    let error = MetricsError.negativeSize(
      metric: "detection", argument: "true box", row: 0, value: -0.25)
    #expect(throws: error) { try DetectionScores(of: [turned]) }
    #expect("\(error)".contains("row 1: expected a width and height of at least 0, found -0.25"))
  }
}
