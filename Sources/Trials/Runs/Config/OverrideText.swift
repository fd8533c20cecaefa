import Yams

/// The value of a `key=value` argument: one value, or several with commas between them.
enum OverrideText {
  static func values(
    of text: String, for setting: ConfigSetting, place: String, isSweep: Bool = true
  ) throws -> [ConfigValue] {
    func mismatch(_ found: String, _ word: String? = nil) -> ConfigError {
      .wrongType(
        key: setting.key, place: place, expected: setting.kind.expectation, found: found,
        suggestion: word.flatMap { setting.kind.suggestion(for: $0) })
    }
    if case .list = setting.kind {
      let text = isSweep || text.hasPrefix("[") ? text : "[\(text)]"
      // `[80, 80]` is one list, `[80],[160]` are two; brackets are asked for, since `80,80` could be both.
      guard let node = try? BoundedYAML.compose("[\(text)]"), let items = node.sequence,
        !items.isEmpty, items.allSatisfy({ $0.sequence != nil })
      else {
        throw mismatch("`\(text)`; write the brackets, as in \(setting.key)=\(setting.value.yaml)")
      }
      return try items.map { try ConfigNode.value($0, for: setting, place: { _ in place }) }
    }
    // A comma alone is the text that it is, as in `data.csv.decimal=,`.
    if text == ",", let value = setting.kind.scalar(text, isPlain: true) { return [value] }
    let parts = split(text)
    if parts.last?.isOpen == true {
      throw mismatch("`\(short(text))`, where a quotation mark is not closed")
    }
    if parts.count > 1, !isSweep { throw mismatch("`\(short(text))`, \(parts.count) values") }
    try refuseDecimalComma(parts, of: text, for: setting, place: place)
    return try parts.map { part in
      guard let value = setting.kind.scalar(part.text, isPlain: part.isPlain) else {
        let note = PastedText.note(on: part.text).map { "; " + $0 } ?? ""
        throw mismatch(part.text.isEmpty ? "nothing" : "`\(short(part.text))`\(note)", part.text)
      }
      return value
    }
  }

  /// `0,001` is a number in much of the world, and a sweep over 0 and 1 here: refused where it can be either.
  private static func refuseDecimalComma(
    _ parts: [Part], of text: String, for setting: ConfigSetting,
    place: String
  ) throws {
    guard parts.count > 1, setting.kind == .float || setting.kind == .integer,
      parts.allSatisfy(\.isPlain)
    else { return }
    let words = parts.map(\.text)
    let isAmbiguous =
      setting.kind == .float && words.count == 2 && words.allSatisfy(NumberText.isWhole)
      || words.dropFirst().contains(where: NumberText.hasLeadingZero)
    guard isAmbiguous else { return }
    let whole = setting.kind == .integer
    let one =
      whole ? words.joined() : words.count == 2 ? words.joined(separator: ".") : "1.5"
    let several = words.map { word in
      let plain = NumberText.plain(word) ?? word
      return whole || plain.contains(".") || plain.contains("e") ? plain : plain + ".0"
    }
    throw ConfigError.wrongType(
      key: setting.key, place: place, expected: setting.kind.expectation,
      found:
        "`\(text)`, which may be one number with a comma in it or a sweep over \(words.count); write \(one) for one, "
        + "or \(several.joined(separator: ",")) for a sweep",
      suggestion: nil)
  }

  /// Its beginning, where it is longer than a message should be.
  private static func short(_ text: String) -> String {
    text.count > 80 ? text.prefix(80) + "…" : text
  }

  /// One value of an argument: without its quotes, whether it had none, and whether they are not closed.
  typealias Part = (text: String, isPlain: Bool, isOpen: Bool)

  /// Splits at commas outside quotes, and takes the quotes away, as well as blanks around what stands without quotes.
  static func split(_ text: String) -> [Part] {
    var parts: [Part] = []
    var current = ""
    var isPlain = true
    var quote: Character?
    func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
    func end() {
      if isPlain, let last = current.lastIndex(where: { !isBlank($0) }) {
        current = String(current[...last])
      }
      parts.append((current, isPlain, quote != nil))
      (current, isPlain) = ("", true)
    }
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { current.append(character) }
      } else if (character == "\"" || character == "'") && current.isEmpty {
        quote = character
        isPlain = false
      } else if character == "," {
        end()
      } else if !isBlank(character) || !current.isEmpty {
        current.append(character)
      }
    }
    end()
    return parts
  }

  /// What to write in place of an argument that has no `=`, or nothing before it; `next` is the one that follows.
  static func advice(on argument: String, before next: String, _ layers: ConfigLayers) -> String {
    let isKey = layers.setting(argument) != nil
    if argument.hasPrefix("=") || (isKey && next.hasPrefix("=")) {
      return "write it as one word, without blanks around the ="
    }
    if isKey { return "write a value behind it: \(argument)=…" }
    if let colon = argument.firstIndex(of: ":"), layers.setting(String(argument[..<colon])) != nil {
      let value = argument[argument.index(after: colon)...]
      return "write = for the colon: \(argument[..<colon])=\(value.isEmpty ? "…" : value)"
    }
    return PastedText.note(on: argument) ?? ""
  }
}
