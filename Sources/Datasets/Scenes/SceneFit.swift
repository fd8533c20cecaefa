import Storage

/// How images of other sizes are brought to the size that a model wants.
public enum SceneFit: Sendable, Hashable {
  /// They stay as they are.
  case none
  /// To a square of this side, whatever their proportions: as Atari frames are.
  case square(Int)
  /// The shorter side to this length, in proportion: as the rooms are.
  case shorterSide(Int)

  /// The image resized as Pillow does.
  func applied(to image: Image) -> Image {
    switch self {
    case .none: image
    case .square(let side): image.resized(height: side, width: side)
    case .shorterSide(let side): image.resized(shorterSide: side)
    }
  }

  /// The size of an image afterwards.
  func size(height: Int, width: Int) -> (height: Int, width: Int) {
    switch self {
    case .none: return (height, width)
    case .square(let side): return (side, side)
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
