import Layers
import Metrics
import RealModule
import TensorCore

extension SPACE {
  /// The decoded glimpses of the cells.
  public func pieces(of x: Tensor<Scalar>, _ state: State) -> ScenePieces<Scalar> {
    let objects = self.objects(x)
    let (side, cells) = (architecture.glimpse, architecture.cells)
    return ScenePieces(
      name: "glimpses",
      caption: "The decoded cells of the first image with their presence, the surest first",
      colours: objects.colour.reshaped(to: [cells, side, side, 3]),
      alphas: objects.alpha.reshaped(to: [cells, side, side, 1]),
      presence: sigmoid(objects.presenceLogits).scalars.map { Double($0) })
  }

  /// The image with one latent number of its surest object set to each of the values: numbers of its appearance, and its box. An
  /// object that a single cell draws is taken before one that two share.
  public func traversals(of x: Tensor<Scalar>, _ state: State, values: [Double])
    -> [SceneTraversal<Scalar>]
  {
    let objects = self.objects(x)
    let surest = Self.subject(
      objects.presenceLogits.scalars.map { Double($0) },
      objects.boxes.scalars.map { Double($0) })
    let behind = background.forward(
      x, .zeros(architecture, batch: 1), state, mode: .evaluation
    ).output.image
    // Cells that are likely empty stay out of the picture.
    let presence = objects.presenceLogits.map { $0 > 0 ? 1 : 0 }
    func row(
      _ name: String, _ change: (Double, inout Tensor<Scalar>, inout Tensor<Scalar>) -> Void
    ) -> SceneTraversal<Scalar> {
      SceneTraversal(
        name: name,
        images: .concatenate(
          values.map { value in
            var (what, boxes) = (objects.what, objects.boxes)
            change(value, &what, &boxes)
            let drawn = foreground.decode(
              what: what, boxes: boxes, depth: objects.depth, presence: presence)
            return drawn.alpha * drawn.image + (Scalar(1) - drawn.alpha) * behind
          }))
    }
    let size = SPACEArchitecture.whatSize
    var rows = (0..<min(6, size)).map { place in
      row("what \(place)") { value, what, _ in
        what.withUnsafeMutableBufferPointer { $0[surest * size + place] = Scalar(value) }
      }
    }
    for (place, name) in ["width", "height", "x", "y"].enumerated() {
      rows.append(
        row(name) { value, _, boxes in
          boxes.withUnsafeMutableBufferPointer {
            // Sizes from a half to twice; places by up to half of the image.
            if place < 2 {
              $0[surest * 4 + place] *= Scalar.pow(2, Scalar(value) / 2)
            } else {
              $0[surest * 4 + place] += Scalar(value) / 4
            }
          }
        })
    }
    return rows
  }

  /// The cell whose object is shown: the surest among those present whose box no other present one covers to a quarter, the
  /// surest of all if there is none.
  static func subject(_ logits: [Double], _ boxes: [Double]) -> Int {
    let present = logits.indices.filter { logits[$0] > 0 }
    func box(_ cell: Int) -> DetectionBox {
      DetectionBox(spatial: Array(boxes[4 * cell..<4 * cell + 4]))
    }
    let alone = present.filter { cell in
      !present.contains { $0 != cell && box($0).overlap(with: box(cell)) > 0.25 }
    }
    return (alone.isEmpty ? Array(logits.indices) : alone).max { logits[$0] < logits[$1] }!
  }
}
