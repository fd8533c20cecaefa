import Storage
import TensorCore

extension ImageSet {
  /// The images cut to their central square, resized to `side` and brought to `channels`.
  ///
  /// Resizing averages over all pixels and does not alias (``Image/resized(height:width:)``). Grey is repeated for three
  /// channels; for one, colours become their luma (299 R + 587 G + 114 B) / 1000, as Pillow's mode `L` has it.
  func fitted(side: Int, channels newChannels: Int) -> ImageSet {
    let square = min(height, width)
    // Grey is resized before it is repeated, colours after they were reduced to grey.
    var bytes = channels == 3 && newChannels == 1 ? Self.luma(pixels) : pixels
    let inner = min(channels, newChannels)
    if height != width { bytes = cut(bytes, channels: inner, to: square) }
    bytes = Image.resized(
      bytes, height: square, width: square, channels: inner, toHeight: side, width: side)
    if inner < newChannels { bytes = Self.repeated(bytes) }
    return ImageSet(
      name: name, height: side, width: side, channels: newChannels, pixels: bytes, labels: labels,
      labelNames: labelNames, attributes: attributes, provenance: provenance)
  }

  /// The images of both, this set's first; the other must be of the same source.
  mutating func append(_ other: ImageSet) {
    require(
      (height, width, channels) == (other.height, other.width, other.channels),
      "ImageSet.append: wants \(height) x \(width) x \(channels), got \(other.height) x "
        + "\(other.width) x \(other.channels)")
    pixels += other.pixels
    for (column, values) in other.labels { labels[column, default: []] += values }
    for (column, values) in other.attributes { attributes[column, default: []] += values }
  }

  private func cut(_ bytes: [UInt8], channels: Int, to square: Int) -> [UInt8] {
    let (top, left) = ((height - square) / 2, (width - square) / 2)
    var result: [UInt8] = []
    result.reserveCapacity(count * square * square * channels)
    for image in 0..<count {
      for row in top..<(top + square) {
        let start = ((image * height + row) * width + left) * channels
        result += bytes[start..<start + square * channels]
      }
    }
    return result
  }

  private static func luma(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count / 3) { out, count in
      bytes.withUnsafeBufferPointer { bytes in
        for pixel in 0..<(bytes.count / 3) {
          // The weights in units of 2⁻¹⁶, as Pillow has them.
          let sum =
            19595 * UInt32(bytes[3 * pixel]) + 38470 * UInt32(bytes[3 * pixel + 1])
            + 7471 * UInt32(bytes[3 * pixel + 2])
          out[pixel] = UInt8((sum + 0x8000) >> 16)
        }
      }
      count = bytes.count / 3
    }
  }

  private static func repeated(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count * 3) { out, count in
      for (pixel, value) in bytes.enumerated() {
        for channel in 0..<3 { out[3 * pixel + channel] = value }
      }
      count = bytes.count * 3
    }
  }
}
