import TensorCore

/// What glimpses draw onto canvases, of each only the rectangle of pixels that it reaches.
///
/// A glimpse of side `h` reaches the pixels whose place in it lies in `(−1, h)`, one sample beyond its edge; all others are
/// exactly zero. The values of all glimpses lie in one array.
public struct Footprints<Scalar: TensorScalar>: Sendable {
  /// The pixels that a glimpse reaches; empty if its box lies off the canvas.
  public struct Rectangle: Sendable, Hashable {
    /// The rows of the canvas.
    public let rows: Range<Int>
    /// The columns of the canvas.
    public let columns: Range<Int>

    /// The number of pixels.
    public var area: Int { rows.count * columns.count }
  }

  /// The number of images, and of glimpses in each.
  public let batch, count: Int
  /// The numbers of a pixel.
  public let channels: Int
  /// The extents of a canvas.
  public let canvas: PlaneSize
  /// One a glimpse: glimpse `n` of image `b` is at `b · count + n`.
  public let rectangles: [Rectangle]
  /// Where each rectangle's pixels begin in ``values``, counted in pixels, and at the end their total number.
  public let offsets: [Int]
  /// The pixels of the rectangles one after the other, each rectangle row by row: `[pixels, channels]`.
  public var values: Tensor<Scalar>

  init(batch: Int, count: Int, channels: Int, canvas: PlaneSize, rectangles: [Rectangle]) {
    self.batch = batch
    self.count = count
    self.channels = channels
    self.canvas = canvas
    self.rectangles = rectangles
    offsets = rectangles.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.area) }
    values = Tensor(shape: [offsets[offsets.count - 1], channels]) { _ in }
  }

  /// The whole canvases, `[batch, count, height, width, channels]`.
  public func dense() -> Tensor<Scalar> {
    var result = Tensor<Scalar>.zeros([batch, count, canvas.height, canvas.width, channels])
    forEachRow { index, row, columns, place in
      result.withUnsafeMutableBufferPointer { target in
        values.withUnsafeBufferPointer {
          let pixel = (index * canvas.height + row) * canvas.width + columns.lowerBound
          (target.baseAddress! + pixel * channels).update(
            from: $0.baseAddress! + place * channels, count: columns.count * channels)
        }
      }
    }
    return result
  }

  /// The same rectangles with the numbers of whole canvases, `[batch, count, height, width, channels]`.
  public func gathering(_ canvases: Tensor<Scalar>) -> Footprints {
    require(
      canvases.shape == [batch, count, canvas.height, canvas.width, channels],
      "Footprints.gathering: canvases must be [\(batch), \(count), \(canvas.height), \(canvas.width), \(channels)], got \(canvases.shape)"
    )
    var result = self
    forEachRow { index, row, columns, place in
      result.values.withUnsafeMutableBufferPointer { target in
        canvases.withUnsafeBufferPointer {
          let pixel = (index * canvas.height + row) * canvas.width + columns.lowerBound
          (target.baseAddress! + place * channels).update(
            from: $0.baseAddress! + pixel * channels, count: columns.count * channels)
        }
      }
    }
    return result
  }

  private func forEachRow(_ body: (_ index: Int, _ row: Int, Range<Int>, _ place: Int) -> Void) {
    guard channels > 0 else { return }
    for (index, rectangle) in rectangles.enumerated() where rectangle.area > 0 {
      for (line, row) in rectangle.rows.enumerated() {
        body(index, row, rectangle.columns, offsets[index] + line * rectangle.columns.count)
      }
    }
  }
}
