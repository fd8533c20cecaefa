import Foundation

/// Numbers out of a run of bytes, exactly rounded, without making a `String`.
enum NumberText {
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// The number that `bytes[start..<end]` spells in decimal, or `nan`, `inf`, `infinity` in any case with a sign;
  /// nil if it is anything else. A byte must follow at `end`.
  static func double(in bytes: [UInt8], from start: Int, to end: Int) -> Double? {
    guard start < end else { return nil }
    return bytes.withUnsafeBufferPointer { text in
      var position = start
      let isNegative = text[position] == UInt8(ascii: "-")
      if isNegative || text[position] == UInt8(ascii: "+") { position += 1 }
      var mantissa: UInt64 = 0
      var digitCount = 0
      var exponent = 0
      var seenDot = false
      while position < end {
        let byte = text[position]
        if byte >= 0x30, byte <= 0x39 {
          if digitCount < 19 { mantissa = mantissa * 10 + UInt64(byte - 0x30) }
          digitCount += 1
          if seenDot { exponent -= 1 }
        } else if byte == UInt8(ascii: "."), !seenDot {
          seenDot = true
        } else {
          break
        }
        position += 1
      }
      // Up to 2⁵³ and 10²² both factors are exact, so one operation rounds once (Clinger 1990).
      if position == end, digitCount > 0, digitCount < 19, mantissa <= 1 << 53, exponent >= -22 {
        let magnitude = Double(mantissa) / powersOfTen[-exponent]
        return isNegative ? -magnitude : magnitude
      }
      return byLibrary(text, start, end)
    }
  }

  /// The C library's conversion, kept from what it accepts beyond decimal numbers (hexadecimal, spaces,
  /// not-a-number with a payload).
  private static func byLibrary(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
  ) -> Double? {
    var isWord = true
    var isDecimal = true
    for byte in text[start..<end] {
      switch byte {
      case 0x30...0x39, UInt8(ascii: "."): isWord = false
      case UInt8(ascii: "+"), UInt8(ascii: "-"): break
      case UInt8(ascii: "e"), UInt8(ascii: "E"): isWord = false
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
        isDecimal = false
      default: return nil
      }
    }
    guard isDecimal || isWord else { return nil }
    return text.baseAddress!.withMemoryRebound(to: CChar.self, capacity: end) { base in
      var stop: UnsafeMutablePointer<CChar>?
      let value = strtod(base + start, &stop)
      return stop.map { UnsafePointer($0) == base + end } == true ? value : nil
    }
  }
}
