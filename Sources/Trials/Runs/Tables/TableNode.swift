import Settings
import Yams

/// A mapping in a table's file, whose keys are asked for by kind; what is wrong is named with its place.
struct TableNode {
  /// The keys with their values.
  let mapping: Node.Mapping
  /// The file, for messages.
  let path: String
  /// The dotted key of the mapping with a dot behind it; empty for the file itself.
  let prefix: String

  /// The mapping `node`, in which only `keys` may stand.
  ///
  /// - Throws: ``ConfigError``.
  init(_ node: Node, path: String, key: String, keys: [String]) throws {
    guard let mapping = node.mapping else {
      throw ConfigError.notMapping(
        place: ConfigNode.place(node, path), key: key, found: ConfigNode.found(node))
    }
    try self.init(mapping, path: path, prefix: key + ".", keys: keys)
  }

  /// The same of a mapping; ``prefix`` is empty for that of a file.
  init(_ mapping: Node.Mapping, path: String, prefix: String = "", keys: [String]) throws {
    self.mapping = mapping
    self.path = path
    self.prefix = prefix
    for (key, _) in mapping where !keys.contains(key.string ?? "") {
      let name = ConfigNode.found(key).filter { $0 != "`" }
      throw ConfigError.unknownKey(
        key: prefix + name, place: ConfigNode.place(key, path),
        suggestion: NearMiss.nearest(to: name, among: keys).map { prefix + $0 }, known: keys)
    }
  }

  /// A value of `kind`; `nil` if the key is not there.
  private func value(_ name: String, _ kind: ConfigKind) throws -> ConfigValue? {
    try mapping[name].map {
      try ConfigNode.value(
        $0, kind: kind, key: prefix + name, place: { ConfigNode.place($0, path) })
    }
  }

  /// Text, which may be empty.
  func text(_ name: String) throws -> String? {
    guard case .string(let text)? = try value(name, .string) else { return nil }
    return text
  }

  /// A list of texts.
  func texts(_ name: String) throws -> [String]? {
    guard case .list(let values)? = try value(name, .list(.string)) else { return nil }
    return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }

  /// `true` or `false`.
  func flag(_ name: String) throws -> Bool? {
    guard case .boolean(let flag)? = try value(name, .boolean) else { return nil }
    return flag
  }

  /// A whole number from 1, no more than a sweep may have.
  func count(_ name: String) throws -> Int? {
    guard case .integer(let count)? = try value(name, .integer) else { return nil }
    let most = ExperimentRegistry.greatestRunCount
    guard (1...most).contains(count) else {
      throw invalid(name, "a whole number from 1 to \(most)", "\(count)")
    }
    return count
  }

  /// A number.
  func number(_ name: String) throws -> Double? {
    guard case .float(let number)? = try value(name, .float) else { return nil }
    return number
  }

  /// Two numbers, the smaller one first.
  func range(_ name: String) throws -> ClosedRange<Double>? {
    guard case .list(let values)? = try value(name, .list(.float)) else { return nil }
    guard values.count == 2, case .float(let low) = values[0], case .float(let high) = values[1],
      low <= high
    else {
      throw invalid(
        name, "two numbers [low, high], the smaller one first", ConfigValue.list(values).yaml)
    }
    return low...high
  }

  /// The mappings of a list; one alone may stand without the list.
  func list(_ name: String, keys: [String]) throws -> [TableNode]? {
    guard let node = mapping[name] else { return nil }
    let items = node.sequence.map(Array.init) ?? [node]
    if items.isEmpty { throw invalid(name, "a list of at least one", "an empty one") }
    return try items.enumerated().map { index, item in
      try TableNode(item, path: path, key: "\(prefix)\(name)[\(index)]", keys: keys)
    }
  }

  /// A mapping; any of its keys are taken where `keys` is `nil`.
  func group(_ name: String, keys: [String]? = nil) throws -> TableNode? {
    guard let node = mapping[name] else { return nil }
    let own = node.mapping?.compactMap { $0.key.string } ?? []
    return try TableNode(node, path: path, key: prefix + name, keys: keys ?? own)
  }

  /// Settings of a configuration, with dotted or with nested keys.
  func settings(_ name: String) throws -> [TableSetting] {
    guard let group = try group(name) else { return [] }
    return try group.mapping.flatMap { try group.settings($0, $1, under: "") }
  }

  private func settings(_ name: Node, _ value: Node, under group: String) throws -> [TableSetting] {
    let key = group + (name.string ?? "")
    if let nested = value.mapping {
      return try nested.flatMap { try settings($0, $1, under: key + ".") }
    }
    guard let text = Self.override(value) else {
      throw invalid(key, "a value", ConfigNode.found(value))
    }
    return [
      TableSetting(
        key: key, text: text, isList: value.sequence != nil,
        keyOrigin: ConfigNode.origin(name, path), origin: ConfigNode.origin(value, path))
    ]
  }

  /// The value as `key=value` has it; `nil` for what has no such form.
  private static func override(_ node: Node) -> String? {
    if let scalar = node.scalar {
      let isPlain = scalar.style == .plain || scalar.style == .any
      if isPlain && !scalar.string.contains(",") { return scalar.string }
      let quote = scalar.string.contains("\"") ? "'" : "\""
      return quote + scalar.string + quote
    }
    guard let items = node.sequence else { return nil }
    let texts = items.compactMap(override)
    return texts.count == items.count ? "[" + texts.joined(separator: ", ") + "]" : nil
  }

  /// What is wrong with the value of a key.
  func invalid(_ name: String, _ expected: String, _ found: String) -> ConfigError {
    .invalid(
      key: prefix + name, place: mapping[name].map { ConfigNode.place($0, path) } ?? place,
      expected: expected, found: found)
  }

  /// Where the mapping begins.
  var place: String { mapping.first.map { ConfigNode.place($0.key, path) } ?? path }
}

/// A setting that a table lays over a config.
struct TableSetting: Sendable {
  /// The dotted key, and the value as it would stand behind `key=`.
  let key, text: String
  /// Whether the value is a list.
  let isList: Bool
  /// Where key and value stand.
  let keyOrigin, origin: ConfigOrigin
}
