import TensorCore

extension Image {
  /// Pictures of one size side by side, row by row, for looking at.
  ///
  /// - Parameters:
  ///   - pictures: all of the same extents and channels; at least one.
  ///   - columns: how many in a row.
  ///   - gap: the pixels between neighbours and around all of them.
  ///   - shade: the value of the pixels between.
  public static func grid(
    of pictures: [Image], columns: Int, gap: Int = 2, shade: UInt8 = 255
  ) -> Image {
    let first = pictures.first
    require(
      first.map { first in
        pictures.allSatisfy {
          ($0.height, $0.width, $0.channels) == (first.height, first.width, first.channels)
        }
      } == true && columns > 0 && gap >= 0,
      "Image.grid: wants pictures of one size, a positive number of columns and no negative gap, "
        + "got \(pictures.count) pictures, \(columns) columns, gap \(gap)")
    let cell = first!
    let rows = (pictures.count + columns - 1) / columns
    var sheet = Image(
      height: rows * (cell.height + gap) + gap, width: columns * (cell.width + gap) + gap,
      channels: cell.channels, repeating: shade)
    let line = cell.width * cell.channels
    for (index, picture) in pictures.enumerated() {
      let top = gap + index / columns * (cell.height + gap)
      let left = gap + index % columns * (cell.width + gap)
      for row in 0..<cell.height {
        let start = ((top + row) * sheet.width + left) * cell.channels
        sheet.bytes.replaceSubrange(
          start..<(start + line), with: picture.bytes[(row * line)..<((row + 1) * line)])
      }
    }
    return sheet
  }

  /// Each pixel repeated `factor` times along both axes.
  public func enlarged(by factor: Int) -> Image {
    require(factor > 0, "Image.enlarged: the factor must be positive, got \(factor)")
    var result = Image(height: height * factor, width: width * factor, channels: channels)
    let line = result.width * channels
    let bytes = [UInt8](unsafeUninitializedCapacity: result.bytes.count) { out, count in
      for row in 0..<result.height {
        let source = row / factor * width * channels
        for column in 0..<result.width {
          for channel in 0..<channels {
            out[row * line + column * channels + channel] =
              self.bytes[source + column / factor * channels + channel]
          }
        }
      }
      count = result.height * line
    }
    result.bytes = bytes
    return result
  }
}
