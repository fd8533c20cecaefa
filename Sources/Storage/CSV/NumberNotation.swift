/// How numbers are written in a table of text.
public struct NumberNotation: Sendable, Hashable {
  /// What stands between groups of three digits.
  public enum Grouping: String, Sendable, Codable, CaseIterable {
    /// Nothing.
    case none = ""
    /// `1,234`
    case comma = ","
    /// `1.234`
    case dot = "."
    /// `1'234`, also with the typographic apostrophe.
    case apostrophe = "'"
    /// `1 234`, with any space: plain, no-break, thin, narrow, figure.
    case space = " "
    /// `1_234`
    case underscore = "_"
  }

  /// What stands before the decimals: `.` or `,`.
  public var decimal: Character
  /// What stands between groups of three digits.
  public var grouping: Grouping

  /// A format; by default `1234.5`.
  public init(decimal: Character = ".", grouping: Grouping = .none) {
    self.decimal = decimal
    self.grouping = grouping
  }

  /// Whether the same character would stand for both.
  public var isAmbiguous: Bool { grouping.rawValue == String(decimal) }

  /// The number that a text spells, spaces of any kind around it and the long minus sign allowed; nil if it is anything else.
  public func value(_ text: String) -> Double? {
    var digits: [UInt8] = []
    var groupLengths: [Int] = []
    var length = 0
    var isPastInteger = false
    var hasDecimal = false
    for scalar in Self.trimmed(text).unicodeScalars {
      switch scalar {
      case "0"..."9":
        length += 1
        digits.append(UInt8(scalar.value))
      case "\u{2212}": digits.append(UInt8(ascii: "-"))
      case _ where !isPastInteger && separatesGroups(scalar):
        groupLengths.append(length)
        length = 0
      case _ where scalar == decimal.unicodeScalars.first && !hasDecimal:
        digits.append(UInt8(ascii: "."))
        hasDecimal = true
        if !isPastInteger { groupLengths.append(length) }
        isPastInteger = true
      case ".", ",": return nil
      case _ where scalar.isASCII:
        if scalar.properties.isAlphabetic, !isPastInteger {
          groupLengths.append(length)
          isPastInteger = true
        }
        digits.append(UInt8(scalar.value))
      default: return nil
      }
    }
    if !isPastInteger { groupLengths.append(length) }
    if groupLengths.count > 1 {
      // The last group has three digits, the first one to three, those between two (lakh) or three.
      guard groupLengths.last == 3, (1...3).contains(groupLengths[0]),
        groupLengths.dropFirst().allSatisfy({ $0 == 2 || $0 == 3 })
      else { return nil }
    }
    digits.append(0)
    return NumberText.double(in: digits, from: 0, to: digits.count - 1)
  }

  private func separatesGroups(_ scalar: Unicode.Scalar) -> Bool {
    switch grouping {
    case .none: false
    case .space: scalar.properties.isWhitespace
    case .apostrophe: scalar == "'" || scalar == "\u{2019}"
    case .comma, .dot, .underscore: grouping.rawValue.unicodeScalars.first == scalar
    }
  }

  /// A text without the spaces of any kind and the marks of no width around it.
  public static func trimmed(_ text: String) -> String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isWhitespace || (0x200b...0x200f).contains(scalar.value)
        || scalar.value == 0xfeff || scalar.value == 0x2060
    }
    let scalars = text.unicodeScalars
    guard let first = scalars.first, let last = scalars.last, isBlank(first) || isBlank(last) else {
      return text
    }
    let start = scalars.firstIndex { !isBlank($0) } ?? scalars.endIndex
    let end = scalars.lastIndex { !isBlank($0) }.map { scalars.index(after: $0) } ?? start
    return String(scalars[start..<max(start, end)])
  }
}
