import RealModule

/// What keeps alpha off the borders of boxes, so that large objects are not split between cells (spec §6.1).
///
/// Each present glimpse draws a frame of 1/1024 onto the canvas, under its box; `o = 1000 · Σ frames · alpha` is the
/// overlap, and the loss of an image is `−Σ log N(o; 0, 0.7²)` over its pixels.
///
/// - Note: The frame is 6 samples wide in a glimpse of 32, as the authors have it, 3 in one of 16 and 2 in one of 8. The
///   loss holds a constant of 0.562264 a pixel, 9212.13 for 128 × 128.
enum BoundaryLoss<Scalar: TensorScalar> {
  /// What the sum of the frames is multiplied with.
  static var factor: Scalar { 1000 }
  private static var deviation: Double { 0.7 }

  /// The frame of a glimpse of side `side`, row by row.
  static func frame(side: Int) -> [Scalar] {
    let width = (6 * side + 16) / 32
    let inner = width..<side - width
    return (0..<side * side).map {
      inner.contains($0 / side) && inner.contains($0 % side) ? 0 : 1 / 1024
    }
  }

  /// The loss of an image of which `overlap` are the pixels.
  static func loss(_ overlap: UnsafeBufferPointer<Scalar>) -> Double {
    let square = Double(Scalar.dot(overlap.baseAddress!, overlap.baseAddress!, overlap.count))
    let constant = Double.log(deviation) + 0.5 * Double.log(2 * Double.pi)
    return 0.5 * square / (deviation * deviation) + constant * Double(overlap.count)
  }

  /// What the overlap is multiplied with to give the loss's derivative.
  static var slope: Scalar { Scalar(1 / (deviation * deviation)) }
}
