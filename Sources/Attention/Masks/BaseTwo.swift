/// log₂e: scores are kept in base 2.
let log2e: Float = 1.442_695_04

/// Numbers of the size of scores in base 2, where the largest ones times log₂e would be infinite.
///
/// Up to 2¹²⁵ the map is the product with log₂e, and from there on a line that ends at the largest number: an additive mask of
/// −`Float.greatestFiniteMagnitude` stays finite and below one of −3.4 · 10³⁸. Twin of `ck_mask_add_bias`.
enum BaseTwo {
  private static let slope = (8 - log2e) / 7
  private static let offset = (log2e - slope) * 0x1p125

  /// A bias in base 2; −∞ stays.
  static func bias(_ x: Float) -> Float {
    guard x.isFinite && x.magnitude > 0x1p125 else { return x * log2e }
    let magnitude = slope * x.magnitude + offset
    return Float(signOf: x, magnitudeOf: min(magnitude, .greatestFiniteMagnitude))
  }

  /// The way back: a score of base 2 in nats.
  static func nats(_ x: Float) -> Float {
    guard x.isFinite && x.magnitude > log2e * 0x1p125 else { return x * ln2 }
    let magnitude = (x.magnitude - offset) / slope
    return Float(signOf: x, magnitudeOf: min(magnitude, .greatestFiniteMagnitude))
  }
}
