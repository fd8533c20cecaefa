import Foundation
import TensorCore

/// An array as files know it: a shape and elements of one of the ``ElementType``s, row-major.
public struct StoredArray: Sendable, Equatable {
  /// The elements, row-major.
  public enum Elements: Sendable, Equatable {
    /// Doubles.
    case float64([Double])
    /// Singles.
    case float32([Float])
    /// Halves, as their bits.
    case float16([UInt16])
    /// Upper halves of singles, as their bits.
    case bfloat16([UInt16])
    /// Numbers of 8 bits with 3 of fraction, as their bits.
    case float8e4m3([UInt8])
    /// Numbers of 8 bits with 2 of fraction, as their bits.
    case float8e5m2([UInt8])
    /// 64-bit integers.
    case int64([Int64])
    /// 32-bit integers.
    case int32([Int32])
    /// 16-bit integers.
    case int16([Int16])
    /// 8-bit integers.
    case int8([Int8])
    /// 64-bit integers without sign.
    case uint64([UInt64])
    /// 32-bit integers without sign.
    case uint32([UInt32])
    /// 16-bit integers without sign.
    case uint16([UInt16])
    /// Bytes.
    case uint8([UInt8])
    /// Truth values.
    case bool([Bool])
  }

  /// The extents; empty for a single number.
  public let shape: [Int]
  /// The elements, as many as the product of ``shape``.
  public let elements: Elements

  /// An array of a shape; requires as many elements as the shape has places.
  public init(shape: [Int], elements: Elements) {
    require(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == elements.count,
      "StoredArray.init: shape \(shape) needs \(shape.reduce(1, *)) elements, got \(elements.count)"
    )
    self.shape = shape
    self.elements = elements
  }

  /// Doubles; of rank 1 unless a shape is given.
  public init(_ values: [Double], shape: [Int]? = nil) {
    self.init(shape: shape ?? [values.count], elements: .float64(values))
  }

  /// Singles; of rank 1 unless a shape is given.
  public init(_ values: [Float], shape: [Int]? = nil) {
    self.init(shape: shape ?? [values.count], elements: .float32(values))
  }

  /// Integers, stored with 64 bits; of rank 1 unless a shape is given.
  public init(_ values: [Int], shape: [Int]? = nil) {
    self.init(shape: shape ?? [values.count], elements: .int64(values.map(Int64.init)))
  }

  /// Bytes; of rank 1 unless a shape is given.
  public init(_ values: [UInt8], shape: [Int]? = nil) {
    self.init(shape: shape ?? [values.count], elements: .uint8(values))
  }

  /// Truth values; of rank 1 unless a shape is given.
  public init(_ values: [Bool], shape: [Int]? = nil) {
    self.init(shape: shape ?? [values.count], elements: .bool(values))
  }

  /// How many elements.
  public var count: Int { elements.count }
  /// Of which type.
  public var elementType: ElementType { elements.type }

  /// The elements as floating-point numbers, row-major; truth values become 0 and 1.
  public func values<Number: BinaryFloatingPoint>(as type: Number.Type = Number.self) -> [Number] {
    switch elements {
    case .float64(let values): (values as? [Number]) ?? values.map { Number($0) }
    case .float32(let values): (values as? [Number]) ?? values.map { Number($0) }
    case .float16(let bits): bits.map { Number(HalfPrecision.float(half: $0)) }
    case .bfloat16(let bits): bits.map { Number(HalfPrecision.float(brain: $0)) }
    case .float8e4m3(let bits): bits.map { Number(HalfPrecision.float(e4m3: $0)) }
    case .float8e5m2(let bits): bits.map { Number(HalfPrecision.float(e5m2: $0)) }
    case .int64(let values): values.map { Number($0) }
    case .int32(let values): values.map { Number($0) }
    case .int16(let values): values.map { Number($0) }
    case .int8(let values): values.map { Number($0) }
    case .uint64(let values): values.map { Number($0) }
    case .uint32(let values): values.map { Number($0) }
    case .uint16(let values): values.map { Number($0) }
    case .uint8(let values): values.map { Number($0) }
    case .bool(let values): values.map { $0 ? 1 : 0 }
    }
  }

  /// The elements as integers, row-major, or nil if the type is a floating-point one or a number exceeds `Int.max`.
  public var integers: [Int]? {
    switch elements {
    case .int64(let values): values.map(Int.init)
    case .int32(let values): values.map(Int.init)
    case .int16(let values): values.map(Int.init)
    case .int8(let values): values.map(Int.init)
    case .uint64(let values):
      values.allSatisfy { $0 <= UInt64(Int.max) } ? values.map { Int($0) } : nil
    case .uint32(let values): values.map(Int.init)
    case .uint16(let values): values.map(Int.init)
    case .uint8(let values): values.map(Int.init)
    case .bool(let values): values.map { $0 ? 1 : 0 }
    case .float64, .float32, .float16, .bfloat16, .float8e4m3, .float8e5m2: nil
    }
  }

  /// The bytes, little-endian and row-major, as every format here has them.
  public var bytes: [UInt8] {
    elements.withUnsafeBytes { Array($0) }
  }
}

extension StoredArray.Elements {
  /// How many.
  public var count: Int {
    switch self {
    case .float64(let values): values.count
    case .float32(let values): values.count
    case .float16(let values), .bfloat16(let values), .uint16(let values): values.count
    case .int64(let values): values.count
    case .int32(let values): values.count
    case .int16(let values): values.count
    case .int8(let values): values.count
    case .uint64(let values): values.count
    case .uint32(let values): values.count
    case .uint8(let values), .float8e4m3(let values), .float8e5m2(let values): values.count
    case .bool(let values): values.count
    }
  }

  /// Of which type.
  public var type: ElementType {
    switch self {
    case .float64: .float64
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float8e4m3: .float8e4m3
    case .float8e5m2: .float8e5m2
    case .int64: .int64
    case .int32: .int32
    case .int16: .int16
    case .int8: .int8
    case .uint64: .uint64
    case .uint32: .uint32
    case .uint16: .uint16
    case .uint8: .uint8
    case .bool: .bool
    }
  }

  /// The elements' memory. All processors that Swift runs on here are little-endian, as are the formats.
  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch self {
    case .float64(let values): values.withUnsafeBytes(body)
    case .float32(let values): values.withUnsafeBytes(body)
    case .float16(let values), .bfloat16(let values), .uint16(let values):
      values.withUnsafeBytes(body)
    case .int64(let values): values.withUnsafeBytes(body)
    case .int32(let values): values.withUnsafeBytes(body)
    case .int16(let values): values.withUnsafeBytes(body)
    case .int8(let values): values.withUnsafeBytes(body)
    case .uint64(let values): values.withUnsafeBytes(body)
    case .uint32(let values): values.withUnsafeBytes(body)
    case .uint8(let values), .float8e4m3(let values), .float8e5m2(let values):
      values.withUnsafeBytes(body)
    case .bool(let values): values.withUnsafeBytes(body)
    }
  }

  /// Elements of a type from their little-endian bytes; the number of bytes must fit.
  init(_ type: ElementType, bytes: UnsafeRawBufferPointer) {
    func array<Element: BitwiseCopyable>(_: Element.Type) -> [Element] {
      let count = bytes.count / MemoryLayout<Element>.size
      return [Element](unsafeUninitializedCapacity: count) { buffer, filled in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * MemoryLayout<Element>.size)]))
        filled = count
      }
    }
    self =
      switch type {
      case .float64: .float64(array(Double.self))
      case .float32: .float32(array(Float.self))
      case .float16: .float16(array(UInt16.self))
      case .bfloat16: .bfloat16(array(UInt16.self))
      case .float8e4m3: .float8e4m3(Array(bytes))
      case .float8e5m2: .float8e5m2(Array(bytes))
      case .int64: .int64(array(Int64.self))
      case .int32: .int32(array(Int32.self))
      case .int16: .int16(array(Int16.self))
      case .int8: .int8(array(Int8.self))
      case .uint64: .uint64(array(UInt64.self))
      case .uint32: .uint32(array(UInt32.self))
      case .uint16: .uint16(array(UInt16.self))
      case .uint8: .uint8(Array(bytes))
      case .bool: .bool(bytes.map { $0 != 0 })
      }
  }
}
