import TensorCore

/// Glimpses drawn onto canvases under boxes: the inverse of ``SpatialRead``, interpolated bilinearly, zero outside the box.
///
/// The pixel at coordinate `p` reads its glimpse at `v = A p + B` with `A = 1/(s + 10⁻⁹)` and `B = −t A`, along each axis, for a
/// box `(sx, sy, tx, ty)` with positive sizes. `glimpses` is `[batch, count, glimpseHeight, glimpseWidth, channels]`, `boxes`
/// `[batch, count, 4]`. ``forward(_:boxes:)`` draws whole canvases and is the oracle of ``footprints(_:boxes:)``, which holds
/// exactly the same numbers for the pixels that a glimpse reaches and no others.
public struct SpatialWrite<Scalar: TensorScalar>: Sendable {
  /// The extents of a canvas.
  public let canvas: PlaneSize
  /// Whether the coordinates −1 and 1 are the middles of the outermost pixels rather than their outer borders.
  public let alignsCorners: Bool

  /// What the backward pass reads: the inputs. Sampling places are recomputed.
  public struct Tape: Sendable {
    let glimpses, boxes: Tensor<Scalar>
  }

  /// A writer onto canvases of these extents.
  public init(canvas: PlaneSize, alignsCorners: Bool = true) {
    require(canvas.isAtLeast(1), "SpatialWrite: the canvas must have pixels, got \(canvas)")
    self.canvas = canvas
    self.alignsCorners = alignsCorners
  }

  /// One canvas a glimpse, `[batch, count, height, width, channels]`.
  public func forward(_ glimpses: Tensor<Scalar>, boxes: Tensor<Scalar>)
    -> (canvases: Tensor<Scalar>, tape: Tape)
  {
    let size = check(glimpses, boxes)
    let channels = glimpses.shape[4]
    let shape: Shape = [
      boxes.shape[0], boxes.shape[1], canvas.height, canvas.width, channels,
    ]
    let canvases = Tensor<Scalar>(shape: shape) { canvases in
      guard let start = canvases.baseAddress, canvases.count > 0 else { return }
      let out = SharedAddress(start)
      parallel(over: boxes.shape[0] * boxes.shape[1]) { index in
        glimpses.withUnsafeBufferPointer { glimpses in
          boxes.withUnsafeBufferPointer { boxes in
            drawDense(
              glimpses.baseAddress! + index * size.area * channels, size, channels,
              boxes.baseAddress! + index * 4, into: out.address + index * canvas.area * channels)
          }
        }
      }
    }
    return (canvases, Tape(glimpses: glimpses, boxes: boxes))
  }

  /// The gradients for the whole canvases' `dy`.
  ///
  /// With `dv = dpixel · slope` as in ``SpatialRead/backward(_:through:needsImageGradient:)``: `dA = Σ dv p`, `dB = Σ dv`,
  /// `ds = A² (t dB − dA)`, `dt = −A dB`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dGlimpses: Tensor<Scalar>, dBoxes: Tensor<Scalar>)
  {
    let size = check(tape.glimpses, tape.boxes)
    let (batch, count, channels) = (
      tape.boxes.shape[0], tape.boxes.shape[1], tape.glimpses.shape[4]
    )
    require(
      dy.shape == [batch, count, canvas.height, canvas.width, channels],
      "SpatialWrite.backward: dy must be [\(batch), \(count), \(canvas.height), \(canvas.width), \(channels)], got \(dy.shape)"
    )
    return gradients(tape) { index, glimpse, box, dGlimpse, dBox in
      dy.withUnsafeBufferPointer {
        drawDenseBackward(
          glimpse, size, channels, box, $0.baseAddress! + index * canvas.area * channels,
          dGlimpse, dBox)
      }
    }
  }

  /// The pixels that each glimpse reaches, and their values.
  public func footprints(_ glimpses: Tensor<Scalar>, boxes: Tensor<Scalar>)
    -> (footprints: Footprints<Scalar>, tape: Tape)
  {
    let size = check(glimpses, boxes)
    let channels = glimpses.shape[4]
    var footprints = Footprints<Scalar>(
      batch: boxes.shape[0], count: boxes.shape[1], channels: channels, canvas: canvas,
      rectangles: boxes.withUnsafeBufferPointer { boxes in
        (0..<boxes.count / 4).map { rectangle(boxes.baseAddress! + $0 * 4, size) }
      })
    let (rectangles, offsets) = (footprints.rectangles, footprints.offsets)
    footprints.values.withUnsafeMutableBufferPointer { values in
      guard let start = values.baseAddress, values.count > 0 else { return }
      let out = SharedAddress(start)
      parallel(over: rectangles.count) { index in
        glimpses.withUnsafeBufferPointer { glimpses in
          boxes.withUnsafeBufferPointer { boxes in
            drawSparse(
              glimpses.baseAddress! + index * size.area * channels, size, channels,
              boxes.baseAddress! + index * 4, rectangles[index],
              into: out.address + offsets[index] * channels)
          }
        }
      }
    }
    return (footprints, Tape(glimpses: glimpses, boxes: boxes))
  }

  /// The gradients for `dy`, one number for each value of the footprints of the same pass.
  public func backward(_ dy: Footprints<Scalar>, through tape: Tape)
    -> (dGlimpses: Tensor<Scalar>, dBoxes: Tensor<Scalar>)
  {
    let size = check(tape.glimpses, tape.boxes)
    let channels = tape.glimpses.shape[4]
    require(
      dy.batch == tape.boxes.shape[0] && dy.count == tape.boxes.shape[1]
        && dy.channels == channels && dy.canvas == canvas,
      "SpatialWrite.backward: the footprints are of \(dy.batch) × \(dy.count) glimpses of \(dy.channels) channels on \(dy.canvas), the tape of others"
    )
    return gradients(tape) { index, glimpse, box, dGlimpse, dBox in
      dy.values.withUnsafeBufferPointer { values in
        guard let start = values.baseAddress else { return }
        drawSparseBackward(
          glimpse, size, channels, box, dy.rectangles[index], start + dy.offsets[index] * channels,
          dGlimpse, dBox)
      }
    }
  }

  /// The rectangle that the glimpse of extents `glimpse` under a box (four numbers) reaches.
  func rectangle(_ box: UnsafePointer<Scalar>, _ glimpse: PlaneSize) -> Footprints<Scalar>.Rectangle
  {
    let rows = axis(canvas.height, glimpse.height, box[1], box[3]).footprint()
    let columns = axis(canvas.width, glimpse.width, box[0], box[2]).footprint()
    return .init(rows: rows, columns: columns)
  }

  private func check(_ glimpses: Tensor<Scalar>, _ boxes: Tensor<Scalar>) -> PlaneSize {
    require(
      glimpses.rank == 5 && boxes.rank == 3 && boxes.shape[2] == 4
        && boxes.shape[0] == glimpses.shape[0] && boxes.shape[1] == glimpses.shape[1],
      "SpatialWrite: wants glimpses [batch, count, height, width, channels] and boxes [batch, count, 4], "
        + "got \(glimpses.shape) and \(boxes.shape)")
    return PlaneSize(height: glimpses.shape[2], width: glimpses.shape[3])
  }

  func axis(_ target: Int, _ source: Int, _ s: Scalar, _ t: Scalar) -> AxisMap<Scalar> {
    let factor = 1 / (s + 1e-9)
    return AxisMap(
      target: SamplingAxis(count: target, alignsCorners: alignsCorners),
      source: SamplingAxis(count: source, alignsCorners: alignsCorners), factor: factor,
      offset: -t * factor)
  }

  /// Runs `body` for each glimpse; its memory of `dGlimpse` holds zeros.
  private func gradients(
    _ tape: Tape,
    _ body:
      @Sendable (
        _ index: Int, _ glimpse: UnsafePointer<Scalar>, _ box: UnsafePointer<Scalar>,
        _ dGlimpse: UnsafeMutablePointer<Scalar>, _ dBox: UnsafeMutablePointer<Scalar>
      ) -> Void
  ) -> (dGlimpses: Tensor<Scalar>, dBoxes: Tensor<Scalar>) {
    var dGlimpses = Tensor<Scalar>.zeros(tape.glimpses.shape)
    var dBoxes = Tensor<Scalar>.zeros(tape.boxes.shape)
    let count = tape.boxes.count / 4
    guard count > 0 && tape.glimpses.count > 0 else { return (dGlimpses, dBoxes) }
    let numbers = tape.glimpses.count / count
    dGlimpses.withUnsafeMutableBufferPointer { dGlimpses in
      dBoxes.withUnsafeMutableBufferPointer { dBoxes in
        let (dGlimpses, dBoxes) = (
          SharedAddress(dGlimpses.baseAddress!), SharedAddress(dBoxes.baseAddress!)
        )
        parallel(over: count) { index in
          tape.glimpses.withUnsafeBufferPointer { glimpses in
            tape.boxes.withUnsafeBufferPointer { boxes in
              body(
                index, glimpses.baseAddress! + index * numbers, boxes.baseAddress! + index * 4,
                dGlimpses.address + index * numbers, dBoxes.address + index * 4)
            }
          }
        }
      }
    }
    return (dGlimpses, dBoxes)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func drawDense(
    _ glimpse: UnsafePointer<Scalar>, _ size: PlaneSize, _ channels: Int,
    _ box: UnsafePointer<Scalar>, into canvas: UnsafeMutablePointer<Scalar>
  ) {
    let columns = axis(self.canvas.width, size.width, box[0], box[2])
    let rows = axis(self.canvas.height, size.height, box[1], box[3])
    var out = canvas
    for row in 0..<self.canvas.height {
      let (y, fy) = AxisMap.split(rows.pixel(row), count: size.height)
      for column in 0..<self.canvas.width {
        let (x, fx) = AxisMap.split(columns.pixel(column), count: size.width)
        out.update(repeating: 0, count: channels)
        BilinearTaps(x: x, y: y, fx: fx, fy: fy).forEachInside(size) { place, weight, _, _ in
          let pixel = glimpse + place * channels
          for c in 0..<channels { out[c] += weight * pixel[c] }
        }
        out += channels
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func drawDenseBackward(
    _ glimpse: UnsafePointer<Scalar>, _ size: PlaneSize, _ channels: Int,
    _ box: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>,
    _ dGlimpse: UnsafeMutablePointer<Scalar>, _ dBox: UnsafeMutablePointer<Scalar>
  ) {
    let columns = axis(canvas.width, size.width, box[0], box[2])
    let rows = axis(canvas.height, size.height, box[1], box[3])
    var sums = BoxGradientSums<Scalar>()
    var g = dy
    for row in 0..<canvas.height {
      let (y, fy) = AxisMap.split(rows.pixel(row), count: size.height)
      for column in 0..<canvas.width {
        let (x, fx) = AxisMap.split(columns.pixel(column), count: size.width)
        var (dx, dy): (Scalar, Scalar) = (0, 0)
        BilinearTaps(x: x, y: y, fx: fx, fy: fy).forEachInside(size) { place, weight, wx, wy in
          let (pixel, target) = (glimpse + place * channels, dGlimpse + place * channels)
          var d: Scalar = 0
          for c in 0..<channels {
            d += g[c] * pixel[c]
            target[c] += weight * g[c]
          }
          dx += wx * d
          dy += wy * d
        }
        sums.add(
          dx, at: columns.target.coordinate(column), dy, at: rows.target.coordinate(row))
        g += channels
      }
    }
    sums.store(columns, rows, box, dBox)
  }
}

/// Sums over pixels of the derivatives by the place in the source, plain and times the pixel's coordinate.
struct BoxGradientSums<Scalar: TensorScalar> {
  var (ax, ay, bx, by): (Scalar, Scalar, Scalar, Scalar) = (0, 0, 0, 0)

  @inline(__always)
  mutating func add(_ dx: Scalar, at p: Scalar, _ dy: Scalar, at q: Scalar) {
    ax += dx * p
    bx += dx
    ay += dy * q
    by += dy
  }

  /// `ds = A² (t dB − dA)` and `dt = −A dB` along both axes.
  @inline(__always)
  func store(
    _ columns: AxisMap<Scalar>, _ rows: AxisMap<Scalar>, _ box: UnsafePointer<Scalar>,
    _ dBox: UnsafeMutablePointer<Scalar>
  ) {
    let (mx, my) = (columns.source.slope, rows.source.slope)
    let (a, b) = (columns.factor, rows.factor)
    dBox[0] = a * a * (box[2] * (mx * bx) - mx * ax)
    dBox[1] = b * b * (box[3] * (my * by) - my * ay)
    dBox[2] = -a * (mx * bx)
    dBox[3] = -b * (my * by)
  }
}
