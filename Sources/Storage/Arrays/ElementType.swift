/// The element types that every array format here shares.
///
/// Half-precision numbers are kept as their 16 bits and widened on conversion.
public enum ElementType: String, Sendable, CaseIterable {
  /// IEEE 754 double, 8 bytes.
  case float64
  /// IEEE 754 single, 4 bytes.
  case float32
  /// IEEE 754 half, 2 bytes.
  case float16
  /// The upper half of an IEEE 754 single, 2 bytes.
  case bfloat16
  /// Signed, 8 bytes.
  case int64
  /// Signed, 4 bytes.
  case int32
  /// Unsigned, 1 byte.
  case uint8
  /// 0 or 1 in 1 byte.
  case bool

  /// The size of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .uint8, .bool: 1
    }
  }
}
