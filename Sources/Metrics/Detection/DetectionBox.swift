/// A box in an image: centre and size as fractions of the image's width and height.
///
/// Nothing is clipped: a box may reach over the edges.
public struct DetectionBox: Sendable, Hashable {
  /// The centre, 0 at the left edge and 1 at the right.
  public var x: Double
  /// The centre, 0 at the top edge and 1 at the bottom.
  public var y: Double
  /// The width as a fraction of the image's.
  public var width: Double
  /// The height as a fraction of the image's.
  public var height: Double

  /// A box around a centre.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The left edge.
  public var left: Double { x - width / 2 }
  /// The right edge.
  public var right: Double { x + width / 2 }
  /// The upper edge.
  public var top: Double { y - height / 2 }
  /// The lower edge.
  public var bottom: Double { y + height / 2 }
  /// The side of the square of the same area, `√(width · height)`: the size by which boxes are put into classes.
  public var side: Double { (width * height).squareRoot() }

  /// The area that two boxes share over the area that they cover together, in [0, 1]; 0 for boxes without area.
  public func overlap(with other: DetectionBox) -> Double {
    Edges(self).overlap(with: Edges(other))
  }

  /// A box by its edges, so that a table of overlaps works them out once a box.
  struct Edges {
    let left, right, top, bottom, area: Double

    init(_ box: DetectionBox) {
      left = box.left
      right = box.right
      top = box.top
      bottom = box.bottom
      area = (bottom - top) * (right - left)
    }

    @inline(__always)
    func overlap(with other: Edges) -> Double {
      let across = min(right, other.right) - max(left, other.left)
      let down = min(bottom, other.bottom) - max(top, other.top)
      guard across > 0, down > 0 else { return 0 }
      let shared = down * across
      return shared / (area + other.area - shared)
    }
  }
}

/// A box that a model predicts, with how sure it is.
public struct Detection: Sendable, Hashable {
  /// The predicted box.
  public var box: DetectionBox
  /// The larger, the surer; predictions are ranked by it.
  public var confidence: Double

  /// A prediction.
  public init(_ box: DetectionBox, confidence: Double) {
    self.box = box
    self.confidence = confidence
  }
}

/// What a model predicts in one image, and what is there.
public struct DetectedImage: Sendable, Equatable {
  /// The predicted boxes in any order; equal confidences are ranked in the order given.
  public var predictions: [Detection]
  /// The boxes of the objects.
  public var truth: [DetectionBox]

  /// Predictions and truth of one image.
  public init(predictions: [Detection], truth: [DetectionBox]) {
    self.predictions = predictions
    self.truth = truth
  }
}
