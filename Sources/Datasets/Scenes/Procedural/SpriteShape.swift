/// The shape of a procedural object.
public enum SpriteShape: String, Sendable, Hashable, Codable, CaseIterable {
  /// A filled circle.
  case disc
  /// A filled square.
  case square
  /// A filled triangle of equal sides.
  case triangle
  /// A circle with a hole of half its width.
  case ring
  /// Two bars across one another.
  case cross
  /// A star with five points.
  case star

  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The farthest that any shape goes from its centre, in half sizes.
  static let reach: Float = 1.25

  /// The distance of a point to the edge, negative inside; exact beside edges and too small beyond corners.
  ///
  /// The unit is half the object's size, its centre is 0, and y grows downwards.
  func distance(_ x: Float, _ y: Float) -> Float {
    switch self {
    case .disc: return (x * x + y * y).squareRoot() - 1
    case .square: return max(x.magnitude, y.magnitude) - 0.88
    case .ring: return ((x * x + y * y).squareRoot() - 0.75).magnitude - 0.25
    case .triangle:
      // The three sides at distance 0.6 from the centre, whose corners are at 1.2.
      return max(y, x.magnitude * 0.866_025_4 - y * 0.5) - 0.6
    case .cross:
      let (a, b) = (max(x.magnitude, y.magnitude), min(x.magnitude, y.magnitude))
      return max(a - 1, b - 0.36)
    case .star: return Self.star(x, y)
    }
  }

  /// A star of five points at distance 1.2 whose inner corners are at 0.55: the plane folded onto a tenth of the star,
  /// where its edge is one straight piece.
  private static func star(_ x: Float, _ y: Float) -> Float {
    let (cosine, sine) = (Float(0.809_017), Float(0.587_785_25))
    var (x, y) = (x.magnitude, -y)
    var beyond = 2 * max(x * cosine - y * sine, 0)
    x -= beyond * cosine
    y += beyond * sine
    beyond = 2 * max(-x * cosine - y * sine, 0)
    x += beyond * cosine
    y += beyond * sine
    x = x.magnitude
    // The edge from the point (0, 1.2) to the inner corner at an angle of 36 degrees, and its outward normal.
    let (cornerX, cornerY) = (0.55 * sine, 0.55 * cosine)
    let (normalX, normalY) = (1.2 - cornerY, cornerX)
    let length = (normalX * normalX + normalY * normalY).squareRoot()
    return (x * normalX + (y - 1.2) * normalY) / length
  }
}
