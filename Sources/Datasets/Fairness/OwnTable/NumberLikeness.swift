import Foundation
import Storage

/// What a word that looks like a number has around or within it.
enum NumberLikeness: Equatable {
  case format
  case perCent
  case currency
  case parentheses
  case foreignDigits
  case unit(String)
  /// A sign before or behind the number, with what it is.
  case marked(String)

  var name: String {
    switch self {
    case .format: "a number in another format"
    case .perCent: "a number with a per cent sign"
    case .currency: "an amount of money"
    case .parentheses: "a negative number in parentheses"
    case .foreignDigits: "a number in the digits of another script"
    case .unit(let unit): "a number with the unit \"\(unit)\""
    case .marked(let sign): "a number with \(sign)"
    }
  }

  var example: String {
    switch self {
    case .format: "12.5 for 12,5"
    case .perCent: "12 for 12 %"
    case .currency: "12 for 12 €"
    case .parentheses: "-12 for (12)"
    case .foreignDigits: "12 for １２"
    case .unit(let unit): "12 for 12 \(unit)"
    case .marked: "12 for '12, ~12 or 12*, -12 for 12-"
    }
  }

  private static let currencies = [
    "USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN",
    "BRL", "US$", "Rs.", "Rs", "kr",
  ]

  init?(_ word: String, formats: [NumberNotation]) {
    let text = NumberNotation.trimmed(word)
    // Long texts are words; so is what has no digit.
    guard text.utf8.count <= 60, text.unicodeScalars.contains(where: { Self.isDigit($0) }) else {
      return nil
    }
    func isNumber(_ text: some StringProtocol) -> Bool {
      let text = NumberNotation.trimmed(String(text))
      return text.unicodeScalars.contains { $0.properties.numericType == .decimal }
        && formats.contains { $0.value(text) != nil }
    }
    if isNumber(text) {
      self = .format
    } else if let last = text.last, last == "%" || last == "‰", isNumber(text.dropLast()) {
      self = .perCent
    } else if Self.withoutCurrency(text).map(isNumber) == true {
      self = .currency
    } else if let sign = Self.sign(of: text, isNumber: { isNumber($0) }) {
      self = .marked(sign)
    } else if text.hasPrefix("("), text.hasSuffix(")"), isNumber(text.dropFirst().dropLast()) {
      self = .parentheses
    } else if text.unicodeScalars.contains(where: { !$0.isASCII && Self.isDigit($0) }),
      isNumber(Self.inLatinDigits(text))
    {
      self = .foreignDigits
    } else if let unit = Self.unit(of: text, isNumber: { isNumber($0) }) {
      self = .unit(unit)
    } else {
      return nil
    }
  }

  /// What spreadsheets, ledgers, Fortran and footnotes put before, behind or into a number.
  private static func sign(of text: String, isNumber: (String) -> Bool) -> String? {
    if text.hasPrefix("'"), isNumber(text.trimmingCharacters(in: CharacterSet(charactersIn: "'"))) {
      return "an apostrophe before it"
    }
    if text.hasPrefix("="), isNumber(text.dropFirst().filter { $0 != "\"" }) {
      return "an equals sign before it"
    }
    if let first = text.first, "~≈".contains(first), isNumber(String(text.dropFirst())) {
      return "\"\(first)\" before it"
    }
    if let last = text.last, "*†‡".contains(last), isNumber(String(text.dropLast())) {
      return "\"\(last)\" behind it"
    }
    if text.hasSuffix("-"), isNumber(String(text.dropLast())) { return "the minus behind it" }
    let exponent = text.replacing("D", with: "e").replacing("d", with: "e")
    if exponent != text, text.filter(\.isLetter).count == 1, isNumber(exponent) {
      return "the exponent D of Fortran"
    }
    return nil
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.numericType == .decimal
  }

  private static func inLatinDigits(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          if scalar == "\u{66b}" { return "." }
          guard isDigit(scalar), let value = scalar.properties.numericValue else { return scalar }
          return Unicode.Scalar(UInt8(value) + 0x30)
        }))
  }

  /// The text less a sign or code of a currency before or behind it, a minus before the sign kept.
  private static func withoutCurrency(_ text: String) -> String? {
    let sign = text.first.map { "-−+".contains($0) } == true ? String(text.prefix(1)) : ""
    let rest = text.dropFirst(sign.count)
    for code in currencies {
      if rest.hasPrefix(code) {
        return sign + NumberNotation.trimmed(String(rest.dropFirst(code.count)))
      }
      if rest.hasSuffix(code) {
        return sign + NumberNotation.trimmed(String(rest.dropLast(code.count)))
      }
    }
    func isSign(_ character: Character?) -> Bool {
      character?.unicodeScalars.first?.properties.generalCategory == .currencySymbol
    }
    if isSign(rest.first) { return sign + NumberNotation.trimmed(String(rest.dropFirst())) }
    if isSign(rest.last) { return sign + NumberNotation.trimmed(String(rest.dropLast())) }
    return nil
  }

  /// Letters behind a number, such as `kg`; ordinals (`1st`, `10th`) have none.
  private static func unit(of text: String, isNumber: (Substring) -> Bool) -> String? {
    guard let last = text.lastIndex(where: { $0.isNumber && $0.isASCII }) else { return nil }
    let unit = text[text.index(after: last)...]
    let name = NumberNotation.trimmed(String(unit))
    guard (1...12).contains(name.count), isNumber(text[...last]),
      name.allSatisfy({ $0.isLetter || "°/.²³".contains($0) }),
      name.contains(where: \.isLetter) || name.contains("°"),
      !["st", "nd", "rd", "th"].contains(name.lowercased())
    else { return nil }
    return name
  }
}
