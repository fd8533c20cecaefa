/// The IDX format of MNIST: an array of bytes with a short header; plain or gzip-compressed.
///
/// The header is `00 00 08 D`: 8 for unsigned bytes, D extents; then the D extents as 32-bit big-endian numbers, then the
/// bytes, row-major.
///
/// Source: LeCun, Cortes and Burges, the page of the MNIST database.
public enum IDX {
  /// Reads a file; whether it is compressed is seen from its first bytes, not from its name.
  ///
  /// - Throws: ``StorageError`` if the file cannot be read, was cut short, or is no IDX file of unsigned bytes.
  public static func read(from path: String) throws(StorageError) -> StoredArray {
    let file = try FileBytes.read(path)
    return try decode(
      file.starts(with: [0x1f, 0x8b]) ? Gzip.inflate(file, path: path) : file, path: path)
  }

  /// Decodes the uncompressed bytes of a file.
  ///
  /// - Parameters:
  ///   - file: all bytes.
  ///   - path: for the error.
  /// - Throws: ``StorageError/malformed(path:at:expected:found:advice:)`` for another header or bytes behind the array,
  ///   ``StorageError/unsupported(path:at:expected:found:advice:)`` for other numbers than unsigned bytes,
  ///   ``StorageError/truncated(path:at:expected:found:advice:)`` if bytes are missing.
  public static func decode(_ file: [UInt8], path: String) throws(StorageError) -> StoredArray {
    try FileSample(file).check(is: .idx, path: path, at: "IDX, header")
    guard file.count >= 4 else {
      throw .truncated(
        path: path, at: "IDX, header", expected: "at least 4 bytes", found: "\(file.count)")
    }
    guard file[0] == 0, file[1] == 0, file[3] > 0 else {
      throw .malformed(
        path: path, at: "IDX, header", expected: "00 00, a type and a number of extents",
        found: "the bytes \(file[0..<4].map { String($0, radix: 16) }.joined(separator: " "))")
    }
    guard file[2] == 0x08 else {
      throw .unsupported(
        path: path, at: "IDX, header", expected: "unsigned bytes (type 8)",
        found: "type \(file[2])")
    }
    let start = 4 + 4 * Int(file[3])
    guard file.count >= start else {
      throw .truncated(
        path: path, at: "IDX, extents", expected: "\(start) bytes", found: "\(file.count)")
    }
    let shape = stride(from: 4, to: start, by: 4).map { place in
      file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    let count = byteCount(of: shape, .uint8) ?? .max
    let extents = shape.map(String.init).joined(separator: " x ")
    guard file.count - start >= count else {
      throw .truncated(
        path: path, at: "IDX, array of \(extents)", expected: "\(count) bytes",
        found: "\(file.count - start)")
    }
    guard file.count - start == count else {
      throw .malformed(
        path: path, at: "IDX, array of \(extents)", expected: "\(count) bytes",
        found: "\(file.count - start)")
    }
    return StoredArray(Array(file[start...]), shape: shape)
  }
}
