import Settings
import Storage

/// One value of a configuration.
public enum ConfigValue: Sendable, Hashable {
  /// A whole number.
  case integer(Int)
  /// A floating-point number.
  case float(Double)
  /// `true` or `false`.
  case boolean(Bool)
  /// Text, also the word of an enum.
  case string(String)
  /// A list of values of one kind.
  case list([ConfigValue])

  /// The value as YAML reads it back: shortest digits that give the same bits, quotes only where they are needed.
  public var yaml: String {
    switch self {
    case .integer(let value): return String(value)
    case .float(let value):
      if value.isNaN { return ".nan" }
      if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
      return "\(value)"
    case .boolean(let value): return value ? "true" : "false"
    case .string(let value): return ConfigValue.quotedIfNeeded(value)
    case .list(let values): return "[" + values.map(\.yaml).joined(separator: ", ") + "]"
    }
  }

  /// The value as JSON; infinities are the strings `"Infinity"` and `"-Infinity"`.
  public var json: JSONValue {
    switch self {
    case .integer(let value): return .integer(value)
    case .float(let value): return .number(value)
    case .boolean(let value): return .bool(value)
    case .string(let value): return .string(value)
    case .list(let values): return .array(values.map(\.json))
    }
  }

  /// Words that YAML would read as something else than text.
  private static let reserved: Set<String> = [
    "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n",
  ]

  private static func quotedIfNeeded(_ text: String) -> String {
    let isPlain =
      !reserved.contains(text.lowercased()) && Double(text) == nil
      && text.unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "/" || $0 == "_" }
        == true
      && text.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || ("0"..."9").contains($0)
          || "_-./+ ".unicodeScalars.contains($0)
      } && text.last != " "
    return isPlain ? text : JSONValue.string(text).description
  }
}

/// What a setting accepts.
public indirect enum ConfigKind: Sendable, Equatable {
  /// Whole numbers.
  case integer
  /// Numbers; whole ones are accepted too.
  case float
  /// `true` and `false`.
  case boolean
  /// Any text.
  case string
  /// One of a few words.
  case choice([String])
  /// A list of values of one kind.
  case list(ConfigKind)

  /// Whether it is a list.
  var isList: Bool { if case .list = self { true } else { false } }

  /// What an error says that it expected.
  public var expectation: String {
    switch self {
    case .integer: return "a whole number"
    case .float: return "a number"
    case .boolean: return "true or false"
    case .string: return "text"
    case .choice(let words): return "one of " + words.joined(separator: ", ")
    case .list(let element): return "a list [a, b, …], each \(element.expectation)"
    }
  }

  /// The name in listings: `int`, `float`, `bool`, `text`, `a|b|c`, `[int]`.
  public var name: String {
    switch self {
    case .integer: return "int"
    case .float: return "float"
    case .boolean: return "bool"
    case .string: return "text"
    case .choice(let words): return words.joined(separator: "|")
    case .list(let element): return "[\(element.name)]"
    }
  }

  /// The JSON schema of the kind within a range.
  public func schema(_ range: SettingRange = .any) -> JSONValue {
    switch self {
    case .integer: return .object([.init("type", "integer")] + range.bounds(as: self))
    case .float: return .object([.init("type", "number")] + range.bounds(as: self))
    case .boolean: return ["type": "boolean"]
    case .string: return .object([.init("type", "string")] + range.bounds(as: self))
    case .choice(let words): return ["enum": .array(words.map { .string($0) })]
    case .list(let element):
      var elements = SettingRange.any
      if case .elements(let range, _) = range { elements = range }
      return .object(
        [.init("type", "array"), .init("items", element.schema(elements))] + range.bounds(as: self))
    }
  }

  /// Reads one scalar; `nil` when `text` is not of this kind.
  ///
  /// - Parameters:
  ///   - text: the characters, without quotes.
  ///   - isPlain: whether they stood without quotes; quoted characters are text and nothing else.
  public func scalar(_ text: String, isPlain: Bool) -> ConfigValue? {
    switch self {
    case .integer:
      guard isPlain, !NumberText.hasLeadingZero(text) else { return nil }
      if let value = Int(text) { return .integer(value) }
      // `1e4` is the whole number that it says; `1.0` is not taken for one.
      guard text.contains(where: { $0 == "e" || $0 == "E" }), let value = Double(text) else {
        return nil
      }
      return Int(exactly: value).map { .integer($0) }
    case .float:
      guard isPlain, !NumberText.hasLeadingZero(text) else { return nil }
      switch text {
      case ".inf", "+.inf": return .float(.infinity)
      case "-.inf": return .float(-.infinity)
      default:
        // Swift reads `0x10`, and takes 1e-400 for 0; a config that says so is mistaken.
        guard !text.contains(where: { $0 == "x" || $0 == "X" }), let value = Double(text),
          value.isFinite, value != 0 || !NumberText.hasDigits(text)
        else { return nil }
        return .float(value == 0 ? 0 : value)
      }
    case .boolean:
      return isPlain ? ["true": true, "false": false][text].map { .boolean($0) } : nil
    case .string:
      let isNothing = isPlain && (text.isEmpty || text == "~" || text == "null")
      return isNothing ? nil : .string(text)
    case .choice(let words):
      return words.contains(text) ? .string(text) : nil
    case .list:
      return nil
    }
  }

  /// What was probably meant: the nearest allowed word, or the same number in the form that is read here.
  func suggestion(for text: String) -> String? {
    switch self {
    case .choice(let words): return NearMiss.nearest(to: text, among: words)
    case .boolean:
      switch text.lowercased() {
      case "true", "yes", "on", "y", "1": return "true"
      case "false", "no", "off", "n", "0": return "false"
      default: return nil
      }
    case .integer, .float:
      guard let plain = NumberText.plain(text), plain != text, scalar(plain, isPlain: true) != nil
      else { return nil }
      return plain
    case .string, .list: return nil
    }
  }
}
