import Yams

/// The value of a `key=value` argument: one value, or several with commas between them.
enum OverrideText {
  static func values(of text: String, for setting: ConfigSetting, place: String) throws
    -> [ConfigValue]
  {
    func mismatch(_ found: String, _ word: String? = nil) -> ConfigError {
      .wrongType(
        key: setting.key, place: place, expected: setting.kind.expectation, found: found,
        suggestion: word.flatMap { setting.kind.suggestion(for: $0) })
    }
    if case .list = setting.kind {
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
    return try split(text).map { part in
      guard let value = setting.kind.scalar(part.text, isPlain: part.isPlain) else {
        throw mismatch(part.text.isEmpty ? "nothing" : "`\(part.text)`", part.text)
      }
      return value
    }
  }

  /// Splits at commas outside quotes, and takes the quotes away.
  static func split(_ text: String) -> [(text: String, isPlain: Bool)] {
    var parts: [(text: String, isPlain: Bool)] = []
    var current = ""
    var isPlain = true
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { current.append(character) }
      } else if (character == "\"" || character == "'") && current.isEmpty {
        quote = character
        isPlain = false
      } else if character == "," {
        parts.append((current, isPlain))
        (current, isPlain) = ("", true)
      } else if character != " " || !current.isEmpty {
        current.append(character)
      }
    }
    parts.append((current, isPlain))
    return parts
  }
}
