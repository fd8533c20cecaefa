import TensorCore

extension Image {
  /// The picture resized, with exactly the bytes of Pillow's `resize` with `BILINEAR`, versions up to 12.
  ///
  /// Each row and then each column of the result is a weighted mean, the weights a triangle around the result's place,
  /// `max(0, 1 − |i + ½ − c| / s)` with `c = (j + ½) r`, `s = max(r, 1)` and `r` the ratio of the old extent to the new;
  /// so that reducing averages over all pixels and does not alias. Between the passes values are rounded to bytes. The
  /// weights are fractions of 2²². Colours are weighted by alpha where there is one.
  ///
  /// Source: Pillow, `src/libImaging/Resample.c`.
  ///
  /// - Note: Pillow 13 takes columns before rows where the height shrinks much more than the width, and then differs by
  ///   one in some bytes. The papers' data sets were made before it.
  public func resized(height newHeight: Int, width newWidth: Int) -> Image {
    require(
      newHeight > 0 && newWidth > 0,
      "Image.resized: wants positive extents, got \(newHeight) x \(newWidth)")
    if newHeight == height && newWidth == width { return self }
    if channels % 2 == 0 {
      return premultiplied.resampled(height: newHeight, width: newWidth).unpremultiplied
    }
    return resampled(height: newHeight, width: newWidth)
  }

  /// The picture with its shorter side resized to `size` and the longer in proportion, rounded down, as torchvision's
  /// `Resize(size)` does.
  public func resized(shorterSide size: Int) -> Image {
    require(size > 0, "Image.resized: the shorter side must be positive, got \(size)")
    let longer = Self.longerSide(height: height, width: width, shorter: size)
    return width <= height
      ? resized(height: longer, width: size) : resized(height: size, width: longer)
  }

  /// The longer side of a picture whose shorter one is resized to `shorter`.
  package static func longerSide(height: Int, width: Int, shorter: Int) -> Int {
    // The quotient is one of doubles there.
    Int(Double(shorter * max(height, width)) / Double(min(height, width)))
  }

  private func resampled(height newHeight: Int, width newWidth: Int) -> Image {
    var (result, rows) = (bytes, height)
    if newWidth != width {
      result = TriangleWeights(from: width, to: newWidth).applied(
        to: result, outer: rows, inner: channels)
    }
    if newHeight != height {
      result = TriangleWeights(from: height, to: newHeight).applied(
        to: result, outer: 1, inner: newWidth * channels)
      rows = newHeight
    }
    return Image(height: rows, width: newWidth, channels: channels, bytes: result)
  }

  /// Many pictures without alpha resized at once, each to the bytes of ``resized(height:width:)``.
  ///
  /// - Parameter bytes: `[count, height, width, channels]`; the result is `[count, newHeight, newWidth, channels]`.
  package static func resized(
    _ bytes: [UInt8], height: Int, width: Int, channels: Int, toHeight newHeight: Int,
    width newWidth: Int
  ) -> [UInt8] {
    let size = height * width * channels
    require(
      size > 0 && bytes.count % size == 0 && channels % 2 == 1 && newHeight > 0 && newWidth > 0,
      "Image.resized: wants pictures of \(height) x \(width) x \(channels) without alpha, got "
        + "\(bytes.count) bytes to be \(newHeight) x \(newWidth)")
    if newHeight == height && newWidth == width { return bytes }
    let count = bytes.count / size
    let columns = TriangleWeights(from: width, to: newWidth)
    let rows = TriangleWeights(from: height, to: newHeight)
    // Some pictures side by side, the picture the fastest index, so that the sums run over neighbours in memory.
    let block = 64
    return parallelMap(over: (count + block - 1) / block) { part in
      let pictures = part * block..<min((part + 1) * block, count)
      var sheet = Array(bytes[pictures.lowerBound * size..<pictures.upperBound * size])
      sheet = transposed(sheet, rows: pictures.count, columns: size)
      if newWidth != width {
        sheet = columns.applied(to: sheet, outer: height, inner: channels * pictures.count)
      }
      if newHeight != height {
        sheet = rows.applied(to: sheet, outer: 1, inner: newWidth * channels * pictures.count)
      }
      return transposed(sheet, rows: newHeight * newWidth * channels, columns: pictures.count)
    }.flatMap { $0 }
  }

  private static func transposed(_ bytes: [UInt8], rows: Int, columns: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count) { out, count in
      bytes.withUnsafeBufferPointer { bytes in
        for row in 0..<rows {
          for column in 0..<columns { out[column * rows + row] = bytes[row * columns + column] }
        }
      }
      count = rows * columns
    }
  }

  /// The colours times alpha / 255, rounded as Pillow's modes `RGBa` and `La` have them.
  private var premultiplied: Image {
    var result = self
    eachPixel(&result.bytes) { pixel in
      let alpha = Int(pixel[pixel.count - 1])
      for channel in 0..<(pixel.count - 1) {
        let product = Int(pixel[channel]) * alpha + 128
        pixel[channel] = UInt8(((product >> 8) + product) >> 8)
      }
    }
    return result
  }

  private var unpremultiplied: Image {
    var result = self
    eachPixel(&result.bytes) { pixel in
      let alpha = Int(pixel[pixel.count - 1])
      guard alpha != 0, alpha != 255 else { return }
      for channel in 0..<(pixel.count - 1) {
        pixel[channel] = UInt8(min(255, 255 * Int(pixel[channel]) / alpha))
      }
    }
    return result
  }

  private func eachPixel(
    _ bytes: inout [UInt8], _ body: (UnsafeMutableBufferPointer<UInt8>) -> Void
  ) {
    bytes.withUnsafeMutableBufferPointer { bytes in
      for start in stride(from: 0, to: bytes.count, by: channels) {
        body(UnsafeMutableBufferPointer(rebasing: bytes[start..<(start + channels)]))
      }
    }
  }
}

/// Where each place of a resized axis takes its values from, and how much of each.
private struct TriangleWeights {
  /// Pillow's `PRECISION_BITS`: 32 bits less 8 of a sample and 2 for sums beyond it.
  static let fraction = 22

  let from: Int
  /// The first source of each place.
  private(set) var first: [Int] = []
  /// The weights of each place's consecutive sources, in units of 2⁻²².
  private(set) var weights: [[Int32]] = []

  init(from: Int, to: Int) {
    self.from = from
    let ratio = Double(from) / Double(to)
    let support = max(ratio, 1)
    for place in 0..<to {
      let centre = (Double(place) + 0.5) * ratio
      let low = max(Int(centre - support + 0.5), 0)
      let high = min(Int(centre + support + 0.5), from)
      // The order of operations is Pillow's, so that the weights are the same to the bit.
      var parts = (0..<(high - low)).map { i in
        max(0, 1 - abs((Double(i + low) - centre + 0.5) * (1 / support)))
      }
      let total = parts.reduce(0, +)
      if total != 0 { parts = parts.map { $0 / total } }
      first.append(low)
      weights.append(parts.map { Int32(0.5 + $0 * Double(1 << Self.fraction)) })
    }
  }

  /// Resizes the middle axis of `[outer, from, inner]`.
  func applied(to bytes: [UInt8], outer: Int, inner: Int) -> [UInt8] {
    let to = first.count
    return [UInt8](unsafeUninitializedCapacity: outer * to * inner) { out, count in
      bytes.withUnsafeBufferPointer { bytes in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: inner) { sums in
          for block in 0..<outer {
            for place in 0..<to {
              sums.initialize(repeating: 1 << (Int32(Self.fraction) - 1))
              var source = (block * from + first[place]) * inner
              for weight in weights[place] {
                for i in 0..<inner { sums[i] &+= Int32(bytes[source + i]) &* weight }
                source += inner
              }
              let target = (block * to + place) * inner
              for i in 0..<inner {
                out[target + i] = UInt8(min(max(sums[i] >> Int32(Self.fraction), 0), 255))
              }
            }
          }
        }
      }
      count = outer * to * inner
    }
  }
}
