/// The element types that every array format here shares.
///
/// Numbers of 16 and 8 bits with a point are kept as their bits and widened on conversion.
public enum ElementType: String, Sendable, CaseIterable {
  /// IEEE 754 double, 8 bytes.
  case float64
  /// IEEE 754 single, 4 bytes.
  case float32
  /// IEEE 754 half, 2 bytes.
  case float16
  /// The upper half of an IEEE 754 single, 2 bytes.
  case bfloat16
  /// 1 sign bit, 4 of exponent, 3 of fraction, no infinities (OCP 8-bit floating point, E4M3), 1 byte.
  case float8e4m3
  /// 1 sign bit, 5 of exponent, 2 of fraction (OCP 8-bit floating point, E5M2), 1 byte.
  case float8e5m2
  /// Signed, 8 bytes.
  case int64
  /// Signed, 4 bytes.
  case int32
  /// Signed, 2 bytes.
  case int16
  /// Signed, 1 byte.
  case int8
  /// Unsigned, 8 bytes.
  case uint64
  /// Unsigned, 4 bytes.
  case uint32
  /// Unsigned, 2 bytes.
  case uint16
  /// Unsigned, 1 byte.
  case uint8
  /// 0 or 1 in 1 byte.
  case bool

  /// The size of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float8e4m3, .float8e5m2, .int8, .uint8, .bool: 1
    }
  }
}
