import Foundation

/// Numbers as people write them where a config wants digits with a decimal point.
enum NumberText {
  /// Whether a number begins with a 0 that says nothing, as in `010`: some programs read that as 8, and `001` behind a comma is
  /// the rest of a decimal.
  static func hasLeadingZero(_ text: String) -> Bool {
    let digits = Array(text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") })
    return digits.count > 1 && digits[0] == UInt8(ascii: "0")
      && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digits[1])
  }

  /// Whether a digit but 0 stands before the exponent.
  static func hasDigits(_ text: String) -> Bool {
    text.prefix { $0 != "e" && $0 != "E" }.contains { ("1"..."9").contains($0) }
  }

  /// Whether it is a whole number in digits, with a sign or without.
  static func isWhole(_ text: String) -> Bool {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    return !digits.isEmpty
      && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// The number in plain digits: without underscores, blanks, leading zeros or full-width forms, hexadecimal, octal and binary
  /// ones in decimals, a decimal comma as a point, a typographic minus as a hyphen. `nil` for what is no such number.
  static func plain(_ text: String) -> String? {
    var plain = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case _ where PastedText.dashes.contains(scalar): plain += "-"
      case "_": continue
      case _ where scalar.properties.isWhitespace: continue
      case "\u{FF01}"..."\u{FF5E}":
        plain.unicodeScalars.append(Unicode.Scalar(scalar.value - 0xFEE0)!)
      case "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{201E}": continue
      default: plain.unicodeScalars.append(scalar)
      }
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)]
    where plain.lowercased().hasPrefix(prefix) {
      return Int(plain.dropFirst(2), radix: radix).map { String($0) }
    }
    if plain.filter({ $0 == "," }).count == 1, !plain.contains(".") {
      plain = plain.replacing(",", with: ".")
    }
    if hasLeadingZero(plain) {
      let sign = plain.prefix { $0 == "-" }
      let rest = plain.drop { $0 == "-" || $0 == "+" }.drop { $0 == "0" }
      plain = sign + (rest.first?.isNumber == true ? "" : "0") + rest
    }
    return Double(plain)?.isFinite == true ? plain : nil
  }
}
