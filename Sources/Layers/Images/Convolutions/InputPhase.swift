import TensorCore

/// The pixels of an input gradient with one remainder by the strides: a convolution of `dy` with stride one.
///
/// Pixel `i = r + s j` gets `Σ dy[o] W[k]` over `o s + k = i + p`. With `a = (r + p) mod s` the taps are `k = a + s t`, and
/// `o = j + (r + p − a)/s − t`: as `t` grows, `o` falls, so that the taps are taken from the last to the first.
struct InputPhase: Sendable {
  let source: PatchSource
  let place: OutputPlace
  private let rowTaps, columnTaps: [Int]

  /// All phases of a convolution; some may have no pixel or no tap.
  static func all(_ g: ConvolutionGeometry) -> [InputPhase] {
    (0..<g.strides.height).flatMap { row in
      (0..<g.strides.width).map { InputPhase(g, row: row, column: $0) }
    }
  }

  private init(_ g: ConvolutionGeometry, row: Int, column: Int) {
    let vertical = Axis(
      remainder: row, extent: g.height, kernel: g.kernel.height, stride: g.strides.height,
      padding: g.padding.height)
    let horizontal = Axis(
      remainder: column, extent: g.width, kernel: g.kernel.width, stride: g.strides.width,
      padding: g.padding.width)
    rowTaps = vertical.taps
    columnTaps = horizontal.taps
    source = PatchSource(
      height: g.outputHeight, width: g.outputWidth, channels: g.outputs,
      taps: PlaneSize(height: rowTaps.count, width: columnTaps.count), strides: 1,
      top: vertical.first, left: horizontal.first, rows: vertical.count, columns: horizontal.count)
    place = OutputPlace(
      first: (row * g.width + column) * g.channels, image: g.height * g.width * g.channels,
      row: g.strides.height * g.width * g.channels, column: g.strides.width * g.channels,
      outputs: g.channels)
  }

  /// The phase's taps of the weight as packed columns, one an input channel.
  ///
  /// - Parameter isExchanged: whether the weight is `[kernelHeight, kernelWidth, outputs, channels]`.
  func packed<S: TensorScalar>(
    _ weight: Tensor<S>, _ g: ConvolutionGeometry, isExchanged: Bool = false
  ) -> Tensor<S> {
    Tensor(shape: [PatchGrid.packedCount(depth: source.depth, outputs: g.channels)]) { packed in
      weight.withUnsafeBufferPointer { weight in
        var row = 0
        for y in rowTaps {
          for x in columnTaps {
            S.packWeights(
              weight.baseAddress! + (y * g.kernel.width + x) * g.channels * g.outputs,
              rows: g.outputs, columns: g.channels, rowStride: isExchanged ? g.channels : 1,
              columnStride: isExchanged ? 1 : g.outputs,
              into: packed.baseAddress!, firstRow: row, depth: source.depth)
            row += g.outputs
          }
        }
      }
    }
  }

  /// One axis of a phase.
  private struct Axis {
    /// The kernel's taps, the last first.
    let taps: [Int]
    /// Where the patch of the first pixel begins, and the number of pixels.
    let first, count: Int

    init(remainder: Int, extent: Int, kernel: Int, stride: Int, padding: Int) {
      let start = (remainder + padding) % stride
      taps = Array(Swift.stride(from: start, to: kernel, by: stride).reversed())
      first = (remainder + padding - start) / stride - (taps.count - 1)
      count = max(0, (extent - remainder + stride - 1) / stride)
    }
  }
}
