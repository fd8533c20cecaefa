import RealModule

/// The plain Swift twins of the image kernels: their test oracle, and what `Double` runs.
///
/// The meaning of each function stands at the requirement of the same name in ``ImageKernels``.
public enum ReferenceImageKernels {
  /// Twin of ``ImageKernels/elu(_:alpha:rate:_:_:)``.
  @inlinable @inline(__always)
  public static func elu<S: Real & BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, alpha: S, rate: S, _ y: UnsafeMutablePointer<S>, _ count: Int
  ) {
    for i in 0..<count { y[i] = x[i] > 0 ? x[i] : alpha * S.expMinusOne(rate * x[i]) }
  }

  /// Twin of ``ImageKernels/eluBackward(_:_:alpha:rate:_:_:)``.
  @inlinable @inline(__always)
  public static func eluBackward<S: BinaryFloatingPoint>(
    _ y: UnsafePointer<S>, _ dy: UnsafePointer<S>, alpha: S, rate: S,
    _ dx: UnsafeMutablePointer<S>, _ count: Int
  ) {
    for i in 0..<count { dx[i] = y[i] > 0 ? dy[i] : rate * (y[i] + alpha) * dy[i] }
  }

  /// Twin of ``ImageKernels/mish(_:_:_:)``.
  ///
  /// With `u = eˣ` and `n = u (u + 2)`, `tanh(softplus x) = n/(n + 2)`, which no cancellation hurts.
  @inlinable @inline(__always)
  public static func mish<S: Real & BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>, _ count: Int
  ) {
    for i in 0..<count {
      let u = S.exp(min(x[i], 20))
      let n = u * (u + 2)
      y[i] = x[i] * (n / (n + 2))
    }
  }

  /// Twin of ``ImageKernels/mishBackward(_:_:_:_:)``.
  @inlinable @inline(__always)
  public static func mishBackward<S: Real & BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, _ dy: UnsafePointer<S>, _ dx: UnsafeMutablePointer<S>, _ count: Int
  ) {
    for i in 0..<count {
      let u = S.exp(min(x[i], 20))
      let n = u * (u + 2)
      let d = n + 2
      // (1 − t²) sigmoid x = 4 (n + 1)/d² · u/(1 + u), and n + 1 = (1 + u)².
      dx[i] = dy[i] * (n / d + x[i] * (4 * u * (1 + u) / (d * d)))
    }
  }

  /// Twin of ``ImageKernels/channelSums(_:rows:channels:into:)``.
  @inlinable @inline(__always)
  public static func channelSums<S: BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, rows: Int, channels: Int, into sums: UnsafeMutablePointer<Double>
  ) {
    for r in 0..<rows { for c in 0..<channels { sums[c] += Double(x[r * channels + c]) } }
  }

  /// Twin of ``ImageKernels/channelSquares(_:about:rows:channels:into:)``.
  @inlinable @inline(__always)
  public static func channelSquares<S: BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, about mean: UnsafePointer<S>, rows: Int, channels: Int,
    into squares: UnsafeMutablePointer<Double>
  ) {
    for r in 0..<rows {
      for c in 0..<channels {
        let d = Double(x[r * channels + c] - mean[c])
        squares[c] += d * d
      }
    }
  }

  /// Twin of ``ImageKernels/channelProducts(_:_:about:rows:channels:into:_:)``.
  @inlinable @inline(__always)
  public static func channelProducts<S: BinaryFloatingPoint>(
    _ dy: UnsafePointer<S>, _ x: UnsafePointer<S>, about mean: UnsafePointer<S>, rows: Int,
    channels: Int, into sums: UnsafeMutablePointer<Double>,
    _ products: UnsafeMutablePointer<Double>
  ) {
    for r in 0..<rows {
      for c in 0..<channels {
        let g = Double(dy[r * channels + c])
        sums[c] += g
        products[c] += g * Double(x[r * channels + c] - mean[c])
      }
    }
  }

  /// Twin of ``ImageKernels/channelAffine(_:mean:scale:shift:_:rows:channels:)``.
  @inlinable @inline(__always)
  public static func channelAffine<S: BinaryFloatingPoint>(
    _ x: UnsafePointer<S>, mean: UnsafePointer<S>, scale: UnsafePointer<S>,
    shift: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>, rows: Int, channels: Int
  ) {
    for r in 0..<rows {
      for c in 0..<channels {
        let i = r * channels + c
        y[i] = (x[i] - mean[c]) * scale[c] + shift[c]
      }
    }
  }

  /// Twin of ``ImageKernels/channelCombine(_:_:_:mean:_:shift:elu:_:rows:channels:)``.
  @inlinable @inline(__always)
  public static func channelCombine<S: BinaryFloatingPoint>(
    _ dy: UnsafePointer<S>, _ a: UnsafePointer<S>, _ x: UnsafePointer<S>, mean: UnsafePointer<S>,
    _ b: UnsafePointer<S>, shift: UnsafePointer<S>, elu: (alpha: S, rate: S)?,
    _ dx: UnsafeMutablePointer<S>, rows: Int, channels: Int
  ) {
    for r in 0..<rows {
      for c in 0..<channels {
        let i = r * channels + c
        let d = a[c] * dy[i] + b[c] * (x[i] - mean[c]) + shift[c]
        dx[i] = elu.map { x[i] > 0 ? d : $0.rate * (x[i] + $0.alpha) * d } ?? d
      }
    }
  }

  /// Twin of ``ImageKernels/packWeights(_:rows:columns:rowStride:columnStride:into:firstRow:depth:)``.
  @inlinable @inline(__always)
  public static func packWeights<S: BinaryFloatingPoint>(
    _ w: UnsafePointer<S>, rows: Int, columns: Int, rowStride: Int, columnStride: Int,
    into packed: UnsafeMutablePointer<S>, firstRow: Int, depth: Int
  ) {
    let panel = PatchGrid.panel
    for start in stride(from: 0, to: columns, by: panel) {
      let target = packed + start * depth + firstRow * panel
      for i in 0..<rows {
        for j in 0..<panel {
          target[i * panel + j] =
            start + j < columns ? w[i * rowStride + (start + j) * columnStride] : 0
        }
      }
    }
  }

  /// Twin of ``ImageKernels/convolve(_:_:packed:packedDepth:bias:elu:_:)``.
  @inlinable @inline(__always)
  public static func convolve<S: Real & BinaryFloatingPoint>(
    _ grid: PatchGrid, _ x: UnsafePointer<S>, packed: UnsafePointer<S>, packedDepth: Int,
    bias: UnsafePointer<S>?, elu: (alpha: S, rate: S)?, _ y: UnsafeMutablePointer<S>
  ) {
    forEachPixel(grid) { patch, output in
      for channel in 0..<grid.outputs {
        let sum =
          (bias.map { $0[channel] } ?? 0)
          + product(grid, x + patch, packed, packedDepth, channel)
        y[output + channel] = sum
        if let elu, sum <= 0 {
          y[output + channel] = elu.alpha * S.expMinusOne(elu.rate * sum)
        }
      }
    }
  }

  /// Twin of ``ImageKernels/addConvolution(_:_:packed:packedDepth:_:)``.
  @inlinable @inline(__always)
  public static func addConvolution<S: BinaryFloatingPoint>(
    _ grid: PatchGrid, _ x: UnsafePointer<S>, packed: UnsafePointer<S>, packedDepth: Int,
    _ y: UnsafeMutablePointer<S>
  ) {
    forEachPixel(grid) { patch, output in
      for channel in 0..<grid.outputs {
        y[output + channel] += product(grid, x + patch, packed, packedDepth, channel)
      }
    }
  }

  /// The product of one patch with one packed column.
  @inlinable @inline(__always)
  static func product<S: BinaryFloatingPoint>(
    _ grid: PatchGrid, _ patch: UnsafePointer<S>, _ packed: UnsafePointer<S>, _ packedDepth: Int,
    _ channel: Int
  ) -> S {
    let (panel, lane) = (channel / PatchGrid.panel, channel % PatchGrid.panel)
    let w = packed + panel * PatchGrid.panel * packedDepth + lane
    var sum: S = 0
    for segment in 0..<grid.segments {
      let run = patch + segment * grid.patchSegment
      let rows = w + segment * grid.length * PatchGrid.panel
      for k in 0..<grid.length { sum += run[k] * rows[k * PatchGrid.panel] }
    }
    return sum
  }

  /// Twin of ``ImageKernels/convolveWeights(_:_:_:_:)``.
  @inlinable @inline(__always)
  public static func convolveWeights<S: BinaryFloatingPoint>(
    _ grid: PatchGrid, _ x: UnsafePointer<S>, _ dy: UnsafePointer<S>, _ dw: UnsafeMutablePointer<S>
  ) {
    forEachPixel(grid) { patch, output in
      for segment in 0..<grid.segments {
        let run = x + patch + segment * grid.patchSegment
        for k in 0..<grid.length {
          let row = dw + (segment * grid.length + k) * grid.outputs
          for channel in 0..<grid.outputs { row[channel] += run[k] * dy[output + channel] }
        }
      }
    }
  }

  /// Calls `body` with the places of the patch and of the output of each pixel.
  @inlinable @inline(__always)
  static func forEachPixel(_ grid: PatchGrid, _ body: (_ patch: Int, _ output: Int) -> Void) {
    for image in 0..<grid.images {
      for row in 0..<grid.rows {
        for column in 0..<grid.columns {
          body(
            image * grid.patchImage + row * grid.patchRow + column * grid.patchColumn,
            image * grid.outputImage + row * grid.outputRow + column * grid.outputColumn)
        }
      }
    }
  }
}
