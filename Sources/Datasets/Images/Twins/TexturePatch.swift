import TensorCore

/// A coloured patch of a ``BackgroundTexture``.
enum TexturePatch {
  /// Colours `[side, side, 3]` in [0, 1] of a texture that is not plain.
  static func colours(side: Int, random: inout Philox) -> [Float] {
    let kinds = BackgroundTexture.Kind.allCases.filter { $0 != .plain }
    let texture = BackgroundTexture(
      kinds[random.next(below: kinds.count)], side: side, random: &random)
    let (x, y) = (64 * random.uniform(as: Float.self), 64 * random.uniform(as: Float.self))
    let (zero, one) = texture.colours
    var result: [Float] = []
    result.reserveCapacity(side * side * 3)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: side) { pattern in
      for row in 0..<side {
        texture.fill(pattern, x: x, y: y + Float(row))
        for share in pattern {
          let colour = zero.mixed(with: one, by: share)
          result += [colour.red, colour.green, colour.blue]
        }
      }
    }
    return result
  }

  /// The same as bytes.
  static func draw(side: Int, random: inout Philox) -> [UInt8] {
    colours(side: side, random: &random).map { UInt8(min(max($0, 0), 1) * 255 + 0.5) }
  }
}
