import Yams

/// Lays a parsed YAML file over the defaults.
enum ConfigNode {
  /// Parses `text`; the root must be a mapping.
  ///
  /// - Throws: ``ConfigError`` with line and column.
  static func mapping(_ text: String, path: String) throws -> Node.Mapping {
    let root: Node?
    do {
      root = try BoundedYAML.compose(text)
    } catch let error as BoundedYAML.Excess {
      throw ConfigError.syntax(place: "\(path):\(error.line)", problem: error.description)
    } catch let error as YamlError {
      throw translated(error, text: text, path: path)
    }
    guard let root else {
      throw ConfigError.notMapping(place: path, key: "", found: "an empty file")
    }
    guard let mapping = root.mapping else {
      let isNothing = root.scalar?.string.isEmpty == true
      throw ConfigError.notMapping(
        place: place(root, path), key: "",
        found: isNothing ? "an empty file" : found(root))
    }
    return mapping
  }

  /// Lays `mapping` over `layers` below the dotted `prefix`; the keys in `skipping` are left to the caller.
  static func lay(
    _ mapping: Node.Mapping, prefix: String = "", path: String, skipping: Set<String> = [],
    over layers: inout ConfigLayers
  ) throws {
    for (keyNode, valueNode) in mapping {
      let name = try word(keyNode, path)
      if prefix.isEmpty && skipping.contains(name) { continue }
      let key = prefix + name
      if let setting = layers.setting(key) {
        let value = try value(valueNode, for: setting, place: { place($0, path) })
        layers.set(key, [value], origin: origin(valueNode, path))
      } else if layers.isGroup(key) {
        guard let nested = valueNode.mapping else {
          throw ConfigError.notMapping(
            place: place(valueNode, path), key: key, found: found(valueNode))
        }
        try lay(nested, prefix: key + ".", path: path, over: &layers)
      } else if name == "<<" {
        throw ConfigError.syntax(
          place: place(keyNode, path),
          problem: "the merge key `<<`, which is not read here; write the lines out")
      } else {
        throw layers.unknown(key, place: place(keyNode, path))
      }
    }
  }

  /// Reads the `sweep:` mapping: dotted or nested keys, each with a list of values.
  static func sweep(
    _ node: Node, prefix: String = "", path: String, over layers: inout ConfigLayers
  ) throws {
    guard let mapping = node.mapping else {
      throw ConfigError.notMapping(
        place: place(node, path), key: prefix.isEmpty ? "sweep" : "sweep." + prefix.dropLast(),
        found: found(node))
    }
    for (keyNode, valueNode) in mapping {
      let key = prefix + (try word(keyNode, path))
      guard let setting = layers.setting(key) else {
        guard layers.isGroup(key) else { throw layers.unknown(key, place: place(keyNode, path)) }
        try sweep(valueNode, prefix: key + ".", path: path, over: &layers)
        continue
      }
      guard let items = valueNode.sequence, !items.isEmpty else {
        throw ConfigError.wrongType(
          key: "sweep." + key, place: place(valueNode, path),
          expected: "a list of values, each \(setting.kind.expectation)",
          found: valueNode.sequence == nil
            ? found(valueNode) : "an empty list; give it a value, or take the line away",
          suggestion: nil)
      }
      let values = try items.map { try value($0, for: setting, place: { place($0, path) }) }
      try layers.sweep(key, values, origin: origin(valueNode, path))
    }
  }

  /// One value of the kind that `setting` accepts.
  static func value(_ node: Node, for setting: ConfigSetting, place: (Node) -> String) throws
    -> ConfigValue
  {
    try value(node, kind: setting.kind, key: setting.key, place: place)
  }

  /// One value of `kind`; `key` is what errors call it.
  static func value(
    _ node: Node, kind: ConfigKind, key: String, place: (Node) -> String
  ) throws -> ConfigValue {
    if case .list(let element) = kind, let items = node.sequence {
      return .list(try items.map { try value($0, kind: element, key: key, place: place) })
    }
    if let scalar = node.scalar,
      let value = kind.scalar(
        scalar.string, isPlain: scalar.style == .plain || scalar.style == .any)
    {
      return value
    }
    throw ConfigError.wrongType(
      key: key, place: place(node), expected: kind.expectation, found: found(node),
      suggestion: node.scalar.flatMap { kind.suggestion(for: $0.string) })
  }

  /// `path:line:column`.
  static func place(_ node: Node, _ path: String) -> String { origin(node, path).description }

  static func origin(_ node: Node, _ path: String) -> ConfigOrigin {
    .file(path: path, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
  }

  private static func word(_ node: Node, _ path: String) throws -> String {
    guard let scalar = node.scalar else {
      throw ConfigError.syntax(place: place(node, path), problem: "\(found(node)) as a key")
    }
    return scalar.string
  }

  static func found(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar):
      return scalar.string.isEmpty && scalar.style != .singleQuoted && scalar.style != .doubleQuoted
        ? "nothing"
        : scalar.style == .doubleQuoted || scalar.style == .singleQuoted
          ? "the text `\"\(scalar.string)\"`" : "`\(scalar.string)`"
    case .mapping: return "a mapping"
    case .sequence: return "a list"
    case .alias: return "an alias"
    }
  }

  private static func translated(_ error: YamlError, text: String, path: String) -> ConfigError {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let around = context.map { " (\($0.text))" } ?? ""
      let advice = advice(line: mark.line, of: text).map { "; " + $0 } ?? ""
      return .syntax(place: "\(path):\(mark)", problem: problem + around + advice)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let key = duplicates.first ?? "?"
      let line = secondLine(of: key, after: context.mark, in: text)
      return .duplicateKey(key: key, place: "\(path):\(line):\(context.mark.column)")
    case .reader(let problem, let offset, _, _):
      return .syntax(place: path, problem: problem + (offset.map { " at byte \($0)" } ?? ""))
    default:
      return .syntax(place: path, problem: "\(error)")
    }
  }

  /// What the line at fault, counted from 1, or the file as a whole shows of the cause.
  private static func advice(line: Int, of text: String) -> String? {
    if let kind = ConfigFile.foreignKind(Array(text.utf8.prefix(4096))) {
      return "the file looks like \(kind)"
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.indices.contains(line - 1) else { return nil }
    if lines[line - 1].prefix(while: \.isWhitespace).contains("\t") {
      return "the line begins with a tab: YAML wants spaces"
    }
    return PastedText.note(on: String(lines[line - 1]).replacing("\r", with: ""))
  }

  /// The line on which `key` stands again at the column of `mark`; the line of `mark` if it stands on one line.
  private static func secondLine(of key: String, after mark: Mark, in text: String) -> Int {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for number in lines.indices where number >= mark.line {
      let line = lines[number]
      let indent = line.prefix { $0 == " " }.count
      if indent + 1 == mark.column, line.dropFirst(indent).hasPrefix(key) { return number + 1 }
    }
    return mark.line
  }
}
