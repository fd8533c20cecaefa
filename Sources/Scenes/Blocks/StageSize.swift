/// The sizes of a ``ConvolutionStage``.
public struct StageSize: Sendable, Hashable {
  /// The channels of its output.
  public var channels: Int
  /// The side of the kernel, the distance between patches, and the zeros around the image.
  public var kernel, stride, padding: Int
  /// How many times the sides grow after the convolution.
  public var upFactor: Int
  /// The groups of the normalisation.
  public var groups: Int

  /// A stage that keeps or shrinks the sides.
  public init(_ channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.groups = groups
    upFactor = 1
  }

  /// A stage that grows: a 1 × 1 convolution to `channels · factor²`, laid out as pixels.
  public static func up(_ factor: Int, channels: Int, groups: Int) -> StageSize {
    var size = StageSize(channels, kernel: 1, groups: groups)
    size.upFactor = factor
    return size
  }

  /// A 3 × 3 convolution that keeps the sides.
  public static func same(_ channels: Int, groups: Int) -> StageSize {
    StageSize(channels, kernel: 3, padding: 1, groups: groups)
  }
}
