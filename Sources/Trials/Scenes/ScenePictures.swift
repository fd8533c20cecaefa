import Datasets
import Metrics
import RealModule
import Scenes
import TensorCore

/// The pictures of a scene model: the glimpses of an image, traversals of its surest object's latents, and images drawn from
/// the prior.
struct ScenePictures {
  let model: SPACE<Float>
  let state: SPACE<Float>.State

  /// The decoded glimpses of one image `[1, height, width, 3]`, the surest first.
  func glimpses(_ x: Tensor<Float>) -> Canvas {
    let objects = model.objects(x)
    let side = model.architecture.glimpse
    let cells = model.architecture.cells
    return GlimpseSheet.canvas(
      colours: objects.colour.reshaped(to: [cells, side, side, 3]),
      alphas: objects.alpha.reshaped(to: [cells, side, side, 1]),
      presence: sigmoid(objects.presenceLogits).scalars.map { Double($0) })
  }

  /// The image with one latent number of its surest object set to each of several values: numbers of its appearance, and
  /// its box. An object that a single cell draws is taken before one that two share.
  func traversals(_ x: Tensor<Float>, appearances: Int = 6) -> Canvas {
    let objects = model.objects(x)
    let surest = Self.subject(
      objects.presenceLogits.scalars.map { Double($0) },
      objects.boxes.scalars.map { Double($0) })
    let behind = model.background.forward(
      x, .zeros(model.architecture, batch: 1), state, mode: .evaluation
    ).output.image
    // Cells that are likely empty stay out of the picture.
    let presence = objects.presenceLogits.map { $0 > 0 ? 1 : 0 }
    let values = TraversalSheet.values(from: -2, to: 2, count: 7)
    func row(
      _ caption: String, _ change: (Double, inout Tensor<Float>, inout Tensor<Float>) -> Void
    ) -> TraversalSheet.Row {
      TraversalSheet.Row(
        caption,
        .concatenate(
          values.map { value in
            var (what, boxes) = (objects.what, objects.boxes)
            change(value, &what, &boxes)
            let drawn = model.foreground.decode(
              what: what, boxes: boxes, depth: objects.depth, presence: presence)
            return drawn.alpha * drawn.image + (1 - drawn.alpha) * behind
          }))
    }
    let size = SPACEArchitecture.whatSize
    var rows = (0..<min(appearances, size)).map { place in
      row("what \(place)") { value, what, _ in
        what.withUnsafeMutableBufferPointer { $0[surest * size + place] = Float(value) }
      }
    }
    for (place, name) in ["width", "height", "x", "y"].enumerated() {
      rows.append(
        row(name) { value, _, boxes in
          boxes.withUnsafeMutableBufferPointer {
            // Sizes from a half to twice; places by up to half of the image.
            if place < 2 {
              $0[surest * 4 + place] *= Float.pow(2, Float(value) / 2)
            } else {
              $0[surest * 4 + place] += Float(value) / 4
            }
          }
        })
    }
    return TraversalSheet(values: values, rows: rows).canvas()
  }

  /// The cell whose object is shown: the surest among those present whose box no other present one covers to a quarter, the
  /// surest of all if there is none.
  static func subject(_ logits: [Double], _ boxes: [Double]) -> Int {
    let present = logits.indices.filter { logits[$0] > 0 }
    func box(_ cell: Int) -> DetectionBox {
      let box = boxes[4 * cell..<4 * cell + 4].map { $0 }
      return DetectionBox(
        x: (box[2] + 1) / 2, y: (box[3] + 1) / 2, width: box[0], height: box[1])
    }
    let alone = present.filter { cell in
      !present.contains { $0 != cell && box($0).overlap(with: box(cell)) > 0.25 }
    }
    return (alone.isEmpty ? Array(logits.indices) : alone).max { logits[$0] < logits[$1] }!
  }

  /// Images drawn from the prior.
  func samples(count: Int, using random: Philox) -> Canvas {
    PanelSheet(images: model.sample(count: count, state, using: random), inRowsOf: 8).canvas
  }
}

extension SceneDecomposition<Float> {
  /// Input, reconstruction, boxes, foreground, alpha, segments and segmentation of the images `x` that were decomposed.
  func panels(of x: Tensor<Float>, truth: [SceneTruth]?) -> Canvas {
    func image(_ tensor: Tensor<Float>, _ index: Int) -> Tensor<Float> {
      tensor.rows(index..<index + 1).reshaped(to: Shape(Array(tensor.shape.dimensions.dropFirst())))
    }
    return SceneSheet.panels(
      (0..<x.shape[0]).map { index in
        let weights = image(segmentWeights, index)
        return ScenePicture(
          image: image(x, index), reconstruction: image(reconstruction, index),
          foreground: image(foreground, index), alpha: image(alpha, index),
          weights: weights, components: image(segments, index),
          detections: objects[index].map(\.detection),
          truth: truth.map { $0[index].boxes.map(\.detectionBox) },
          segments: SegmentMap.segments(weights, owners: owners[index]))
      })
  }
}
