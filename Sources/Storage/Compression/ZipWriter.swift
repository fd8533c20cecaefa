import Foundation

/// The writing side of the zip format: members one after the other, then the directory.
///
/// Times are the format's first day, so that equal contents give equal bytes.
struct ZipWriter {
  private let stream: AtomicFile.Stream
  private let path: String
  private var directory: [UInt8] = []
  private var memberCount = 0
  private var offset = 0

  init(stream: AtomicFile.Stream, path: String) {
    self.stream = stream
    self.path = path
  }

  /// Adds a member, deflated at a level or stored.
  mutating func add(
    _ name: String, _ contents: [UInt8], level: Int32?
  ) throws(StorageError) {
    var packed = contents
    if let level {
      let deflated = contents.withUnsafeBytes { Zlib.deflated($0, .none, level: level) }
      guard let deflated else {
        throw .unwritable(
          path: path, at: "member \"\(name)\"", expected: "memory to compress",
          found: "none left", advice: "write the arrays uncompressed")
      }
      packed = deflated
    }
    guard contents.count < 0xffff_ffff, packed.count < 0xffff_ffff, offset < 0xffff_ffff,
      name.utf8.count <= 0xffff, memberCount < 0xffff
    else {
      throw .unsupported(
        path: path, at: "member \"\(name)\"", expected: "an archive below 4 GiB and 65,535 members",
        found: "\(contents.count) bytes at \(offset)", advice: "write an HDF5 file instead")
    }
    var shared: [UInt8] = []
    // Version 2.0, names in UTF-8, method, 00:00:00 on 1 January 1980.
    for value in [20, 0x0800, level == nil ? 0 : 8, 0, 0x0021] {
      shared += Self.bytes(value, 2)
    }
    shared += Self.bytes(Int(contents.withUnsafeBytes { Zlib.crc32($0) }), 4)
    shared += Self.bytes(packed.count, 4) + Self.bytes(contents.count, 4)
    shared += Self.bytes(name.utf8.count, 2) + Self.bytes(0, 2)
    let header = Self.bytes(0x0403_4b50, 4) + shared + Array(name.utf8)
    try stream.write(header)
    try stream.write(packed)
    directory += Self.bytes(0x0201_4b50, 4) + Self.bytes(20, 2) + shared
    directory += [UInt8](repeating: 0, count: 10) + Self.bytes(offset, 4) + Array(name.utf8)
    offset += header.count + packed.count
    memberCount += 1
  }

  /// Writes the directory.
  func finish() throws(StorageError) {
    guard offset < 0xffff_ffff else {
      throw .unsupported(
        path: path, at: "zip", expected: "an archive below 4 GiB", found: "\(offset) bytes",
        advice: "write an HDF5 file instead")
    }
    var end = Self.bytes(0x0605_4b50, 4) + Self.bytes(0, 4)
    end += Self.bytes(memberCount, 2) + Self.bytes(memberCount, 2)
    end += Self.bytes(directory.count, 4) + Self.bytes(offset, 4) + Self.bytes(0, 2)
    try stream.write(directory + end)
  }

  private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
