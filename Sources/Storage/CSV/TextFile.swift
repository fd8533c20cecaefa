import Foundation

/// A file of text as UTF-8, whatever it was encoded and packed as.
public struct TextFile: Sendable {
  /// The text in UTF-8; where the encoding was not named, bytes that are not UTF-8 are still in it.
  public var bytes: [UInt8]
  /// What was done to read it: unpacked, taken as UTF-16.
  public var notes: [String]

  /// Reads a file; one that gzip packed is unpacked.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - encoding: how its letters are written.
  ///   - optionPrefix: what stands before an option's name in messages, such as `data.csv.`.
  /// - Throws: ``StorageError`` if it cannot be read, or is a file of another kind, with that kind and what to do.
  public static func read(
    from path: String, encoding: TextEncoding = .auto, optionPrefix: String = ""
  ) throws(StorageError) -> TextFile {
    try decode(
      FileBytes.read(path), path: path, encoding: encoding, optionPrefix: optionPrefix)
  }

  /// The text of bytes that were read already; `path` is for the errors.
  ///
  /// - Throws: ``StorageError`` as ``read(from:encoding:optionPrefix:)`` does.
  public static func decode(
    _ contents: [UInt8], path: String, encoding: TextEncoding = .auto, optionPrefix: String = ""
  ) throws(StorageError) -> TextFile {
    var bytes = contents
    var notes: [String] = []
    if bytes.starts(with: [0x1f, 0x8b]) {
      bytes = try Gzip.inflate(bytes, path: path)
      notes.append("unpacked with gzip")
    }
    let sample = FileSample(bytes)
    if let kind = sample.kind, kind != .text, kind != .empty {
      throw .unsupported(
        path: path, at: "first bytes", expected: FileKind.csv.name, found: kind.name,
        advice: sample.advice(for: path, wanted: .csv))
    }
    let isUTF16 = encoding == .auto && ByteOrderMark(of: bytes) == .utf16
    if isUTF16 { notes.append("read as UTF-16, by its byte order mark") }
    let isSingleByte = encoding == .latin1 || encoding == .windows1252
    if isSingleByte, bytes.contains(where: { $0 >= 0x80 }), Self.isUTF8(bytes) {
      notes.append(
        "read as \(encoding.rawValue), though all its bytes are sound UTF-8: if letters look wrong, "
          + "leave \(optionPrefix)encoding away")
    }
    bytes = try encoding.decoded(bytes, path: path, optionPrefix: optionPrefix)
    // A file with carriage returns alone has lines of an old Macintosh.
    if bytes.contains(0x0d), !bytes.contains(0x0a) {
      for place in bytes.indices where bytes[place] == 0x0d { bytes[place] = 0x0a }
    }
    return TextFile(bytes: bytes, notes: notes)
  }

  /// Whether U+FFFD is in the text, which stands for letters that some program could not read.
  public var holdsReplacementCharacters: Bool {
    bytes.withUnsafeBufferPointer { bytes in
      bytes.indices.dropLast(2).contains { place in
        bytes[place] == 0xef && bytes[place + 1] == 0xbf && bytes[place + 2] == 0xbd
      }
    }
  }

  /// Whether all bytes are sound UTF-8.
  static func isUTF8(_ bytes: [UInt8]) -> Bool { firstFault(in: bytes[...]) == nil }

  /// The first place that is not UTF-8.
  static func firstFault(in bytes: ArraySlice<UInt8>) -> Int? {
    var place = bytes.startIndex
    let end = bytes.endIndex
    func isTail(_ offset: Int) -> Bool {
      place + offset < end && bytes[place + offset] & 0xc0 == 0x80
    }
    while place < end {
      let byte = bytes[place]
      if byte < 0x80 {
        place += 1
        continue
      }
      // The second byte's range keeps out long forms, surrogates and what lies beyond U+10FFFF.
      let second = place + 1 < end ? bytes[place + 1] : 0
      switch byte {
      case 0xc2...0xdf where isTail(1): place += 2
      case 0xe0...0xef
      where isTail(1) && isTail(2) && !(byte == 0xe0 && second < 0xa0)
        && !(byte == 0xed && second > 0x9f):
        place += 3
      case 0xf0...0xf4
      where isTail(1) && isTail(2) && isTail(3) && !(byte == 0xf0 && second < 0x90)
        && !(byte == 0xf4 && second > 0x8f):
        place += 4
      default: return place
      }
    }
    return nil
  }
}
