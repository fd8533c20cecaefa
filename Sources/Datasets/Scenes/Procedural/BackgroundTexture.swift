import TensorCore

/// A texture of the whole plane, of which a background is a window.
///
/// It mixes two muted colours by a pattern in [0, 1]. The unit of its coordinates is a pixel. Only additions, products,
/// quotients and square roots are used, so that the bits are the same everywhere.
public struct BackgroundTexture: Sendable {
  /// The pattern.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// One colour.
    case plain
    /// A slow wave between the colours.
    case gradient
    /// Soft parallel bands.
    case stripes
    /// A chessboard at an angle.
    case checks
    /// Clouds.
    case blobs

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
  }

  let kind: Kind
  /// The colours where the pattern is 0 and where it is 1.
  let colours: (SceneColour, SceneColour)
  /// A unit vector, which turns the pattern.
  private let direction: (x: Float, y: Float)
  /// Pixels for a period of the pattern.
  private let period: Float
  private let lattice: UInt32

  /// A texture of a kind, for images of a side.
  init(_ kind: Kind, side: Int, random: inout Philox) {
    self.kind = kind
    colours = SceneColour.mutedPair(&random)
    direction = Self.direction(&random)
    let share = random.uniform(as: Float.self)
    // Of the side: slow for gradients, and so that several bands and squares are in the image.
    let range: (Float, Float) =
      switch kind {
      case .plain, .gradient: (1.6, 2.6)
      case .stripes: (0.15, 0.4)
      case .checks: (0.3, 0.6)
      case .blobs: (0.2, 0.45)
      }
    period = (range.0 + share * (range.1 - range.0)) * Float(side)
    lattice = random.nextWord()
  }

  /// A direction with every angle equally likely.
  static func direction(_ random: inout Philox) -> (x: Float, y: Float) {
    while true {
      let x = 2 * random.uniform(as: Float.self) - 1
      let y = 2 * random.uniform(as: Float.self) - 1
      let square = x * x + y * y
      if square > 0.01 && square <= 1 {
        let length = square.squareRoot()
        return (x / length, y / length)
      }
    }
  }

  /// The pattern along a row of the plane, from `x` on.
  func fill(_ pattern: UnsafeMutableBufferPointer<Float>, x: Float, y: Float) {
    for i in 0..<pattern.count {
      let x = x + Float(i)
      let u = (x * direction.x + y * direction.y) / period
      switch kind {
      case .plain: pattern[i] = 0
      case .gradient: pattern[i] = Self.smooth(Self.wave(u))
      case .stripes:
        // Steep, with an edge of about two pixels.
        pattern[i] = Self.step(Self.wave(u) - 0.5, by: period / 4)
      case .checks:
        let v = (y * direction.x - x * direction.y) / period
        let (a, b) = (Self.wave(u) - 0.5, Self.wave(v) - 0.5)
        let (s, t) = (Self.step(a, by: period / 4), Self.step(b, by: period / 4))
        pattern[i] = s + t - 2 * s * t
      case .blobs:
        let v = (y * direction.x - x * direction.y) / period
        let value = 0.7 * noise(u, v, 0) + 0.3 * noise(2 * u + 17.3, 2 * v + 5.9, 1)
        pattern[i] = Self.smooth(min(max((value - 0.5) * 2 + 0.5, 0), 1))
      }
    }
  }

  /// A triangle wave of period 1 from 0 to 1 and back.
  private static func wave(_ u: Float) -> Float {
    let part = u - Self.floor(u)
    return 1 - (2 * part - 1).magnitude
  }

  /// The largest whole number not above `u`, without the call that `rounded(.down)` is on the oldest processors.
  private static func floor(_ u: Float) -> Float {
    let whole = Float(Int32(u))
    return whole > u ? whole - 1 : whole
  }

  private static func step(_ value: Float, by slope: Float) -> Float {
    min(max(value * slope + 0.5, 0), 1)
  }

  private static func smooth(_ t: Float) -> Float { t * t * (3 - 2 * t) }

  /// Random values at whole points, smoothly joined.
  private func noise(_ u: Float, _ v: Float, _ octave: UInt32) -> Float {
    let (left, top) = (Self.floor(u), Self.floor(v))
    let (s, t) = (Self.smooth(u - left), Self.smooth(v - top))
    let (i, j) = (Int32(left), Int32(top))
    let upper = value(i, j, octave) * (1 - s) + value(i &+ 1, j, octave) * s
    let lower = value(i, j &+ 1, octave) * (1 - s) + value(i &+ 1, j &+ 1, octave) * s
    return upper * (1 - t) + lower * t
  }

  /// A number in [0, 1) of a whole point: the finaliser of MurmurHash3 on its coordinates.
  private func value(_ i: Int32, _ j: Int32, _ octave: UInt32) -> Float {
    var hash = lattice &+ octave &* 0x9e37_79b9
    hash ^= UInt32(bitPattern: i) &* 0x85eb_ca6b
    hash = (hash ^ hash >> 13) &* 0xc2b2_ae35 ^ UInt32(bitPattern: j) &* 0x27d4_eb2f
    hash = (hash ^ hash >> 16) &* 0x85eb_ca6b
    hash = (hash ^ hash >> 13) &* 0xc2b2_ae35
    return Float((hash ^ hash >> 16) >> 8) * 0x1p-24
  }
}
