import CKernels
import TensorCore

/// An array of 16-bit numbers with a shape, row-major and contiguous; a value with copy-on-write.
///
/// It stores queries, keys and values at half the bytes; all sums over it are kept in float32. Two are equal if their
/// shapes, formats and bits are.
public struct HalfTensor: Sendable, Equatable {
  /// What the 16 bits mean.
  public enum Format: String, Sendable, Codable, CaseIterable {
    /// 8 bits of exponent and 7 of fraction: the range of float32, errors to 2⁻⁹ of a number.
    case bfloat16
    /// IEEE binary16, 5 bits of exponent and 10 of fraction: magnitudes to 65504, errors to 2⁻¹² of a number.
    case float16
  }

  /// The extents.
  public let shape: Shape
  /// What the 16 bits mean.
  public let format: Format
  private var storage: PoolBuffer<UInt16>

  /// The elements of `x`, rounded to nearest, ties to even. What is too large becomes infinite, NaN stays NaN.
  public init(_ x: Tensor<Float>, format: Format) {
    self.init(shape: x.shape, format: format) { bits in
      x.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = bits.baseAddress else { return }
        switch format {
        case .bfloat16: ck_bfloat16_from_float(from, to, source.count)
        case .float16: ck_float16_from_float(from, to, source.count)
        }
      }
    }
  }

  /// A tensor whose bits `body` writes; the memory it gets is not initialised, and `body` must fill all of it.
  public init(
    shape: Shape, format: Format,
    initializingWith body: (UnsafeMutableBufferPointer<UInt16>) throws -> Void
  ) rethrows {
    self.shape = shape
    self.format = format
    storage = PoolBuffer(count: shape.count)
    try body(storage.elements)
  }

  /// The number of axes.
  public var rank: Int { shape.rank }
  /// The number of elements.
  public var count: Int { shape.count }

  /// The same numbers in float32, exactly.
  public func converted() -> Tensor<Float> {
    Tensor(shape: shape) { output in
      withUnsafeBufferPointer { bits in
        guard let from = bits.baseAddress, let to = output.baseAddress else { return }
        switch format {
        case .bfloat16: ck_float_from_bfloat16(from, to, bits.count)
        case .float16: ck_float_from_float16(from, to, bits.count)
        }
      }
    }
  }

  /// Calls `body` with the bits of the elements.
  public func withUnsafeBufferPointer<Result>(
    _ body: (UnsafeBufferPointer<UInt16>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) { try body(UnsafeBufferPointer(storage.elements)) }
  }

  /// Calls `body` with the bits of the elements to change, after making this value their only owner.
  public mutating func withUnsafeMutableBufferPointer<Result>(
    _ body: (UnsafeMutableBufferPointer<UInt16>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = PoolBuffer<UInt16>(count: count)
      _ = copy.elements.initialize(from: storage.elements)
      storage = copy
    }
    return try withExtendedLifetime(storage) { try body(storage.elements) }
  }

  /// Whether shapes, formats and bits are equal.
  public static func == (a: HalfTensor, b: HalfTensor) -> Bool {
    a.shape == b.shape && a.format == b.format
      && a.storage.elements.elementsEqual(b.storage.elements)
  }
}
