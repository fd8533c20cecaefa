/// The buffer in which one object at a time is drawn onto the canvas: its maps (colour and alpha with the presence in them,
/// and the frame of the boundary loss), interpolated along x for the columns that it reaches.
///
/// The interpolation is separable. ``line(_:_:)`` and the line after it are what a row of the canvas blends. Lines and
/// columns of zeros around the glimpse stand for what lies outside. Maps are planes, so that all loops run along x.
final class Sprite<Scalar: TensorScalar> {
  let side, channels, canvas: Int
  /// The columns and rows of the canvas that the object reaches.
  private(set) var columns, rows: BoxAxis<Scalar>
  private(set) var presence: Scalar = 0
  private let memory: Tensor<Scalar>
  private let base: UnsafeMutablePointer<Scalar>
  private let frame: [Scalar]

  /// Room for objects of side `side` on a canvas of side `canvas`.
  init(side: Int, channels: Int, canvas: Int) {
    self.side = side
    self.channels = channels
    self.canvas = canvas
    columns = BoxAxis(canvas: canvas, glimpse: side, size: 1, offset: 0, alignsCorners: true)
    rows = columns
    frame = BoundaryLoss<Scalar>.frame(side: side)
    // Maps, their gradients, lines, their gradients, and rows of the canvas.
    let padded = side + 2
    var start: UnsafeMutablePointer<Scalar>?
    memory = Tensor(
      shape: [2 * channels * side * padded + 2 * channels * padded * canvas + 8 * canvas]
    ) {
      $0.update(repeating: 0)
      start = $0.baseAddress!
    }
    base = start!
  }

  private var mapCount: Int { channels * side * (side + 2) }
  private var lineCount: Int { channels * (side + 2) * canvas }

  /// Map `channel`, row `row` of the glimpse, with a zero on each side.
  @inline(__always)
  func map(_ channel: Int, _ row: Int) -> UnsafeMutablePointer<Scalar> {
    base + (channel * side + row) * (side + 2)
  }
  /// The gradient of that row.
  @inline(__always)
  func mapGradient(_ channel: Int, _ row: Int) -> UnsafeMutablePointer<Scalar> {
    map(channel, row) + mapCount
  }
  /// The upper one of the two interpolated lines that a row of the canvas blends; the lower one follows it.
  @inline(__always)
  func line(_ channel: Int, _ row: Int) -> UnsafeMutablePointer<Scalar> {
    line(channel, glimpseRow: rows.lower[row - rows.pixels.lowerBound])
  }
  /// The interpolated row of the glimpse, from −1 to `side`.
  @inline(__always)
  func line(_ channel: Int, glimpseRow: Int) -> UnsafeMutablePointer<Scalar> {
    base + 2 * mapCount + (channel * (side + 2) + glimpseRow + 1) * columns.pixels.count
  }
  /// From a line to its gradient.
  @inline(__always) var toGradient: Int { lineCount }
  /// A row of the canvas for the caller's use, one of eight.
  @inline(__always)
  func row(_ index: Int) -> UnsafeMutablePointer<Scalar> {
    base + 2 * (mapCount + lineCount) + index * canvas
  }
  /// The shares of the two lines that a row of the canvas blends.
  @inline(__always)
  func weights(_ row: Int) -> (Scalar, Scalar) {
    let fraction = rows.fraction[row - rows.pixels.lowerBound]
    return (1 - fraction, fraction)
  }

  /// `λ = 100 sigmoid(−depth)` of object `n`.
  static func nearness(_ depth: Tensor<Scalar>, _ n: Int) -> Scalar {
    depth.withUnsafeBufferPointer { 100 / (1 + Scalar.exp($0[n])) }
  }

  /// Brings object `n` in; says whether it reaches the canvas at all.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func load(_ objects: Compositor<Scalar>.Objects, _ n: Int, alignsCorners: Bool) -> Bool {
    let (x, y) = objects.boxes.withUnsafeBufferPointer { box in
      (
        BoxAxis(
          canvas: canvas, glimpse: side, size: box[4 * n], offset: box[4 * n + 2],
          alignsCorners: alignsCorners),
        BoxAxis(
          canvas: canvas, glimpse: side, size: box[4 * n + 1], offset: box[4 * n + 3],
          alignsCorners: alignsCorners)
      )
    }
    (columns, rows) = (x, y)
    if columns.pixels.isEmpty || rows.pixels.isEmpty { return false }
    presence = objects.presence.withUnsafeBufferPointer { $0[n] }
    objects.pixels.withUnsafeBufferPointer { pixels in
      var pixel = pixels.baseAddress! + n * side * side * 4
      for r in 0..<side {
        let (red, green, blue) = (map(0, r) + 1, map(1, r) + 1, map(2, r) + 1)
        let alpha = map(3, r) + 1
        for c in 0..<side {
          let a = presence * pixel[3]
          red[c] = a * pixel[0]
          green[c] = a * pixel[1]
          blue[c] = a * pixel[2]
          alpha[c] = a
          pixel += 4
        }
        if channels > 4 {
          let target = map(4, r) + 1
          for c in 0..<side { target[c] = presence * frame[r * side + c] }
        }
      }
    }
    interpolate()
    return true
  }

  /// Fills the lines of the glimpse's rows that some row of the canvas reads; those around the glimpse are zero.
  @inline(__always)
  private func interpolate() {
    let width = columns.pixels.count
    let first = max(rows.lower.first!, 0)
    let last = min(rows.lower.last! + 1, side - 1)
    columns.lower.withUnsafeBufferPointer { lower in
      columns.fraction.withUnsafeBufferPointer { fraction in
        for channel in 0..<channels {
          line(channel, glimpseRow: -1).update(repeating: 0, count: width)
          line(channel, glimpseRow: side).update(repeating: 0, count: width)
          for r in stride(from: first, through: last, by: 1) {
            // Sample −1 is the zero before the row.
            let (source, target) = (map(channel, r) + 1, line(channel, glimpseRow: r))
            for x in 0..<width {
              let at = lower[x]
              target[x] = (1 - fraction[x]) * source[at] + fraction[x] * source[at + 1]
            }
          }
        }
      }
    }
  }

  /// A row of the canvas of one map.
  @inline(__always)
  func blend(_ row: Int, channel: Int, into target: UnsafeMutablePointer<Scalar>) {
    let (w0, w1) = weights(row)
    let upper = line(channel, row)
    let under = upper + columns.pixels.count
    for x in 0..<columns.pixels.count { target[x] = w0 * upper[x] + w1 * under[x] }
  }

  /// Sets the gradients of all lines of the object to zero.
  func clearGradients() {
    for channel in 0..<channels {
      (line(channel, glimpseRow: -1) + toGradient).update(
        repeating: 0, count: (side + 2) * columns.pixels.count)
    }
  }

  /// Takes the gradients of the lines back to those of the maps; returns the sums along x over the columns of the derivative
  /// by the place in the glimpse, plain and times the column's coordinate.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func gatherGradients() -> (sum: Scalar, moment: Scalar) {
    let width = columns.pixels.count
    var (sum, moment): (Scalar, Scalar) = (0, 0)
    columns.lower.withUnsafeBufferPointer { lower in
      columns.fraction.withUnsafeBufferPointer { fraction in
        columns.coordinate.withUnsafeBufferPointer { coordinate in
          for channel in 0..<channels {
            for r in 0..<side {
              let source = map(channel, r) + 1
              let target = mapGradient(channel, r) + 1
              let d = line(channel, glimpseRow: r) + toGradient
              (target - 1).update(repeating: 0, count: side + 2)
              for x in 0..<width {
                let at = lower[x]
                let slope = d[x] * (source[at + 1] - source[at])
                sum += slope
                moment += slope * coordinate[x]
                target[at] += (1 - fraction[x]) * d[x]
                target[at + 1] += fraction[x] * d[x]
              }
            }
          }
        }
      }
    }
    return (sum, moment)
  }

  /// The gradients of object `n`'s pixels and presence from those of the maps.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func storeGradients(
    _ objects: Compositor<Scalar>.Objects, _ n: Int, _ dPixels: UnsafeMutablePointer<Scalar>
  ) -> Scalar {
    var dPresence: Scalar = 0
    objects.pixels.withUnsafeBufferPointer { pixels in
      var pixel = pixels.baseAddress! + n * side * side * 4
      var d = dPixels + n * side * side * 4
      for r in 0..<side {
        let (red, green, blue) = (
          mapGradient(0, r) + 1, mapGradient(1, r) + 1, mapGradient(2, r) + 1
        )
        let alpha = mapGradient(3, r) + 1
        for c in 0..<side {
          let a = presence * pixel[3]
          let dA =
            alpha[c] + red[c] * pixel[0] + green[c] * pixel[1] + blue[c] * pixel[2]
          d[0] = a * red[c]
          d[1] = a * green[c]
          d[2] = a * blue[c]
          d[3] = presence * dA
          dPresence += pixel[3] * dA
          pixel += 4
          d += 4
        }
        if channels > 4 {
          let k = mapGradient(4, r) + 1
          for c in 0..<side { dPresence += frame[r * side + c] * k[c] }
        }
      }
    }
    return dPresence
  }
}
