import TensorCore

/// A colour in [0, 1]³.
struct SceneColour: Sendable, Equatable {
  var red: Float
  var green: Float
  var blue: Float

  init(red: Float, green: Float, blue: Float) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// A colour by hue, saturation and value, each in [0, 1].
  init(hue: Float, saturation: Float, value: Float) {
    func part(_ offset: Float) -> Float {
      let place = offset + 6 * hue
      let k = place - 6 * (place / 6).rounded(.down)
      return value - value * saturation * max(0, min(min(k, 4 - k), 1))
    }
    self.init(red: part(5), green: part(3), blue: part(1))
  }

  /// The Euclidean distance to another colour.
  func distance(to other: SceneColour) -> Float {
    let (r, g, b) = (red - other.red, green - other.green, blue - other.blue)
    return (r * r + g * g + b * b).squareRoot()
  }

  func mixed(with other: SceneColour, by share: Float) -> SceneColour {
    SceneColour(
      red: red + share * (other.red - red), green: green + share * (other.green - green),
      blue: blue + share * (other.blue - blue))
  }

  /// Two colours of a background: pale or dark, and near one another.
  static func mutedPair(_ random: inout Philox) -> (SceneColour, SceneColour) {
    func draw(_ low: Float, _ high: Float) -> Float {
      low + (high - low) * random.uniform(as: Float.self)
    }
    let (hue, saturation, value) = (draw(0, 1), draw(0.1, 0.45), draw(0.2, 0.8))
    let first = SceneColour(hue: hue, saturation: saturation, value: value)
    let turn = draw(-0.12, 0.12)
    let step = draw(0.12, 0.22)
    let second = SceneColour(
      hue: hue + turn - (hue + turn).rounded(.down), saturation: saturation + draw(-0.1, 0.1),
      value: value > 0.5 ? value - step : value + step)
    return random.next(below: 2) == 0 ? (first, second) : (second, first)
  }

  /// A colour for an object: vivid, and of `draws` tries the first that is at least `distance` away from each of some
  /// colours, else the farthest.
  ///
  /// - Parameter hues: how many hues there are, evenly spaced; 0 for any.
  static func vivid(
    _ random: inout Philox, hues: Int, awayFrom others: [SceneColour], distance: Float = 0.5,
    draws: Int = 24
  ) -> SceneColour {
    var best = (colour: SceneColour(red: 1, green: 1, blue: 1), distance: -Float.infinity)
    for _ in 0..<draws {
      let colour: SceneColour
      if hues > 0 {
        let hue = Float(random.next(below: hues)) / Float(hues)
        colour = SceneColour(hue: hue, saturation: 0.85, value: 0.95)
      } else {
        let (hue, saturation, value) = (
          random.uniform(as: Float.self), random.uniform(as: Float.self),
          random.uniform(as: Float.self)
        )
        colour = SceneColour(hue: hue, saturation: 0.6 + 0.4 * saturation, value: 0.6 + 0.4 * value)
      }
      let nearest = others.map { colour.distance(to: $0) }.min() ?? .infinity
      if nearest > best.distance { best = (colour, nearest) }
      if nearest >= distance { break }
    }
    return best.colour
  }
}
