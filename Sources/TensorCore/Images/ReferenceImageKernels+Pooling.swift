/// The twins of the pooling kernels.
extension ReferenceImageKernels {
  /// Twin of ``ImageKernels/maxPool(_:pairs:columns:channels:_:)``.
  @inlinable @inline(__always)
  public static func maxPool<S: BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, pairs: Int, columns: Int, channels: Int, _ y: UnsafeMutablePointer<S>
  ) {
    forEachWindow(pairs: pairs, columns: columns, channels: channels) { places, output in
      y[output] = x[largest(x, places)]
    }
  }

  /// Twin of ``ImageKernels/maxPoolBackward(_:_:pairs:columns:channels:_:)``.
  @inlinable @inline(__always)
  public static func maxPoolBackward<S: BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, _ dy: UnsafePointer<S>, pairs: Int, columns: Int, channels: Int,
    _ dx: UnsafeMutablePointer<S>
  ) {
    dx.update(repeating: 0, count: 2 * pairs * columns * channels)
    forEachWindow(pairs: pairs, columns: columns, channels: channels) { places, output in
      dx[largest(x, places)] = dy[output]
    }
  }

  /// The place of the first of the largest numbers, NaN being the largest.
  @inlinable @inline(__always)
  static func largest<S: BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, _ places: (Int, Int, Int, Int)
  ) -> Int {
    var best = places.0
    if x[places.1] > x[best] || (x[places.1].isNaN && !x[best].isNaN) { best = places.1 }
    if x[places.2] > x[best] || (x[places.2].isNaN && !x[best].isNaN) { best = places.2 }
    if x[places.3] > x[best] || (x[places.3].isNaN && !x[best].isNaN) { best = places.3 }
    return best
  }

  /// Calls `body` for each channel of each window: the places of its four numbers, row by row, and of its output.
  @inlinable @inline(__always)
  static func forEachWindow(
    pairs: Int, columns: Int, channels: Int, _ body: ((Int, Int, Int, Int), Int) -> Void
  ) {
    for pair in 0..<pairs {
      for column in 0..<columns / 2 {
        for c in 0..<channels {
          let upper = (2 * pair * columns + 2 * column) * channels + c
          let lower = upper + columns * channels
          body(
            (upper, upper + channels, lower, lower + channels),
            (pair * (columns / 2) + column) * channels + c)
        }
      }
    }
  }
}
