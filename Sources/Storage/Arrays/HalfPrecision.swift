/// The two 16-bit floating-point forms, widened to `Float`.
enum HalfPrecision {
  /// IEEE 754 binary16: 1 sign bit, 5 of exponent (bias 15), 10 of fraction.
  static func float(half bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1f)
    let fraction = Float(bits & 0x3ff)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (1 + fraction * 0x1p-10)
        * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }

  /// bfloat16: the upper 16 bits of a `Float`.
  static func float(brain bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}
