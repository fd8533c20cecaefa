import Foundation

/// NumPy's format for one array: a magic word, a version, a Python dictionary, the elements.
///
/// Read are `f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1` in either byte order and either element order; written are the same,
/// little-endian and row-major (format: numpy.lib.format, versions 1.0 to 3.0).
public enum NPY {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads a `.npy` file.
  ///
  /// - Throws: ``StorageError`` if the file cannot be read, was cut short, breaks a rule of the format or
  ///   holds elements of another type.
  public static func read(from path: String) throws(StorageError) -> StoredArray {
    try decode(FileBytes.read(path), path: path, location: "npy")
  }

  /// Replaces the file at `path` by a `.npy` file of the array.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, or
  ///   ``StorageError/unsupported(path:at:expected:found:advice:)`` for bfloat16 and numbers of 8 bits, which NumPy lacks.
  public static func write(_ array: StoredArray, to path: String) throws(StorageError) {
    try AtomicFile.write(encode(array, path: path), to: path)
  }

  /// The array as the bytes of a `.npy` file; `path` is for the error.
  ///
  /// - Throws: ``StorageError/unsupported(path:at:expected:found:advice:)`` for the types that NumPy lacks.
  public static func encode(_ array: StoredArray, path: String) throws(StorageError) -> [UInt8] {
    guard let descr = array.elementType.numPyName else {
      throw .unsupported(
        path: path, at: "npy", expected: "a type that NumPy has",
        found: array.elementType.rawValue, advice: "convert the array to float32 first")
    }
    let extents = array.shape.map(String.init).joined(separator: ", ")
    let tuple = array.shape.count == 1 ? "(\(extents),)" : "(\(extents))"
    var text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': \(tuple), }"
    // The elements start at a multiple of 64 bytes; 10 stand before the text and 1 ends it.
    text += String(repeating: " ", count: (64 - (text.utf8.count + 11) % 64) % 64) + "\n"
    let length = withUnsafeBytes(of: UInt16(text.utf8.count).littleEndian) { Array($0) }
    return magic + [1, 0] + length + Array(text.utf8) + array.bytes
  }

  /// Reads the bytes of a whole `.npy` file; `path` and `location` are for the errors.
  ///
  /// - Throws: ``StorageError`` as ``read(from:)`` does.
  public static func decode(
    _ bytes: [UInt8], path: String, location: String
  ) throws(StorageError) -> StoredArray {
    try FileSample(bytes).check(is: .npy, path: path, at: "\(location), byte 0")
    guard bytes.count >= 10 else {
      throw .truncated(
        path: path, at: location, expected: "at least 10 bytes", found: "\(bytes.count)")
    }
    guard bytes.starts(with: magic) else {
      throw .malformed(
        path: path, at: "\(location), byte 0", expected: "\\x93NUMPY",
        found: "\(bytes[..<6])", advice: "this is no npy file")
    }
    guard (1...3).contains(bytes[6]), bytes[7] == 0 else {
      throw .unsupported(
        path: path, at: "\(location), byte 6", expected: "version 1.0, 2.0 or 3.0",
        found: "\(bytes[6]).\(bytes[7])")
    }
    let lengthSize = bytes[6] == 1 ? 2 : 4
    let textStart = 8 + lengthSize
    guard bytes.count >= textStart else {
      throw .truncated(
        path: path, at: location, expected: "at least \(textStart) bytes", found: "\(bytes.count)")
    }
    let textCount = bytes[8..<textStart].reversed().reduce(0) { $0 << 8 | Int($1) }
    let dataStart = textStart + textCount
    guard bytes.count >= dataStart else {
      throw .truncated(
        path: path, at: "\(location), header", expected: "\(textCount) bytes",
        found: "\(bytes.count - textStart)")
    }
    var parser = NPYHeaderParser(
      text: bytes[textStart..<dataStart], path: path, location: "\(location), header")
    let header = try parser.header()
    guard let size = byteCount(of: header.shape, header.type) else {
      throw .malformed(
        path: path, at: "\(location), header", expected: "a size that fits 64 bits",
        found: "shape \(header.shape)")
    }
    let found = bytes.count - dataStart
    guard found >= size else {
      throw .truncated(
        path: path, at: "\(location), data",
        expected: "\(size) bytes for shape \(header.shape) of \(header.type)", found: "\(found)")
    }
    guard found == size else {
      throw .malformed(
        path: path, at: "\(location), data",
        expected: "\(size) bytes for shape \(header.shape) of \(header.type)", found: "\(found)",
        advice: "bytes follow the array: the file is damaged")
    }
    return array(bytes, from: dataStart, header)
  }

  private static func array(
    _ bytes: [UInt8], from start: Int, _ header: NPYHeader
  ) -> StoredArray {
    let width = header.type.byteCount
    let count = (bytes.count - start) / width
    guard header.isBigEndian && width > 1 || header.isFortranOrder && header.shape.count > 1 else {
      let elements = bytes.withUnsafeBytes {
        StoredArray.Elements(header.type, bytes: UnsafeRawBufferPointer(rebasing: $0[start...]))
      }
      return StoredArray(shape: header.shape, elements: elements)
    }
    var ordered = [UInt8](repeating: 0, count: bytes.count - start)
    let strides = header.isFortranOrder ? columnMajorStrides(header.shape) : nil
    var index = [Int](repeating: 0, count: header.shape.count)
    for target in 0..<count {
      var source = target
      if let strides {
        source = 0
        for axis in index.indices { source += index[axis] * strides[axis] }
        for axis in index.indices.reversed() {
          index[axis] += 1
          if index[axis] < header.shape[axis] { break }
          index[axis] = 0
        }
      }
      for byte in 0..<width {
        ordered[target * width + byte] =
          bytes[start + source * width + (header.isBigEndian ? width - 1 - byte : byte)]
      }
    }
    let elements = ordered.withUnsafeBytes { StoredArray.Elements(header.type, bytes: $0) }
    return StoredArray(shape: header.shape, elements: elements)
  }

  private static func columnMajorStrides(_ shape: [Int]) -> [Int] {
    var strides: [Int] = []
    var stride = 1
    for extent in shape {
      strides.append(stride)
      stride *= extent
    }
    return strides
  }
}

extension ElementType {
  /// NumPy's word for the type, little-endian, or nil if it has none.
  var numPyName: String? {
    switch self {
    case .float64: "<f8"
    case .float32: "<f4"
    case .float16: "<f2"
    case .bfloat16, .float8e4m3, .float8e5m2: nil
    case .int64: "<i8"
    case .int32: "<i4"
    case .int16: "<i2"
    case .int8: "|i1"
    case .uint64: "<u8"
    case .uint32: "<u4"
    case .uint16: "<u2"
    case .uint8: "|u1"
    case .bool: "|b1"
    }
  }
}
