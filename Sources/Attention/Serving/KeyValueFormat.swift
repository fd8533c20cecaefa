import CKernels
import TensorCore

/// How a store keeps the numbers of keys and values; all sums over them are float32.
public enum KeyValueFormat: String, Sendable, Codable, CaseIterable {
  /// As they come.
  case float32
  /// Half the bytes, errors to 2⁻⁹ of a number.
  case bfloat16
  /// Half the bytes, errors to 2⁻¹² of a number, magnitudes to 65504.
  case float16

  /// The bytes of a number.
  public var bytes: Int { self == .float32 ? 4 : 2 }

  /// The number that the kernels know it by.
  var code: Int32 {
    switch self {
    case .float32: Int32(CK_FLOAT32)
    case .bfloat16: Int32(CK_BFLOAT16)
    case .float16: Int32(CK_FLOAT16)
    }
  }
}

/// Where the numbers of a block of tokens stand.
///
/// A block holds ``tokens`` tokens of all key-value heads, one head after the other, each first its keys and then its
/// values, in the panels that `CKernelsDecode.h` describes: so laid out, both products of attention read memory in one
/// forward stream.
struct KeyValueBlockLayout: Sendable, Hashable {
  /// The tokens of a block.
  static let tokens = Int(CK_BLOCK)
  /// The tokens of a panel of keys.
  static let panel = Int(CK_PANEL)

  let heads, width: Int
  let format: KeyValueFormat

  /// The width rounded up to the vectors of the kernels.
  var paddedWidth: Int { (width + 15) / 16 * 16 }
  /// The bytes of the keys of a head, and of its keys and values.
  var keyBytes: Int { Self.tokens * width * format.bytes }
  var headBytes: Int { keyBytes + Self.tokens * paddedWidth * format.bytes }
  /// The bytes of a block.
  var bytes: Int { heads * headBytes }

  /// The blocks that hold `count` tokens.
  static func blocks(holding count: Int) -> Int { (count + tokens - 1) / tokens }

  func keys(_ block: UnsafeMutableRawPointer, head: Int) -> UnsafeMutableRawPointer {
    block + head * headBytes
  }
  func values(_ block: UnsafeMutableRawPointer, head: Int) -> UnsafeMutableRawPointer {
    block + head * headBytes + keyBytes
  }
}
