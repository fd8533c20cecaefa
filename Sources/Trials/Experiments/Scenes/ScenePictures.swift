import Datasets
import Metrics
import Scenes
import TensorCore

extension ScenePieces<Float> {
  /// The pieces, the surest first.
  var canvas: Canvas { GlimpseSheet.canvas(colours: colours, alphas: alphas, presence: presence) }
}

extension SceneModel<Float> {
  /// An image with one latent number of an object set to each of seven values from −2 to 2, row by row.
  /// `nil` for a model without latent numbers.
  func traversalSheet(of x: Tensor<Float>, _ state: State) -> Canvas? {
    let values = TraversalSheet.values(from: -2, to: 2, count: 7)
    let rows = traversals(of: x, state, values: values).map {
      TraversalSheet.Row($0.name, $0.images)
    }
    return rows.isEmpty ? nil : TraversalSheet(values: values, rows: rows).canvas()
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
        let weights = image(masks, index)
        return ScenePicture(
          image: image(x, index), reconstruction: image(reconstruction, index),
          foreground: foreground.map { image($0.image, index) },
          alpha: foreground.map { image($0.alpha, index) },
          weights: weights, components: image(appearances, index),
          detections: objects[index].map(\.detection),
          truth: truth.map { $0[index].boxes.map(\.detectionBox) },
          segments: SegmentMap.segments(weights, owners: owners[index]))
      })
  }
}
