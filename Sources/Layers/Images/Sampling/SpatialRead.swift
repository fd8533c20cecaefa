import TensorCore

/// Glimpses of images under boxes, interpolated bilinearly with zeros outside (Jaderberg and others 2015).
///
/// A box `(sx, sy, tx, ty)` reads along each axis at `v = s p + t`, with `p` the coordinates from −1 to 1 of the glimpse's
/// samples. `images` is `[batch, height, width, channels]`, `boxes` `[batch, count, 4]`, the glimpses are
/// `[batch, count, glimpse.height, glimpse.width, channels]`. At sample points the derivative is that from above.
///
/// - Note: Corners are aligned unless asked otherwise: SPACE's authors ran PyTorch 1.3, where that was the default.
public struct SpatialRead<Scalar: TensorScalar>: Sendable {
  /// The extents of a glimpse.
  public let glimpse: PlaneSize
  /// Whether the coordinates −1 and 1 are the middles of the outermost pixels rather than their outer borders.
  public let alignsCorners: Bool

  /// What the backward pass reads: the inputs. Sampling places are recomputed.
  public struct Tape: Sendable {
    let images, boxes: Tensor<Scalar>
  }

  /// A reader of glimpses of these extents.
  public init(glimpse: PlaneSize, alignsCorners: Bool = true) {
    require(glimpse.isAtLeast(1), "SpatialRead: the glimpse must have pixels, got \(glimpse)")
    self.glimpse = glimpse
    self.alignsCorners = alignsCorners
  }

  /// The glimpses under the boxes.
  public func forward(_ images: Tensor<Scalar>, boxes: Tensor<Scalar>)
    -> (glimpses: Tensor<Scalar>, tape: Tape)
  {
    let plane = check(images, boxes)
    let channels = images.shape[3]
    let shape: Shape = [
      boxes.shape[0], boxes.shape[1], glimpse.height, glimpse.width, channels,
    ]
    let glimpses = Tensor<Scalar>(shape: shape) { glimpses in
      guard let start = glimpses.baseAddress, glimpses.count > 0 else { return }
      let out = SharedAddress(start)
      let count = boxes.shape[1]
      parallel(over: boxes.shape[0] * count) { index in
        images.withUnsafeBufferPointer { images in
          boxes.withUnsafeBufferPointer { boxes in
            read(
              images.baseAddress! + index / count * plane.area * channels, plane, channels,
              boxes.baseAddress! + index * 4,
              into: out.address + index * glimpse.area * channels)
          }
        }
      }
    }
    return (glimpses, Tape(images: images, boxes: boxes))
  }

  /// The gradients with respect to the boxes and, if needed, the images.
  ///
  /// With `D` the sums over channels of `dy` times the four pixels around a place: `dpx = (1 − fy)(D01 − D00) + fy (D11 − D10)`,
  /// `dv = dpx · slope`, `ds = Σ dv p`, `dt = Σ dv`; each pixel gets its weight times `dy`.
  public func backward(
    _ dy: Tensor<Scalar>, through tape: Tape, needsImageGradient: Bool = false
  ) -> (dBoxes: Tensor<Scalar>, dImages: Tensor<Scalar>?) {
    let plane = check(tape.images, tape.boxes)
    let (batch, count, channels) = (
      tape.boxes.shape[0], tape.boxes.shape[1], tape.images.shape[3]
    )
    require(
      dy.shape == [batch, count, glimpse.height, glimpse.width, channels],
      "SpatialRead.backward: dy must be [\(batch), \(count), \(glimpse.height), \(glimpse.width), \(channels)], got \(dy.shape)"
    )
    var dImages: Tensor<Scalar>? = needsImageGradient ? .zeros(tape.images.shape) : nil
    let dBoxes = Tensor<Scalar>(shape: tape.boxes.shape) { dBoxes in
      guard let start = dBoxes.baseAddress, dBoxes.count > 0 else { return }
      let out = SharedAddress(start)
      func run(_ sink: SharedAddress<Scalar>?) {
        // Image by image: glimpses of one image add to the same pixels, in order.
        parallel(over: batch) { image in
          for box in image * count..<(image + 1) * count {
            dy.withUnsafeBufferPointer { dy in
              tape.images.withUnsafeBufferPointer { images in
                tape.boxes.withUnsafeBufferPointer { boxes in
                  readBackward(
                    images.baseAddress! + image * plane.area * channels, plane, channels,
                    boxes.baseAddress! + box * 4,
                    dy.baseAddress! + box * glimpse.area * channels, out.address + box * 4,
                    sink.map { $0.address + image * plane.area * channels })
                }
              }
            }
          }
        }
      }
      if needsImageGradient {
        dImages!.withUnsafeMutableBufferPointer { run($0.baseAddress.map { SharedAddress($0) }) }
      } else {
        run(nil)
      }
    }
    return (dBoxes, dImages)
  }

  private func check(_ images: Tensor<Scalar>, _ boxes: Tensor<Scalar>) -> PlaneSize {
    require(
      images.rank == 4 && boxes.rank == 3 && boxes.shape[0] == images.shape[0]
        && boxes.shape[2] == 4,
      "SpatialRead: wants images [batch, height, width, channels] and boxes [batch, count, 4], "
        + "got \(images.shape) and \(boxes.shape)")
    return PlaneSize(height: images.shape[1], width: images.shape[2])
  }

  private func axis(_ target: Int, _ source: Int, _ s: Scalar, _ t: Scalar) -> AxisMap<Scalar> {
    AxisMap(
      target: SamplingAxis(count: target, alignsCorners: alignsCorners),
      source: SamplingAxis(count: source, alignsCorners: alignsCorners), factor: s, offset: t)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func read(
    _ image: UnsafePointer<Scalar>, _ plane: PlaneSize, _ channels: Int,
    _ box: UnsafePointer<Scalar>, into glimpse: UnsafeMutablePointer<Scalar>
  ) {
    let columns = axis(self.glimpse.width, plane.width, box[0], box[2]).places
    let rows = axis(self.glimpse.height, plane.height, box[1], box[3]).places
    var out = glimpse
    for (y, fy) in rows {
      for (x, fx) in columns {
        out.update(repeating: 0, count: channels)
        BilinearTaps(x: x, y: y, fx: fx, fy: fy).forEachInside(plane) { place, weight, _, _ in
          let pixel = image + place * channels
          for c in 0..<channels { out[c] += weight * pixel[c] }
        }
        out += channels
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func readBackward(
    _ image: UnsafePointer<Scalar>, _ plane: PlaneSize, _ channels: Int,
    _ box: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>,
    _ dBox: UnsafeMutablePointer<Scalar>, _ dImage: UnsafeMutablePointer<Scalar>?
  ) {
    let columns = axis(glimpse.width, plane.width, box[0], box[2])
    let rows = axis(glimpse.height, plane.height, box[1], box[3])
    let (columnPlaces, rowPlaces) = (columns.places, rows.places)
    let coordinates = (0..<glimpse.width).map(columns.target.coordinate)
    var (dsx, dsy, dtx, dty): (Scalar, Scalar, Scalar, Scalar) = (0, 0, 0, 0)
    var g = dy
    for row in 0..<glimpse.height {
      let (y, fy) = rowPlaces[row]
      let q = rows.target.coordinate(row)
      for column in 0..<glimpse.width {
        let (x, fx) = columnPlaces[column]
        let p = coordinates[column]
        var (dx, dy): (Scalar, Scalar) = (0, 0)
        BilinearTaps(x: x, y: y, fx: fx, fy: fy).forEachInside(plane) { place, weight, wx, wy in
          let pixel = image + place * channels
          var d: Scalar = 0
          for c in 0..<channels { d += g[c] * pixel[c] }
          dx += wx * d
          dy += wy * d
          if let dImage {
            let target = dImage + place * channels
            for c in 0..<channels { target[c] += weight * g[c] }
          }
        }
        dsx += dx * p
        dtx += dx
        dsy += dy * q
        dty += dy
        g += channels
      }
    }
    dBox[0] = dsx * columns.source.slope
    dBox[1] = dsy * rows.source.slope
    dBox[2] = dtx * columns.source.slope
    dBox[3] = dty * rows.source.slope
  }
}

/// The four pixels around a place, with the derivatives of their weights.
struct BilinearTaps<Scalar: TensorScalar> {
  let x, y: Int
  let fx, fy: Scalar

  /// Calls `body` for each of the pixels inside the plane: its place, its weight, and the weight's derivatives along both axes.
  @inline(__always)
  func forEachInside(
    _ plane: PlaneSize, _ body: (_ place: Int, _ weight: Scalar, _ wx: Scalar, _ wy: Scalar) -> Void
  ) {
    for j in 0..<2 {
      let row = y + j
      if row < 0 || row >= plane.height { continue }
      let (wy, sy): (Scalar, Scalar) = j == 0 ? (1 - fy, -1) : (fy, 1)
      for i in 0..<2 {
        let column = x + i
        if column < 0 || column >= plane.width { continue }
        let (wx, sx): (Scalar, Scalar) = i == 0 ? (1 - fx, -1) : (fx, 1)
        body(row * plane.width + column, wx * wy, sx * wy, wx * sy)
      }
    }
  }
}
