import Storage

/// Settings as text: YAML for `config.yaml`, JSON for the decoder, the canonical form for the hash.
enum ConfigText {
  /// Nested YAML in the order of declaration, with `comment` after each value where it gives one.
  static func yaml(_ settings: [ConfigSetting], comment: (ConfigSetting) -> String? = { _ in nil })
    -> String
  {
    var out = ""
    var open: [Substring] = []
    for setting in settings {
      let path = setting.key.split(separator: ".")
      let parents = Array(path.dropLast())
      let shared = zip(open, parents).prefix { $0 == $1 }.count
      for depth in shared..<max(shared, parents.count) {
        out += indent(depth) + parents[depth] + ":\n"
      }
      open = parents
      out += indent(parents.count) + path.last! + ": " + setting.value.yaml
      if let comment = comment(setting), !comment.isEmpty { out += "  # " + comment }
      out += "\n"
    }
    return out
  }

  /// One nested JSON object, each leaf made by `leaf`.
  static func json(
    _ settings: [ConfigSetting], leaf: (ConfigSetting) -> JSONValue = { $0.value.json }
  ) -> JSONValue {
    object(settings[...], depth: 0, leaf: leaf)
  }

  /// One `key: value` line per setting, sorted.
  static func canonical(_ settings: [ConfigSetting]) -> String {
    settings.map { "\($0.key): \($0.value.yaml)\n" }.sorted().joined()
  }

  /// The 64-bit FNV-1a hash as 16 hexadecimal digits.
  static func hash(_ text: String) -> String {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let hex = String(state, radix: 16)
    return String(repeating: "0", count: 16 - hex.count) + hex
  }

  private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

  private static func object(
    _ settings: ArraySlice<ConfigSetting>, depth: Int, leaf: (ConfigSetting) -> JSONValue
  ) -> JSONValue {
    var members: [JSONValue.Member] = []
    var index = settings.startIndex
    while index < settings.endIndex {
      let path = settings[index].key.split(separator: ".")
      let name = path[depth]
      if path.count == depth + 1 {
        members.append(.init(String(name), leaf(settings[index])))
        index += 1
      } else {
        // The settings of one struct stand side by side, since it was encoded at once.
        let end =
          settings[index...].firstIndex {
            let other = $0.key.split(separator: ".")
            return other.count <= depth + 1 || other[depth] != name
          } ?? settings.endIndex
        members.append(
          .init(String(name), object(settings[index..<end], depth: depth + 1, leaf: leaf)))
        index = end
      }
    }
    return .object(members)
  }
}
