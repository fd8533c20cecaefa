import TensorCore

/// A picture of bytes: `[height, width, channels]`, row-major, top row first.
///
/// One channel is grey, two are grey and alpha, three are red, green and blue, four those and alpha. Alpha is not
/// multiplied into the colours.
public struct Image: Sendable, Hashable {
  /// The number of rows.
  public let height: Int
  /// The number of columns.
  public let width: Int
  /// 1 to 4.
  public let channels: Int
  /// The samples, `height · width · channels` of them.
  public internal(set) var bytes: [UInt8]

  /// A picture of these bytes; requires positive extents, 1 to 4 channels and as many bytes as they need.
  public init(height: Int, width: Int, channels: Int, bytes: [UInt8]) {
    require(
      height > 0 && width > 0 && (1...4).contains(channels),
      "Image: wants positive extents and 1 to 4 channels, got \(height) x \(width) x \(channels)")
    require(
      bytes.count == height * width * channels,
      "Image: \(height) x \(width) x \(channels) needs \(height * width * channels) bytes, "
        + "got \(bytes.count)")
    self.height = height
    self.width = width
    self.channels = channels
    self.bytes = bytes
  }

  /// A picture with every sample equal to `value`.
  public init(height: Int, width: Int, channels: Int, repeating value: UInt8 = 0) {
    self.init(
      height: height, width: width, channels: channels,
      bytes: Array(repeating: value, count: height * width * channels))
  }

  /// The nearest bytes to 255 times a tensor's numbers; those outside [0, 1] are clamped, NaN becomes 0.
  ///
  /// - Parameter tensor: `[height, width, channels]`, or `[height, width]` for grey.
  public init(_ tensor: Tensor<Float>) {
    require(
      tensor.rank == 2 || tensor.rank == 3,
      "Image: wants [height, width, channels] or [height, width], got \(tensor.shape)")
    let bytes = tensor.withUnsafeBufferPointer { scalars in
      // The comparison is false for NaN, and takes its other side.
      scalars.map { $0 > 0 ? UInt8(min($0, 1) * 255 + 0.5) : 0 }
    }
    self.init(
      height: tensor.shape[0], width: tensor.shape[1],
      channels: tensor.rank == 3 ? tensor.shape[2] : 1, bytes: bytes)
  }

  /// The samples divided by 255, `[height, width, channels]`.
  public var tensor: Tensor<Float> {
    Tensor(shape: [height, width, channels]) { out in Self.scale(bytes[...], into: out) }
  }

  /// The red, green and blue alone: grey is repeated, alpha dropped (not blended), as Pillow's `convert("RGB")` does.
  public var rgb: Image {
    if channels == 3 { return self }
    let pixels = height * width
    let colours = [UInt8](unsafeUninitializedCapacity: pixels * 3) { out, count in
      bytes.withUnsafeBufferPointer { bytes in
        for pixel in 0..<pixels {
          for channel in 0..<3 {
            out[3 * pixel + channel] = bytes[channels * pixel + (channels == 4 ? channel : 0)]
          }
        }
      }
      count = pixels * 3
    }
    return Image(height: height, width: width, channels: 3, bytes: colours)
  }

  /// Writes each byte divided by 255, as PyTorch's `ToTensor` does, to the bit.
  package static func scale(_ bytes: ArraySlice<UInt8>, into out: UnsafeMutableBufferPointer<Float>)
  {
    bytes.withUnsafeBufferPointer { bytes in
      for i in 0..<bytes.count { out[i] = Float(bytes[i]) / 255 }
    }
  }
}
