import Foundation

extension JSONValue {
  /// Reads one JSON value that fills the bytes, up to white space around it.
  ///
  /// Stricter than the language asks for: a name that occurs twice in an object is refused, since readers
  /// disagree on which one counts.
  ///
  /// - Parameters:
  ///   - utf8: the text.
  ///   - path: the file it came from, for the error.
  ///   - location: where in that file, for the error.
  /// - Throws: ``StorageError/malformed(path:at:expected:found:advice:)`` with the byte position.
  public init(
    parsing utf8: some Collection<UInt8>, path: String, location: String
  ) throws(StorageError) {
    let bytes = Array(utf8)
    var parser = JSONParser(bytes: bytes, path: path, location: location)
    do throws(StorageError) { self = try parser.document() } catch {
      // A pointer or a web page in the file's place is no JSON that was damaged.
      let sample = FileSample(bytes)
      switch sample.kind {
      case nil, .empty, .json, .text, .safetensors: throw error
      default: throw sample.error(.json, path: path, at: location)
      }
    }
  }
}

/// A recursive-descent reader of JSON (RFC 8259).
struct JSONParser {
  let bytes: [UInt8]
  let path: String
  let location: String
  private var position = 0
  private var depth = 0

  init(bytes: [UInt8], path: String, location: String) {
    self.bytes = bytes
    self.path = path
    self.location = location
  }

  mutating func document() throws(StorageError) -> JSONValue {
    skipSpace()
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw unexpected("the end") }
    return value
  }

  private func unexpected(_ expected: String) -> StorageError {
    guard position < bytes.count else {
      return .malformed(
        path: path, at: "\(location), byte \(position)", expected: expected, found: "the end")
    }
    let byte = bytes[position]
    let found =
      (0x20..<0x7f).contains(byte)
      ? "'\(Character(UnicodeScalar(byte)))'" : "the byte 0x" + String(byte, radix: 16)
    return .malformed(
      path: path, at: "\(location), byte \(position)", expected: expected, found: found)
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  private mutating func value() throws(StorageError) -> JSONValue {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 128 else { throw unexpected("at most 128 levels of nesting") }
    guard position < bytes.count else { throw unexpected("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default:
      if take(word: "true") { return .bool(true) }
      if take(word: "false") { return .bool(false) }
      if take(word: "null") { return .null }
      throw unexpected("a value")
    }
  }

  private mutating func object() throws(StorageError) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw unexpected("a name in quotes")
      }
      let start = position
      let name = try string()
      guard names.insert(name).inserted else {
        throw .malformed(
          path: path, at: "\(location), byte \(start)", expected: "each name once",
          found: "\"\(name)\" a second time")
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
      skipSpace()
      members.append(.init(name, try value()))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw unexpected("',' or '}'") }
    }
  }

  private mutating func array() throws(StorageError) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(values) }
    while true {
      skipSpace()
      values.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(values) }
      guard take(UInt8(ascii: ",")) else { throw unexpected("',' or ']'") }
    }
  }

  private mutating func digits() -> Int {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
    {
      position += 1
    }
    return position - start
  }

  private mutating func number() throws(StorageError) -> JSONValue {
    let start = position
    var isWhole = true
    _ = take(UInt8(ascii: "-"))
    let leadingZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
    let wholeDigits = digits()
    guard wholeDigits > 0, !leadingZero || wholeDigits == 1 else {
      position = start
      throw unexpected("a number")
    }
    if take(UInt8(ascii: ".")) {
      isWhole = false
      guard digits() > 0 else { throw unexpected("a digit") }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits() > 0 else { throw unexpected("a digit") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw unexpected("a number") }
    return .number(value)
  }

  private mutating func string() throws(StorageError) -> String {
    position += 1
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let text = String(validating: content, as: UTF8.self) else {
          position -= 1
          throw unexpected("UTF-8 before here")
        }
        return text
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &content)
      case 0..<0x20: throw unexpected("no control character in a string")
      default:
        content.append(byte)
        position += 1
      }
    }
    throw unexpected("'\"'")
  }

  private mutating func escape(into content: inout [UInt8]) throws(StorageError) {
    guard position < bytes.count else { throw unexpected("an escape") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0c)
    case UInt8(ascii: "n"): content.append(0x0a)
    case UInt8(ascii: "r"): content.append(0x0d)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xd800..<0xdc00).contains(code) {
        guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
          throw unexpected("the second half of a surrogate pair")
        }
        let low = try hexadecimal()
        guard (0xdc00..<0xe000).contains(low) else {
          throw unexpected("the second half of a surrogate pair before here")
        }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = UnicodeScalar(code) else { throw unexpected("a character before here") }
      content += String(Character(scalar)).utf8
    default:
      position -= 1
      throw unexpected("an escape")
    }
  }

  private mutating func hexadecimal() throws(StorageError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue
      else { throw unexpected("four hexadecimal digits") }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
