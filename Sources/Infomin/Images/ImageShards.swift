import TensorCore

/// The parts of neighbouring images that a batch is cut into: enough of them in each for products over the smallest planes to
/// be worth reading their weights. The cut depends on the batch alone.
enum ImageShards {
  /// The most images of a part.
  static let images = 32

  /// The ranges of a batch of `count` images, of nearly equal size.
  static func ranges(of count: Int) -> [Range<Int>] {
    Array(Partition(of: count, atMost: images))
  }
}
