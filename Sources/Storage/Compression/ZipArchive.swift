import Foundation

/// The reading side of the zip format, as far as `.npz` files need it: stored and deflated members,
/// also with 64-bit sizes (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3).
struct ZipArchive: Sendable {
  struct Member: Sendable {
    let name: String
    let method: Int
    let isEncrypted: Bool
    let checksum: UInt32
    let compressedCount: Int
    let count: Int
    let headerOffset: Int
  }

  let path: String
  let members: [Member]
  /// Names that more than one member has.
  private let repeated: Set<String>
  private let places: [String: Int]
  private let file: Descriptor
  /// Where the central directory starts: all members lie before it.
  private let directoryOffset: Int

  init(reading path: String) throws(StorageError) {
    self.path = path
    file = try Descriptor(reading: path)
    let size = try file.size()
    try FileSample(reading: path).check(is: .npz, path: path, at: "zip, byte 0")
    guard size >= 22 else {
      throw .truncated(
        path: path, at: "zip", expected: "at least 22 bytes", found: "\(size)")
    }
    let (place, count) = try Self.directory(file, size: size)
    guard place.lowerBound >= 0, place.upperBound <= size else {
      throw .malformed(
        path: path, at: "zip, end record", expected: "a directory within \(size) bytes",
        found: "\(place)")
    }
    directoryOffset = place.lowerBound
    members = try Self.members(
      LittleEndianBytes(try file.read(at: place.lowerBound, count: place.count)), count: count,
      path: path)
    places = Dictionary(
      zip(members.map(\.name), members.indices), uniquingKeysWith: { first, _ in first })
    var names: Set<String> = []
    repeated = Set(members.map(\.name).filter { !names.insert($0).inserted })
    // Members that share their bytes would unpack to far more than the file can hold.
    var packed = 0
    for member in members where member.compressedCount > 0 {
      packed = packed.addingReportingOverflow(member.compressedCount).partialValue
      guard (0...directoryOffset).contains(packed) else {
        throw .malformed(
          path: path, at: "zip, directory",
          expected: "members of \(directoryOffset) bytes in all, as there are before it",
          found: "members that lie over one another")
      }
    }
  }

  /// The member of a name; nil if there is none.
  func member(_ name: String) -> Member? { places[name].map { members[$0] } }

  /// The names of methods that are not read (APPNOTE, section 4.4.5).
  private static let methods = [
    9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd",
  ]

  /// The uncompressed bytes of a member; their number and check value must be right.
  func contents(of member: Member) throws(StorageError) -> [UInt8] {
    let location = "member \"\(member.name)\""
    func broken(_ expected: String, _ found: String) -> StorageError {
      .malformed(path: path, at: location, expected: expected, found: found)
    }
    guard !member.isEncrypted else {
      throw .unsupported(
        path: path, at: location, expected: "no encryption", found: "encryption",
        advice: "unpack the archive with its password, and pack it again without one")
    }
    guard !repeated.contains(member.name) else {
      throw .malformed(
        path: path, at: location, expected: "each name once",
        found: "\"\(member.name)\" twice",
        advice: "it is not known which one was meant: write the archive again")
    }
    guard member.headerOffset >= 0, member.headerOffset <= directoryOffset - 30 else {
      throw broken("a header before the directory", "one at \(member.headerOffset)")
    }
    let header = LittleEndianBytes(try file.read(at: member.headerOffset, count: 30))
    guard header.integer(at: 0, count: 4) == 0x0403_4b50 else {
      throw broken("a local header", "other bytes at \(member.headerOffset)")
    }
    let start =
      member.headerOffset + 30 + header.integer(at: 26, count: 2)
      + header.integer(at: 28, count: 2)
    guard member.compressedCount >= 0, member.compressedCount <= directoryOffset - start else {
      throw broken("data before the directory", "\(member.compressedCount) bytes from \(start)")
    }
    let packed = try file.read(at: start, count: member.compressedCount)
    let contents: [UInt8]
    switch member.method {
    case 0: contents = packed
    case 8:
      // Deflate never packs more than 1032 to 1: a larger claim is damage, not data to make room for.
      guard (0...(member.compressedCount * 1040 + 64)).contains(member.count) else {
        throw broken(
          "at most \(member.compressedCount * 1040 + 64) bytes", "the size \(member.count)")
      }
      guard let zlib = Zlib.inflating(.none, expecting: member.count) else {
        throw broken("memory for zlib", "none")
      }
      var whole: [UInt8] = []
      whole.reserveCapacity(member.count)
      let result = packed.withUnsafeBytes {
        zlib.inflate($0, into: &whole, limit: member.count)
      }
      switch result {
      case .whole(let consumed):
        guard consumed == packed.count else {
          throw broken("\(packed.count) compressed bytes", "\(consumed)")
        }
        contents = whole
      case .cutShort: throw broken("the end of the deflate stream", "the end of the member")
      case .broken(_, let reason): throw broken("deflate data", reason)
      case .tooLong: throw broken("\(member.count) bytes", "more")
      }
    default:
      throw .unsupported(
        path: path, at: location, expected: "a stored or deflated member",
        found: Self.methods[member.method].map { "compression by \($0)" }
          ?? "compression method \(member.method)",
        advice: "write the archive with numpy.savez or numpy.savez_compressed")
    }
    guard contents.count == member.count else {
      throw broken("\(member.count) bytes", "\(contents.count)")
    }
    let checksum = contents.withUnsafeBytes { Zlib.crc32($0) }
    guard checksum == member.checksum else {
      throw broken(
        "CRC-32 \(String(member.checksum, radix: 16))", String(checksum, radix: 16))
    }
    return contents
  }

  /// Finds the end record behind an archive comment of up to 65,535 bytes, and its 64-bit form if there is one.
  private static func directory(
    _ file: Descriptor, size: Int
  ) throws(StorageError) -> (Range<Int>, count: Int) {
    let tailStart = max(0, size - 22 - 65_535 - 20)
    let tail = LittleEndianBytes(try file.read(at: tailStart, count: size - tailStart))
    var place = tail.count - 22
    while place >= 0 {
      if tail.integer(at: place, count: 4) == 0x0605_4b50,
        place + 22 + tail.integer(at: place + 20, count: 2) == tail.count
      {
        break
      }
      place -= 1
    }
    guard place >= 0 else {
      throw .truncated(
        path: file.path, at: "zip", expected: "an end record at the end of the file",
        found: "none", advice: "the file was cut short or is no npz file: fetch or write it again")
    }
    var count = tail.integer(at: place + 10, count: 2)
    var byteCount = tail.integer(at: place + 12, count: 4)
    var offset = tail.integer(at: place + 16, count: 4)
    if place >= 20, tail.integer(at: place - 20, count: 4) == 0x0706_4b50 {
      let wideOffset = tail.integer(at: place - 12, count: 8)
      guard wideOffset >= 0, wideOffset <= size - 56 else {
        throw .malformed(
          path: file.path, at: "zip, 64-bit locator", expected: "an offset within the file",
          found: "\(wideOffset)")
      }
      let wide = LittleEndianBytes(try file.read(at: wideOffset, count: 56))
      guard wide.integer(at: 0, count: 4) == 0x0606_4b50 else {
        throw .malformed(
          path: file.path, at: "zip, byte \(wideOffset)", expected: "a 64-bit end record",
          found: "other bytes")
      }
      count = wide.integer(at: 32, count: 8)
      byteCount = wide.integer(at: 40, count: 8)
      offset = wide.integer(at: 48, count: 8)
    }
    guard offset >= 0, byteCount >= 0, offset <= size, byteCount <= size - offset else {
      throw .malformed(
        path: file.path, at: "zip, end record", expected: "a directory within \(size) bytes",
        found: "\(byteCount) bytes from \(offset)")
    }
    return (offset..<(offset + byteCount), count)
  }

  private static func members(
    _ directory: LittleEndianBytes, count: Int, path: String
  ) throws(StorageError) -> [Member] {
    var members: [Member] = []
    var position = 0
    while position < directory.count {
      guard position + 46 <= directory.count,
        directory.integer(at: position, count: 4) == 0x0201_4b50
      else {
        throw .malformed(
          path: path, at: "zip, directory entry \(members.count + 1)", expected: "an entry",
          found: "other bytes")
      }
      let nameEnd = position + 46 + directory.integer(at: position + 28, count: 2)
      let extraEnd = nameEnd + directory.integer(at: position + 30, count: 2)
      let next = extraEnd + directory.integer(at: position + 32, count: 2)
      guard next <= directory.count else {
        throw .malformed(
          path: path, at: "zip, directory entry \(members.count + 1)",
          expected: "\(next - position) bytes", found: "\(directory.count - position)")
      }
      let name = directory.text(in: (position + 46)..<nameEnd)
      let wide = directory.wideFields(
        in: nameEnd..<extraEnd,
        narrow: [
          directory.integer(at: position + 24, count: 4),
          directory.integer(at: position + 20, count: 4),
          directory.integer(at: position + 42, count: 4),
        ])
      members.append(
        Member(
          name: name, method: directory.integer(at: position + 10, count: 2),
          isEncrypted: directory.integer(at: position + 8, count: 2) & 1 == 1,
          checksum: UInt32(directory.integer(at: position + 16, count: 4)),
          compressedCount: wide[1], count: wide[0], headerOffset: wide[2]))
      position = next
    }
    guard members.count == count else {
      throw .malformed(
        path: path, at: "zip, directory", expected: "\(count) members", found: "\(members.count)")
    }
    return members
  }
}

/// Little-endian integers out of bytes.
struct LittleEndianBytes {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// The integer of 2, 4 or 8 bytes; one of 8 bytes beyond `Int.max` comes out negative.
  func integer(at position: Int, count: Int) -> Int {
    var value: UInt64 = 0
    for offset in (0..<count).reversed() { value = value << 8 | UInt64(bytes[position + offset]) }
    return Int(truncatingIfNeeded: value)
  }

  func text(in range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The fields of a directory entry (size, compressed size, offset), each taken from the 64-bit extra field
  /// where its 32-bit form is all ones.
  func wideFields(in range: Range<Int>, narrow: [Int]) -> [Int] {
    guard narrow.contains(0xffff_ffff) else { return narrow }
    var position = range.lowerBound
    while position + 4 <= range.upperBound {
      let end = position + 4 + integer(at: position + 2, count: 2)
      if integer(at: position, count: 2) == 1, end <= range.upperBound {
        var next = position + 4
        return narrow.map { value in
          guard value == 0xffff_ffff, next + 8 <= end else { return value }
          defer { next += 8 }
          return integer(at: next, count: 8)
        }
      }
      position = end
    }
    return narrow
  }
}
