import Metrics
import TensorCore

/// One image and all that a scene model makes of it; heights and widths are those of the image.
public struct ScenePicture: Sendable {
  /// What the model saw, `[height, width, 3]`.
  public var image: Tensor<Float>
  /// What it says was there, `[height, width, 3]`.
  public var reconstruction: Tensor<Float>
  /// What is drawn over the segments, `[height, width, 3]`; `nil` for a model of segments alone.
  public var foreground: Tensor<Float>?
  /// Where that is, `[height, width, 1]`.
  public var alpha: Tensor<Float>?
  /// How much each segment has of each pixel, `[segments, height, width, 1]`.
  public var weights: Tensor<Float>
  /// The colours of each segment, `[segments, height, width, 3]`.
  public var components: Tensor<Float>
  /// The predicted boxes, with the presence as confidence.
  public var detections: [Detection]
  /// The boxes of the objects; `nil` where nobody knows them.
  public var truth: [DetectionBox]?
  /// The segment of each pixel, row by row; empty leaves the panel out. See ``SegmentMap``.
  public var segments: [Int]

  /// A picture of these parts.
  public init(
    image: Tensor<Float>, reconstruction: Tensor<Float>, foreground: Tensor<Float>? = nil,
    alpha: Tensor<Float>? = nil, weights: Tensor<Float>, components: Tensor<Float>,
    detections: [Detection] = [], truth: [DetectionBox]? = nil, segments: [Int] = []
  ) {
    self.image = image
    self.reconstruction = reconstruction
    self.foreground = foreground
    self.alpha = alpha
    self.weights = weights
    self.components = components
    self.detections = detections
    self.truth = truth
    self.segments = segments
  }
}

/// What a scene model makes of images: a row per image, a column per part.
///
/// The columns are the input; the reconstruction; the predicted boxes over the input, each as strong as its presence, hits green
/// and misses red, with the true boxes in white below; the foreground and its alpha, where there is one; each segment, weight times
/// colour; and the segmentation, the background pale.
public enum SceneSheet {
  /// Draws the rows.
  ///
  /// - Parameters:
  ///   - scenes: at least one; all of the same extents and number of segments.
  ///   - factor: how many pixels a pixel becomes; by default so many that an image has at least 128.
  ///   - presence: boxes below it are not drawn.
  ///   - overlap: above which a box hits an object.
  public static func panels(
    _ scenes: [ScenePicture], enlargedBy factor: Int? = nil, presenceAbove presence: Double = 0.1,
    overlapAbove overlap: Double = 0.5
  ) -> Canvas {
    require(!scenes.isEmpty, "SceneSheet.panels: wants at least one scene")
    let factor = factor ?? max(1, 128 / scenes[0].image.shape[0])
    let segmentCount = scenes[0].weights.shape[0]
    let hasForeground = scenes[0].foreground != nil
    var columns = ["input", "reconstruction", "boxes"]
    if hasForeground { columns += ["foreground", "alpha"] }
    columns += (0..<segmentCount).map { "segment \($0 + 1)" }
    if scenes.contains(where: { !$0.segments.isEmpty }) { columns.append("segmentation") }
    let rows = scenes.map { scene in
      check(scene, segmentCount, hasForeground: hasForeground)
      var panels = [scene.image, scene.reconstruction].map { Canvas($0).enlarged(by: factor) }
      panels.append(
        boxes(scene, enlargedBy: factor, presenceAbove: presence, overlapAbove: overlap))
      panels += [scene.foreground, scene.alpha].compactMap { $0 }.map {
        Canvas($0).enlarged(by: factor)
      }
      for segment in 0..<segmentCount {
        let part = scene.weights.image(segment) * scene.components.image(segment)
        panels.append(Canvas(part).enlarged(by: factor))
      }
      if !scene.segments.isEmpty {
        panels.append(
          SegmentMap.canvas(
            scene.segments, height: scene.image.shape[0], width: scene.image.shape[1],
            backgroundCount: hasForeground ? segmentCount : 0
          ).enlarged(by: factor))
      }
      return PanelSheet.Row(panels)
    }
    return PanelSheet(columns: columns, rows: rows).canvas
  }

  /// The image with the boxes alone.
  public static func boxes(
    _ scene: ScenePicture, enlargedBy factor: Int = 1, presenceAbove presence: Double = 0.1,
    overlapAbove overlap: Double = 0.5
  ) -> Canvas {
    var canvas = Canvas(scene.image).enlarged(by: factor)
    let shown = scene.detections.filter { $0.confidence >= presence }
    let match = scene.truth.map {
      DetectedImage(predictions: shown, truth: $0).hits(above: overlap)
    }
    let line = max(1, factor / 2)
    // A dark edge sets lines off from a bright image, where there is room for one.
    let edge = factor > 1 ? 1 : 0
    for box in scene.truth ?? [] { canvas.outline(box, .truth, thickness: line, edge: edge) }
    // The surest last, so that no other lies over it.
    for place in shown.indices.sorted(by: { shown[$0].confidence < shown[$1].confidence }) {
      let colour: Colour = match.map { $0[place] ? .hit : .miss } ?? .detection
      canvas.outline(
        shown[place].box, colour, thickness: line,
        opacity: 0.25 + 0.75 * min(1, max(0, shown[place].confidence)), edge: edge)
    }
    return canvas
  }

  private static func check(
    _ scene: ScenePicture, _ segmentCount: Int, hasForeground: Bool
  ) {
    let extents = scene.image.shape.dimensions
    require(
      extents.count == 3 && extents[2] == 3,
      "SceneSheet: the image must be [height, width, 3], got \(scene.image.shape)")
    let (height, width) = (extents[0], extents[1])
    require(
      (scene.foreground != nil) == hasForeground && (scene.alpha != nil) == hasForeground,
      "SceneSheet: wants a foreground and its alpha for all scenes or for none")
    for (tensor, name, expected) in [
      (scene.reconstruction, "reconstruction", [height, width, 3]),
      (scene.foreground, "foreground", [height, width, 3]),
      (scene.alpha, "alpha", [height, width, 1]),
      (scene.weights, "weights", [segmentCount, height, width, 1]),
      (scene.components, "components", [segmentCount, height, width, 3]),
    ] {
      require(
        tensor.map { $0.shape.dimensions == expected } ?? true,
        "SceneSheet: \(name) must be \(Shape(expected)), got \(tensor.map { "\($0.shape)" } ?? "none")"
      )
    }
    require(
      scene.segments.isEmpty || scene.segments.count == height * width,
      "SceneSheet: segments must be one per pixel, \(height * width), got \(scene.segments.count)")
  }
}
