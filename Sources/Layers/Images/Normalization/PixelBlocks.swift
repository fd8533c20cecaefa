import TensorCore

/// The pixels that one task takes: a constant, so that the split does not depend on the thread count.
private let blockPixels = 1024

/// The blocks of pixels that work over a tensor with its channels innermost is cut into.
struct PixelBlocks: Sendable {
  let pixels, channels: Int

  init<S>(_ x: Tensor<S>) {
    channels = x.shape[x.rank - 1]
    pixels = channels == 0 ? 0 : x.count / channels
  }

  var count: Int { (pixels + blockPixels - 1) / blockPixels }

  /// The place of a block's first number, and its number of pixels.
  subscript(block: Int) -> (offset: Int, pixels: Int) {
    let first = block * blockPixels
    return (first * channels, min(blockPixels, pixels - first))
  }

  /// Runs `body` for all blocks in parallel; it adds to `width` numbers of its own, which are summed in order of the blocks.
  func sums(
    _ width: Int, _ body: @Sendable (Int, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    let partial = parallelMap(over: count) { block in
      var sums = [Double](repeating: 0, count: width)
      sums.withUnsafeMutableBufferPointer { if width > 0 { body(block, $0.baseAddress!) } }
      return sums
    }
    var total = [Double](repeating: 0, count: width)
    for part in partial { for i in 0..<width { total[i] += part[i] } }
    return total
  }
}

/// `Σ x` over all axes but the last, `[channels]`.
func channelTotals<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> {
  let blocks = PixelBlocks(x)
  let sums = blocks.sums(blocks.channels) { block, sums in
    let (offset, pixels) = blocks[block]
    x.withUnsafeBufferPointer {
      S.channelSums($0.baseAddress! + offset, rows: pixels, channels: blocks.channels, into: sums)
    }
  }
  return Tensor(sums.map { S($0) })
}

extension Activation {
  /// ``backward(_:kept:)``, split over the threads.
  func parallelBackward<S: TensorScalar>(_ dy: Tensor<S>, kept: Tensor<S>) -> Tensor<S> {
    if self == .identity { return dy }
    let size = 1 << 14
    return Tensor(shape: dy.shape) { dx in
      guard let start = dx.baseAddress, dx.count > 0 else { return }
      let (count, dx) = (dx.count, SharedAddress(start))
      parallel(over: (count + size - 1) / size) { block in
        let first = block * size
        dy.withUnsafeBufferPointer { dy in
          kept.withUnsafeBufferPointer { kept in
            differentiate(
              kept.baseAddress! + first, dy.baseAddress! + first, dx.address + first,
              min(size, count - first))
          }
        }
      }
    }
  }
}
