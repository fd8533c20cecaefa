import Storage

/// How images of other sizes are brought to the size that a model wants.
public enum SceneFit: Sendable, Hashable {
  /// They stay as they are.
  case none
  /// To a square of this side, whatever their proportions: as Atari frames are.
  case square(Int)
  /// The shorter side to this length, in proportion: as the rooms are.
  case shorterSide(Int)
  /// To a square of this side, in proportion: what the longer side has beyond the middle is cut off.
  case croppedSquare(Int)
  /// To a square of this side, in proportion: the shorter side gets black on both ends.
  case paddedSquare(Int)

  /// The image resized as Pillow does.
  func applied(to image: Image) -> Image {
    switch self {
    case .none: image
    case .square(let side): image.resized(height: side, width: side)
    case .shorterSide(let side): image.resized(shorterSide: side)
    case .croppedSquare(let side):
      Self.centred(image, side: min(image.height, image.width)).resized(height: side, width: side)
    case .paddedSquare(let side):
      Self.centred(image, side: max(image.height, image.width)).resized(height: side, width: side)
    }
  }

  /// The picture in the middle of a square: what lies outside is cut off, what is missing is black.
  private static func centred(_ image: Image, side: Int) -> Image {
    if image.height == side && image.width == side { return image }
    let (down, right) = ((side - image.height) / 2, (side - image.width) / 2)
    var bytes = [UInt8](repeating: 0, count: side * side * image.channels)
    let columns = max(0, right)..<min(side, right + image.width)
    for row in max(0, down)..<min(side, down + image.height) {
      let source = ((row - down) * image.width + columns.lowerBound - right) * image.channels
      let target = (row * side + columns.lowerBound) * image.channels
      let length = columns.count * image.channels
      bytes.replaceSubrange(
        target..<target + length, with: image.bytes[source..<source + length])
    }
    return Image(height: side, width: side, channels: image.channels, bytes: bytes)
  }

  /// The size of an image afterwards.
  func size(height: Int, width: Int) -> (height: Int, width: Int) {
    switch self {
    case .none: return (height, width)
    case .square(let side), .croppedSquare(let side), .paddedSquare(let side): return (side, side)
    case .shorterSide(let side):
      let longer = Image.longerSide(height: height, width: width, shorter: side)
      return width <= height ? (longer, side) : (side, longer)
    }
  }

  static func mismatch(
    _ path: String, _ found: (height: Int, width: Int), _ size: (height: Int, width: Int)
  ) -> DatasetError {
    .unexpected(
      path: path, at: "size", expected: "\(size.width) x \(size.height) as the first image has",
      found: "\(found.width) x \(found.height)",
      advice: "leave the file out, or bring all to one square size")
  }
}
