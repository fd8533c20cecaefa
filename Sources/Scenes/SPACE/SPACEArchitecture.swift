import TensorCore

/// The sizes of a SPACE model (Lin et al. 2020), from which strides and up-factors follow.
///
/// The authors' sizes are a side of 128, grids of 4, 8 and 16 and glimpses of 32, full width; for these the layers are
/// exactly theirs. Other sides are multiples of 16 from 32 to 256, whose ratio to the grid is a power of two.
public struct SPACEArchitecture: Sendable, Hashable {
  /// Height and width of an image in pixels.
  public let side: Int
  /// Cells along each side of the grid, `G`.
  public let grid: Int
  /// Background segments, `K`.
  public let components: Int
  /// Height and width of a glimpse in pixels: 8, 16 or 32.
  public let glimpse: Int
  /// What divides the channels of every hidden layer: 1, 2 or 4. Latent sizes and the numbers of groups stay.
  public let widthDivisor: Int
  /// Whether the coordinates −1 and 1 are the middles of the outermost pixels.
  ///
  /// The authors' results were made with PyTorch 1.3, whose samplers aligned corners; later versions do not unless told.
  public let alignsCorners: Bool

  /// Height and width of an image.
  public var image: PlaneSize { PlaneSize(height: side, width: side) }
  /// The cells of the grid, `N = G²`, row by row.
  public var cells: Int { grid * grid }
  /// The numbers of an object's appearance, `z_what`.
  public static let whatSize = 32
  /// The numbers of a background segment's mask, `z_m`, and of its appearance, `z_c`, each.
  public static let backgroundSize = 32
  /// The hidden numbers of the two recurrent cells.
  public static let recurrentSize = 64

  /// The sizes, looked at.
  ///
  /// - Throws: ``SceneError/architecture(_:expected:found:)`` if they fit no network.
  public init(
    side: Int = 128, grid: Int = 8, components: Int = 5, glimpse: Int = 32, widthDivisor: Int = 1,
    alignsCorners: Bool = true
  ) throws(SceneError) {
    guard side % 16 == 0, (32...256).contains(side) else {
      throw .architecture("side", expected: "a multiple of 16 from 32 to 256", found: "\(side)")
    }
    guard grid > 0, side % grid == 0, [2, 4, 8, 16, 32].contains(side / grid) else {
      let fitting = [2, 4, 8, 16, 32].filter { side % $0 == 0 }.map { "\(side / $0)" }
      throw .architecture(
        "grid",
        expected: "one of \(fitting.reversed().joined(separator: ", ")) for a side of \(side)",
        found: "\(grid)")
    }
    guard components >= 1 else {
      throw .architecture("components", expected: "at least 1", found: "\(components)")
    }
    guard [8, 16, 32].contains(glimpse) else {
      throw .architecture("glimpse", expected: "8, 16 or 32", found: "\(glimpse)")
    }
    guard [1, 2, 4].contains(widthDivisor) else {
      throw .architecture("widthDivisor", expected: "1, 2 or 4", found: "\(widthDivisor)")
    }
    self.side = side
    self.grid = grid
    self.components = components
    self.glimpse = glimpse
    self.widthDivisor = widthDivisor
    self.alignsCorners = alignsCorners
  }

  /// The channels of a hidden layer that has `channels` at full width.
  func width(_ channels: Int) -> Int { channels / widthDivisor }

  /// How often the foreground's image encoder halves the side: 1 to 5.
  var halvings: Int { (side / grid).trailingZeroBitCount }

  /// The last two factors by which the mask decoder grows, after 4 and 2: the most even split of what is left of the side,
  /// the larger first (4 and 4 for 128, 4 and 2 for 64).
  var lastUpFactors: (Int, Int) {
    let rest = side / 8
    let smaller = (1...rest).last { rest % $0 == 0 && $0 * $0 <= rest }!
    return (rest / smaller, smaller)
  }
}
