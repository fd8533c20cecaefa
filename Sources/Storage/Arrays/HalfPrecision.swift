/// The floating-point forms of 16 and 8 bits, widened to `Float`.
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

  /// E5M2: the upper 8 bits of a half.
  static func float(e5m2 bits: UInt8) -> Float { float(half: UInt16(bits) << 8) }

  /// E4M3: bias 7, no infinities; all ones stand for not-a-number.
  static func float(e4m3 bits: UInt8) -> Float {
    let sign: Float = bits & 0x80 == 0 ? 1 : -1
    let exponent = Int(bits >> 3 & 0xf)
    let fraction = Float(bits & 0x7)
    if bits & 0x7f == 0x7f { return .nan }
    if exponent == 0 { return sign * fraction * 0x1p-9 }
    return sign * (1 + fraction * 0x1p-3)
      * Float(sign: .plus, exponent: exponent - 7, significand: 1)
  }
}
