/// A colour of a picture, 8 bits a part.
public struct Colour: Sendable, Hashable {
  /// The parts, from 0 to 255.
  public var red, green, blue: UInt8

  /// A colour from its parts.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// What lies between pictures: dark, since much of what scene models draw stands on black, and so that it looks the same
  /// on a light page and on a dark one.
  public static let page = Colour(36, 40, 48)
  /// The colour of captions on ``page``.
  public static let caption = Colour(214, 220, 228)
  /// The true boxes.
  public static let truth = Colour(255, 255, 255)
  /// Predictions that hit an object.
  public static let hit = Colour(0, 224, 150)
  /// Predictions that hit none.
  public static let miss = Colour(255, 64, 129)
  /// Predictions where there is no truth to hold against them.
  public static let detection = Colour(255, 214, 10)

  /// This colour with a share of another, from 0 (none) to 1.
  public func mixed(with other: Colour, _ share: Double) -> Colour {
    let share = min(1, max(0, share))
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) * (1 - share) + Double(b) * share).rounded())
    }
    return Colour(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// A colour for the segment number `index`, told from those of its neighbours.
  ///
  /// Hues go round by the golden angle, so that any first few are far apart; brightness changes with them, so that they are
  /// told apart without colours too. Negative numbers are black.
  public static func segment(_ index: Int) -> Colour {
    guard index >= 0 else { return Colour(0, 0, 0) }
    let turn = (0.58 + 0.618_033_988_75 * Double(index)).truncatingRemainder(dividingBy: 1)
    let value = [0.95, 0.72, 0.85][index % 3]
    let saturation = index % 2 == 0 ? 0.65 : 0.8
    func part(_ shift: Double) -> UInt8 {
      let place = (turn * 6 + shift).truncatingRemainder(dividingBy: 6)
      let ramp = max(0, min(1, min(place, 4 - place)))
      return UInt8((255 * value * (1 - saturation * ramp)).rounded())
    }
    return Colour(part(5), part(3), part(1))
  }
}
