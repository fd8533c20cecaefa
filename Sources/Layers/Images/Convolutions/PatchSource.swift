import TensorCore

/// Where the patches of a plane of pixels lie that some outputs are products of.
///
/// The patch of output (row, column) has `taps` pixels and begins at pixel (top + row · strides.height,
/// left + column · strides.width); what of it lies outside the plane counts as zero.
struct PatchSource: Sendable {
  var height, width, channels: Int
  var taps, strides: PlaneSize
  var top, left: Int
  var rows, columns: Int

  /// The numbers of one patch.
  var depth: Int { taps.area * channels }
  /// The numbers of one plane.
  var plane: Int { height * width * channels }
  /// The patches of one plane.
  var pixels: Int { rows * columns }

  /// Whether no patch leaves the plane.
  var isInside: Bool {
    top >= 0 && left >= 0 && top + (rows - 1) * strides.height + taps.height <= height
      && left + (columns - 1) * strides.width + taps.width <= width
  }

  /// Whether the patches, one after the other, are the plane itself.
  var isPlane: Bool {
    top == 0 && left == 0 && rows * taps.height == height && columns * taps.width == width
      && ((taps == 1 && strides == 1) || (rows == 1 && columns == 1))
  }

  /// Writes the patches of some rows of outputs below each other: `[rows · columns, depth]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func gather<S: TensorScalar>(
    _ image: UnsafePointer<S>, rows: Range<Int>, into matrix: UnsafeMutablePointer<S>
  ) {
    var target = matrix
    let run = taps.width * channels
    forEachRun(rows: rows) { source, skipped, inside in
      if skipped > 0 { target.update(repeating: 0, count: skipped) }
      if inside > 0 { (target + skipped).update(from: image + source, count: inside) }
      let rest = run - skipped - inside
      if rest > 0 { (target + skipped + inside).update(repeating: 0, count: rest) }
      target += run
    }
  }

  /// The adjoint of ``gather(_:rows:into:)``: adds the patches to the pixels that they were read from.
  func scatterAdd<S: TensorScalar>(
    _ matrix: UnsafePointer<S>, rows: Range<Int>, into image: UnsafeMutablePointer<S>
  ) {
    var source = matrix
    let run = taps.width * channels
    forEachRun(rows: rows) { target, skipped, inside in
      if inside > 0 { S.axpy(1, source + skipped, image + target, inside) }
      source += run
    }
  }

  /// Calls `body` for each run of neighbouring pixels of each patch: where its part inside the plane lies, and how many of
  /// the run's numbers come before that part and belong to it.
  @inline(__always)
  private func forEachRun(
    rows: Range<Int>, _ body: (_ place: Int, _ skipped: Int, _ inside: Int) -> Void
  ) {
    for row in rows {
      let y = top + row * strides.height
      for column in 0..<columns {
        let x = left + column * strides.width
        let first = max(0, -x)
        let last = max(first, min(taps.width, width - x))
        for tap in 0..<taps.height {
          let line = y + tap
          if line < 0 || line >= height || first == last {
            body(0, 0, 0)
          } else {
            body(
              (line * width + x + first) * channels, first * channels, (last - first) * channels)
          }
        }
      }
    }
  }

  /// The extents of the part of the plane, zeros around it where needed, that some rows of outputs read.
  func window(rows: Range<Int>) -> PlaneSize {
    PlaneSize(
      height: (rows.count - 1) * strides.height + taps.height,
      width: (columns - 1) * strides.width + taps.width)
  }

  /// Copies that part: `[window.height, window.width, channels]`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func copyWindow<S: TensorScalar>(
    _ image: UnsafePointer<S>, rows: Range<Int>, into target: UnsafeMutablePointer<S>
  ) {
    let size = window(rows: rows)
    let before = min(size.width, max(0, -left)) * channels
    let first = max(0, left)
    let inside = max(0, min(width, left + size.width) - first) * channels
    let after = size.width * channels - before - inside
    var target = target
    for line in 0..<size.height {
      let y = top + rows.lowerBound * strides.height + line
      if y < 0 || y >= height || inside == 0 {
        target.update(repeating: 0, count: size.width * channels)
      } else {
        if before > 0 { target.update(repeating: 0, count: before) }
        (target + before).update(from: image + (y * width + first) * channels, count: inside)
        if after > 0 { (target + before + inside).update(repeating: 0, count: after) }
      }
      target += size.width * channels
    }
  }
}
