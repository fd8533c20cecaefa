import Datasets
import Metrics
import Scenes
import Storage
import TensorCore

/// How well a scene model does on images: boxes where they are known, segmentation where masks are, and the likelihood.
struct SceneScores: Sendable {
  /// Of boxes; `nil` where none are known.
  let detection: DetectionScores?
  /// Of pixels; `nil` where no masks are known.
  let segmentation: SegmentationScores?
  /// The squared error of reconstructions.
  let squaredError: SquaredError
  /// The mean log-likelihood of an image, in nats; `nil` for a model without one.
  let logLikelihood: Double?
  /// The mean number of objects found.
  let objects: Double
  /// The objects found on each image.
  let found: [[SceneDetection]]

  /// Decomposes the first images of a split, batch by batch, and scores what comes out.
  init(
    source: any SceneSource, split: SceneSplit, count: Int, batchSize: Int, latents: SceneLatents,
    monitor: RunMonitor = RunMonitor(),
    decompose: (Tensor<Float>, SceneLatents) -> SceneDecomposition<Float>
  ) throws {
    let total = min(count, source.count(of: split))
    var (images, segmented): ([DetectedImage], [SegmentedImage]) = ([], [])
    var (errors, likelihood, found): ([SquaredError], Double?, [[SceneDetection]]) = ([], nil, [])
    for start in stride(from: 0, to: total, by: batchSize) {
      try monitor.checkCancellation()
      monitor.report("\(split.rawValue) \(start)/\(total)")
      let indices = Array(start..<min(start + batchSize, total))
      let x = try source.images(at: indices, of: split)
      let seen = decompose(x, latents.batch(start))
      errors.append(try SquaredError(of: seen.reconstruction, to: x))
      if let own = seen.logLikelihood { likelihood = (likelihood ?? 0) + own.reduce(0, +) }
      found += seen.objects
      guard source.hasBoxes(split) else { continue }
      for (image, truth) in try source.truth(at: indices, of: split).enumerated() {
        images.append(
          DetectedImage(
            predictions: seen.objects[image].map(\.detection),
            truth: truth.boxes.map(\.detectionBox)))
        if let mask = truth.mask {
          segmented.append(
            SegmentedImage(truth: mask.map { Int($0) }, predicted: seen.owners[image]))
        }
      }
    }
    detection = images.isEmpty ? nil : try DetectionScores(of: images)
    segmentation = segmented.isEmpty ? nil : SegmentationScores(of: segmented)
    squaredError = SquaredError(errors)
    logLikelihood = likelihood.map { $0 / Double(total) }
    objects = Double(found.reduce(0) { $0 + $1.count }) / Double(total)
    self.found = found
  }

  /// The numbers under their names in logs and results; what could not be measured is left out.
  var scalars: [(name: String, value: Double)] {
    var scalars: [(name: String, value: Double)] = []
    func add(_ name: String, _ value: Double?) {
      if let value, value.isFinite { scalars.append((name, value)) }
    }
    if let detection {
      add("AP", detection.meanAveragePrecision)
      add("AP@0.5", detection.averagePrecision(at: 0.5))
      add("count error", detection.counts.errorRate)
      add("count accuracy", detection.counts.accuracy)
      add("overcount", detection.counts.overcount)
      add("undercount", detection.counts.undercount)
    }
    if let segmentation {
      add("ARI", segmentation.adjustedRandIndex)
      add("covering", segmentation.covering)
    }
    add("squared error", squaredError.perImage)
    add("squared error a value", squaredError.perValue)
    add("log-likelihood", logLikelihood)
    add("objects", objects)
    return scalars
  }

  /// What a result holds besides: the curve over thresholds and the recall by size.
  var details: [(name: String, value: Double)] {
    guard let detection, detection.objectCount > 0 else { return [] }
    // That at one half is among the scalars.
    var details = detection.curves.filter { $0.threshold != 0.5 }.compactMap { curve in
      curve.averagePrecision.map { ("AP@\(curve.threshold)", $0) }
    }
    if let recall = detection.curves.first(where: { $0.threshold == 0.5 })?.recallBySize {
      for (name, share) in [
        ("small", recall.small), ("medium", recall.medium), ("large", recall.large),
      ] {
        if let value = share.recall { details.append(("recall@0.5/\(name)", value)) }
      }
    }
    return details
  }

  /// The objects found as lines of JSON, one per image:
  /// `{"image": 3, "file": "c.png", "boxes": [{"x", "y", "width", "height", "confidence"}]}`, centre and extents in fractions of the
  /// image, the file's name where images have files of their own.
  func lines(_ source: any SceneSource, _ split: SceneSplit) -> String {
    let names = source.fileNames(at: Array(found.indices), of: split)
    return found.enumerated().map { image, objects in
      let boxes = objects.map { object -> JSONValue in
        let box = object.detection.box
        return [
          "x": .number(box.x), "y": .number(box.y), "width": .number(box.width),
          "height": .number(box.height), "confidence": .number(object.detection.confidence),
        ]
      }
      let file = names.map { [JSONValue.Member("file", .string($0[image]))] } ?? []
      let line = JSONValue.object(
        [.init("image", .integer(image))] + file + [.init("boxes", .array(boxes))])
      return line.description + "\n"
    }.joined()
  }

  /// Why figures are left out of ``scalars`` and ``details``, if they are.
  func undefinedNote(_ split: SceneSplit) -> String? {
    guard let detection, detection.objectCount == 0 else { return nil }
    return "no object in any of the \(detection.counts.imageCount) \(split.rawValue) images: "
      + "AP and recall are left out, which do not exist without objects"
  }

  /// What decides between two states of a model: the AP over thresholds, without boxes or objects the likelihood, without that the
  /// reconstruction.
  var quality: Double {
    detection?.meanAveragePrecision ?? logLikelihood ?? -squaredError.perImage
  }
}

extension SceneLatents {
  /// The same choice for a later batch: its samples are those of a stream of their own.
  fileprivate func batch(_ start: Int) -> SceneLatents {
    switch self {
    case .means: .means
    case .samples(let random): .samples(random.stream("batch", start))
    }
  }
}

extension SceneBox {
  /// The box as the metrics have it.
  var detectionBox: DetectionBox {
    DetectionBox(
      x: Double(centreX), y: Double(centreY), width: Double(width), height: Double(height))
  }
}
