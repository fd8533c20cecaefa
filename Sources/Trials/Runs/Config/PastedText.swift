/// Characters that a document or a web page puts where a terminal wants plain ones.
public enum PastedText {
  /// Dashes that are no hyphen.
  public static let dashes: Set<Unicode.Scalar> = [
    "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}", "\u{FE63}",
    "\u{FF0D}",
  ]

  private static let quotes: Set<Unicode.Scalar> = [
    "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}", "\u{201C}", "\u{201D}", "\u{201E}", "\u{00AB}",
    "\u{00BB}", "\u{2032}", "\u{2033}",
  ]

  /// What to call a character, such as `a no-break space (U+00A0)`.
  public static func name(of scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    let code = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    return "\(kind(of: scalar) ?? "the character") (\(code))"
  }

  /// A sentence about the first such character of `text`, for the end of a message; `nil` if it has none.
  public static func note(on text: String) -> String? {
    guard let scalar = text.unicodeScalars.first(where: { kind(of: $0) != nil }) else { return nil }
    return "it holds \(name(of: scalar)), perhaps from a document: type it again"
  }

  private static func kind(of scalar: Unicode.Scalar) -> String? {
    if dashes.contains(scalar) { return "a dash that is no hyphen" }
    if quotes.contains(scalar) { return "a typographic quotation mark" }
    switch scalar.value {
    case 0xA0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: return "a no-break or wide space"
    case 0x200B...0x200F, 0x2060, 0xFEFF, 0xAD: return "a character that is not seen"
    case 0xFF01...0xFF5E: return "a full-width character"
    case 0x0D: return "a carriage return"
    case 0x00..<0x20, 0x7F: return "a control character"
    default: return nil
    }
  }
}
