import TensorCore

/// Normalisation and activation over a part of a batch together with what follows them, block by block in the cache: 2 × 2 max
/// pooling, or nothing. The backward passes recompute the normalised numbers, so that any activation will do.
/// All functions run on the calling thread.
extension BatchNorm {
  /// The largest output of each 2 × 2 window: `[images, ⌊height/2⌋, ⌊width/2⌋, channels]` for `x` of
  /// `[images, height, width, channels]`.
  public func pooledOutput(_ x: Tensor<Scalar>, _ statistics: Statistics) -> Tensor<Scalar> {
    let plane = WindowRows(x.shape, layer: "BatchNorm.pooledOutput")
    return Tensor(shape: plane.pooledShape) { y in
      guard y.count > 0 else { return }
      withNormalized(x, statistics, scratch: plane.blockNumbers) { normalize, kept in
        plane.forEachBlock { first, pooled, pairs in
          let count = pairs * 2 * plane.row
          normalize(first, count, kept)
          activation.apply(UnsafePointer(kept), kept, count)
          Scalar.maxPool(
            UnsafePointer(kept), pairs: pairs, columns: plane.columns, channels: plane.channels,
            y.baseAddress! + pooled)
        }
      }
    }
  }

  /// The gradient `du` before the activation for the gradient `dy` of ``pooledOutput(_:_:)``, and its sums.
  ///
  /// Of equal numbers the first in the window gets the gradient.
  public func pooledOutputGradient(
    _ dy: Tensor<Scalar>, x: Tensor<Scalar>, _ statistics: Statistics
  ) -> (du: Tensor<Scalar>, sums: ChannelSums) {
    let plane = WindowRows(x.shape, layer: "BatchNorm.pooledOutputGradient")
    require(
      dy.shape == plane.pooledShape,
      "BatchNorm.pooledOutputGradient: dy must be \(plane.pooledShape), got \(dy.shape)")
    var sums = ChannelSums(channels: plane.channels)
    let du = Tensor<Scalar>(shape: x.shape) { du in
      guard let du = du.baseAddress, x.count > 0 else { return }
      plane.forEachOddRow { (du + $0).update(repeating: 0, count: plane.row) }
      withNormalized(x, statistics, scratch: 3 * plane.blockNumbers) { normalize, kept in
        let (outputs, routed) = (kept + plane.blockNumbers, kept + 2 * plane.blockNumbers)
        dy.withUnsafeBufferPointer { dy in
          plane.forEachBlock { first, pooled, pairs in
            let count = pairs * 2 * plane.row
            normalize(first, count, kept)
            activation.apply(UnsafePointer(kept), outputs, count)
            Scalar.maxPoolBackward(
              UnsafePointer(outputs), dy.baseAddress! + pooled, pairs: pairs,
              columns: plane.columns, channels: plane.channels, routed)
            activation.differentiate(
              UnsafePointer(activation.keepsInput ? kept : outputs), UnsafePointer(routed),
              du + first, count)
            add(du + first, x, first, count, statistics, to: &sums)
          }
        }
      }
    }
    return (du, sums)
  }

  /// `du = dy f′` of a part, for any activation, and its sums.
  public func outputGradient(
    _ dy: Tensor<Scalar>, x: Tensor<Scalar>, _ statistics: Statistics
  ) -> (du: Tensor<Scalar>, sums: ChannelSums) {
    require(
      dy.count == x.count,
      "BatchNorm.outputGradient: wants dy and x of one shape, got \(dy.shape) and \(x.shape)")
    let channels = scale.count
    var sums = ChannelSums(channels: channels)
    let step = max(1, blockNumbers / channels) * channels
    let du = Tensor<Scalar>(shape: x.shape) { du in
      guard let du = du.baseAddress, x.count > 0 else { return }
      withNormalized(x, statistics, scratch: step) { normalize, kept in
        dy.withUnsafeBufferPointer { dy in
          for first in stride(from: 0, to: x.count, by: step) {
            let count = min(step, x.count - first)
            normalize(first, count, kept)
            if !activation.keepsInput { activation.apply(UnsafePointer(kept), kept, count) }
            activation.differentiate(
              UnsafePointer(kept), dy.baseAddress! + first, du + first, count)
            add(du + first, x, first, count, statistics, to: &sums)
          }
        }
      }
    }
    return (du, sums)
  }

  /// Calls `body` with a function that normalises numbers of `x` from a place on, and with memory for `scratch` numbers.
  private func withNormalized(
    _ x: Tensor<Scalar>, _ statistics: Statistics, scratch: Int,
    _ body: (
      _ normalize: (_ first: Int, _ count: Int, UnsafeMutablePointer<Scalar>) -> Void,
      UnsafeMutablePointer<Scalar>
    ) -> Void
  ) {
    let factor = scale * statistics.inverse
    let channels = scale.count
    x.withUnsafeBufferPointer { x in
      statistics.mean.withUnsafeBufferPointer { mean in
        factor.withUnsafeBufferPointer { factor in
          shift.withUnsafeBufferPointer { shift in
            withScratch(scratch, of: Scalar.self) { memory in
              body(
                { first, count, target in
                  Scalar.channelAffine(
                    x.baseAddress! + first, mean: mean.baseAddress!, scale: factor.baseAddress!,
                    shift: shift.baseAddress!, target, rows: count / channels, channels: channels)
                }, memory)
            }
          }
        }
      }
    }
  }

  /// Adds the sums of a block of `du`.
  private func add(
    _ du: UnsafeMutablePointer<Scalar>, _ x: Tensor<Scalar>, _ first: Int, _ count: Int,
    _ statistics: Statistics, to sums: inout ChannelSums
  ) {
    let channels = scale.count
    x.withUnsafeBufferPointer { x in
      statistics.mean.withUnsafeBufferPointer { mean in
        sums.gradient.withUnsafeMutableBufferPointer { gradient in
          sums.product.withUnsafeMutableBufferPointer { product in
            Scalar.channelProducts(
              UnsafePointer(du), x.baseAddress! + first, about: mean.baseAddress!,
              rows: count / channels, channels: channels, into: gradient.baseAddress!,
              product.baseAddress!)
          }
        }
      }
    }
  }
}

extension BatchNorm.ChannelSums {
  /// Sums of nothing.
  init(channels: Int) {
    self.init(
      gradient: Array(repeating: 0, count: channels), product: Array(repeating: 0, count: channels))
  }
}

/// The numbers of a block, at least about: it stays in the first-level cache with what is made of it.
private let blockNumbers = 4096

/// The pairs of rows of some planes that 2 × 2 windows cover, in blocks.
private struct WindowRows {
  let images, pairs, columns, channels: Int
  private let height: Int

  init(_ shape: Shape, layer: StaticString) {
    require(
      shape.rank == 4 && shape[1] >= 2 && shape[2] >= 2,
      "\(layer): x must be [images, height, width, channels] of at least 2 × 2 pixels, got \(shape)"
    )
    (images, height, columns, channels) = (shape[0], shape[1], shape[2], shape[3])
    pairs = height / 2
  }

  /// The numbers of a row of pixels.
  var row: Int { columns * channels }
  var pooledShape: Shape { [images, pairs, columns / 2, channels] }
  /// The pairs of rows of a block.
  private var step: Int { min(pairs, max(1, Layers.blockNumbers / (2 * row))) }
  /// The numbers of a block's input.
  var blockNumbers: Int { step * 2 * row }

  /// Calls `body` for each block: the places of its first input and output, and its pairs of rows.
  func forEachBlock(_ body: (_ first: Int, _ pooled: Int, _ pairs: Int) -> Void) {
    let pooledRow = columns / 2 * channels
    for image in 0..<images {
      for pair in stride(from: 0, to: pairs, by: step) {
        body(
          (image * height + 2 * pair) * row, (image * pairs + pair) * pooledRow,
          min(step, pairs - pair))
      }
    }
  }

  /// Calls `body` with the place of each image's last row where the height is odd.
  func forEachOddRow(_ body: (Int) -> Void) {
    if height % 2 == 0 { return }
    for image in 0..<images { body((image * height + height - 1) * row) }
  }
}
