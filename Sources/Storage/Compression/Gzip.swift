import Foundation
import TensorCore

/// The gzip format (RFC 1952), for data sets that come as `.gz`.
public enum Gzip {
  /// Reads a `.gz` file and inflates it.
  ///
  /// - Throws: ``StorageError`` if the file cannot be read, was cut short, or is no gzip file.
  public static func read(from path: String) throws(StorageError) -> [UInt8] {
    try inflate(FileBytes.read(path), path: path)
  }

  /// Inflates all members of a gzip file; their lengths and check values must be right.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: for the error.
  /// - Throws: ``StorageError/truncated(path:at:expected:found:advice:)`` or
  ///   ``StorageError/malformed(path:at:expected:found:advice:)``.
  public static func inflate(_ bytes: [UInt8], path: String) throws(StorageError) -> [UInt8] {
    guard let zlib = Zlib.inflating(.gzip, expecting: bytes.count * 4) else {
      throw .unreadable(
        path: path, at: "gzip", expected: "memory for zlib", found: "none",
        advice: "give the program more memory")
    }
    var contents: [UInt8] = []
    var start = 0
    repeat {
      let result = bytes.withUnsafeBytes { all in
        zlib.inflate(
          UnsafeRawBufferPointer(rebasing: all[start...]), into: &contents, limit: .max)
      }
      switch result {
      case .whole(let consumed): start += consumed
      case .cutShort(let position):
        throw .truncated(
          path: path, at: "gzip, byte \(start + position)", expected: "more compressed bytes",
          found: "the end of the file")
      case .broken(let position, let reason):
        throw .malformed(
          path: path, at: "gzip, byte \(start + position)", expected: "gzip data", found: reason)
      case .tooLong:
        throw .malformed(
          path: path, at: "gzip", expected: "contents that fit the memory", found: "more")
      }
    } while start < bytes.count
    return contents
  }

  /// Deflates bytes into a gzip file with one member and no time in it.
  ///
  /// - Parameters:
  ///   - bytes: the contents.
  ///   - level: 1 is fastest, 9 is smallest.
  public static func deflate(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
    require((1...9).contains(level), "Gzip.deflate: level must be 1 to 9, got \(level)")
    let deflated = bytes.withUnsafeBytes { Zlib.deflated($0, .gzip, level: Int32(level)) }
    require(deflated != nil, "Gzip.deflate: zlib has no memory for \(bytes.count) bytes")
    return deflated ?? []
  }
}
