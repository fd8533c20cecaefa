import Layers
import TensorCore

extension ImageEncoder {
  /// Which of the two networks of the image experiments an encoder is; both read 32 × 32 pixels.
  ///
  /// A block is a 3 × 3 convolution with padding 1, batch normalisation and Mish; a residual part adds its input to the
  /// output of its blocks; pooling takes the largest of each 2 × 2 window.
  public enum Design: String, Codable, Sendable, CaseIterable {
    /// Of the experiments on disentanglement: 64 pooled, 128 pooled, 128 pooled, residual (2 × 128), 256 pooled, 256 pooled,
    /// residual (2 × 256).
    case disentangling
    /// Of domain adaptation: 64, 128 pooled, residual (2 × 128), 256 pooled, 512 pooled, residual (2 × 512), 768 pooled,
    /// residual (1 × 768), 768 pooled, residual (1 × 768).
    case adapting

    /// The blocks in order: channels before the divisor, and what ends them.
    var blocks: [(width: Int, end: StageEnd)] {
      switch self {
      case .disentangling:
        [
          (64, .pooled), (128, .pooled), (128, .pooled), (128, .plain), (128, .adding(inputOf: 3)),
          (256, .pooled), (256, .pooled), (256, .plain), (256, .adding(inputOf: 7)),
        ]
      case .adapting:
        [
          (64, .plain), (128, .pooled), (128, .plain), (128, .adding(inputOf: 2)), (256, .pooled),
          (512, .pooled), (512, .plain), (512, .adding(inputOf: 6)), (768, .pooled),
          (768, .adding(inputOf: 9)), (768, .pooled), (768, .adding(inputOf: 11)),
        ]
      }
    }
  }
}

/// The width of a hidden layer after the divisor.
func divided(_ width: Int, by divisor: Int, _ type: StaticString) -> Int {
  require(
    divisor > 0 && width % divisor == 0,
    "\(type): widthDivisor must divide the width \(width), got \(divisor); take a power of two up to 64"
  )
  return width / divisor
}
