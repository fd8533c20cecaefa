/// How the letters of a file of text are written as bytes.
public enum TextEncoding: String, Sendable, Codable, CaseIterable {
  /// UTF-16 where the file begins with its byte order mark, else UTF-8.
  case auto
  /// UTF-8, with or without a mark.
  case utf8 = "utf-8"
  /// ISO 8859-1: a byte a letter, western European.
  case latin1 = "latin-1"
  /// Windows-1252: as Latin-1, with quotes, dashes and the euro sign.
  case windows1252 = "windows-1252"
  /// UTF-16 in the order of its mark; without one, in the order that puts letters before zeros.
  case utf16 = "utf-16"

  /// The text as UTF-8; bytes that ``auto`` and ``utf8`` take for UTF-8 come back as they are, valid or not.
  ///
  /// - Throws: ``StorageError`` if the bytes cannot be of this encoding, with what they look like.
  func decoded(
    _ bytes: [UInt8], path: String, optionPrefix: String
  ) throws(StorageError) -> [UInt8] {
    let mark = ByteOrderMark(of: bytes)
    if mark == .utf32 {
      throw .unsupported(
        path: path, at: "byte 0", expected: "text in UTF-8",
        found: "the byte order mark of UTF-32", advice: Self.conversion(from: "UTF-32", path))
    }
    if mark == .utf8, self != .auto, self != .utf8 {
      throw .unsupported(
        path: path, at: "byte 0", expected: "text in \(rawValue)", found: "the mark of UTF-8",
        advice: "leave \(optionPrefix)encoding away")
    }
    switch self {
    case .auto where mark == .utf16, .utf16:
      guard mark == .utf16 || bytes.isEmpty || bytes.contains(0) else {
        throw .unsupported(
          path: path, at: "byte 0", expected: "text in UTF-16",
          found: "neither its mark nor a zero byte", advice: "leave \(optionPrefix)encoding away")
      }
      return try Self.fromUTF16(bytes, path)
    case .auto, .utf8:
      if mark == .utf16 || Self.looksLikeUTF16(bytes) != nil {
        throw .unsupported(
          path: path, at: "byte 0", expected: "text in UTF-8",
          found: mark == .utf16
            ? "the byte order mark of UTF-16" : "every other byte zero, as in UTF-16",
          advice: "set \(optionPrefix)encoding=utf-16")
      }
      if let zero = bytes.firstIndex(of: 0) {
        let line = bytes[..<zero].count { $0 == 0x0a } + 1
        throw .malformed(
          path: path, at: "line \(line), byte \(zero)", expected: "text",
          found: "a zero byte", advice: "the file is damaged or no text: export it again as CSV")
      }
      return bytes
    case .latin1:
      if let place = bytes.firstIndex(where: { (0x80..<0xa0).contains($0) }) {
        let line = bytes[..<place].count { $0 == 0x0a } + 1
        throw .malformed(
          path: path, at: "line \(line), byte \(place)", expected: "letters of Latin-1",
          found: "the byte \(hexadecimal([bytes[place]])), a control character there",
          advice: "set \(optionPrefix)encoding=windows-1252")
      }
      return Self.fromSingleBytes(bytes) { UInt32($0) }
    case .windows1252:
      if let place = bytes.firstIndex(where: { Self.windows1252($0) == nil }) {
        let line = bytes[..<place].count { $0 == 0x0a } + 1
        throw .malformed(
          path: path, at: "line \(line), byte \(place)", expected: "text in Windows-1252",
          found: "the byte \(hexadecimal([bytes[place]])), which it does not use",
          advice: "set \(optionPrefix)encoding to what wrote the file, or "
            + Self.conversion(from: "ENCODING", path))
      }
      return Self.fromSingleBytes(bytes) { Self.windows1252($0) ?? 0xfffd }
    }
  }

  /// The command that turns a file into UTF-8.
  static func conversion(from name: String, _ path: String) -> String {
    "convert it: iconv -f \(name) -t UTF-8 \(path) > utf8.csv"
  }

  /// What a byte of Windows-1252 stands for; nil for the five that it leaves free.
  static func windows1252(_ byte: UInt8) -> UInt32? {
    let upper: [UInt32] = [
      0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
      0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
      0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
    ]
    guard (0x80..<0xa0).contains(byte) else { return UInt32(byte) }
    let scalar = upper[Int(byte) - 0x80]
    return scalar == 0 ? nil : scalar
  }

  private static func fromSingleBytes(
    _ bytes: [UInt8], _ scalar: (UInt8) -> UInt32
  ) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + bytes.count / 8)
    for byte in bytes {
      if byte < 0x80 {
        text.append(byte)
      } else if let letter = Unicode.Scalar(scalar(byte)) {
        text.append(contentsOf: Array(String(Character(letter)).utf8))
      }
    }
    return text
  }

  private static func fromUTF16(_ bytes: [UInt8], _ path: String) throws(StorageError) -> [UInt8] {
    guard bytes.count.isMultiple(of: 2) else {
      throw .truncated(
        path: path, at: "byte \(bytes.count)", expected: "UTF-16, two bytes a unit",
        found: "an odd number of bytes")
    }
    let isMarked = ByteOrderMark(of: bytes) == .utf16
    let isBigEndian = isMarked ? bytes[0] == 0xfe : looksLikeUTF16(bytes) == .bigEndian
    let (high, low) = isBigEndian ? (0, 1) : (1, 0)
    let units = stride(from: isMarked ? 2 : 0, to: bytes.count, by: 2).lazy.map {
      UInt16(bytes[$0 + high]) << 8 | UInt16(bytes[$0 + low])
    }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    let isBroken = transcode(
      units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: true
    ) { text.append($0) }
    guard !isBroken else {
      let line = text.count { $0 == 0x0a } + 1
      throw .malformed(
        path: path, at: "line \(line)", expected: "text in UTF-16",
        found: "half of a surrogate pair", advice: "set another encoding, or export the file again")
    }
    return text
  }

  private enum ByteOrder { case littleEndian, bigEndian }

  /// The order of bytes where about every other one is zero.
  private static func looksLikeUTF16(_ bytes: [UInt8]) -> ByteOrder? {
    let start = bytes.prefix(4096)
    guard start.count >= 4 else { return nil }
    var zeros = [0, 0]
    for (place, byte) in start.enumerated() where byte == 0 { zeros[place & 1] += 1 }
    let half = start.count / 2
    if zeros[1] * 10 > half * 7, zeros[0] * 10 < half { return .littleEndian }
    if zeros[0] * 10 > half * 7, zeros[1] * 10 < half { return .bigEndian }
    return nil
  }
}

/// The mark with which some programs begin a file of text.
enum ByteOrderMark {
  case utf8, utf16, utf32

  init?(of bytes: [UInt8]) {
    if bytes.starts(with: [0xff, 0xfe, 0, 0]) || bytes.starts(with: [0, 0, 0xfe, 0xff]) {
      self = .utf32
    } else if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      self = .utf16
    } else if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
      self = .utf8
    } else {
      return nil
    }
  }
}

/// Bytes as two digits each, such as `c3 a9`.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}
