import Settings

/// Turns a configuration value into its settings, in the order of declaration and with their kinds.
///
/// `Codable` is what makes the order and the nesting known without a list by hand; the kinds come from the static
/// types that the encoding methods see, and what a setting was declared as from the `Setting` among them.
enum ConfigEncoder {
  static func settings<Group: Encodable>(of configuration: Group) throws -> [ConfigSetting] {
    let sink = Sink(typeName: "\(Group.self)")
    try configuration.encode(to: Level(sink: sink, prefix: "", groups: []))
    return sink.settings
  }

  final class Sink {
    let typeName: String
    var settings: [ConfigSetting] = []
    init(typeName: String) { self.typeName = typeName }
  }

  /// The kind of a static type; `nil` for what is not a leaf.
  static func kind(of type: Any.Type) -> ConfigKind? {
    if type is any BinaryInteger.Type { return .integer }
    if type is any BinaryFloatingPoint.Type { return .float }
    if type == Bool.self { return .boolean }
    if type == String.self { return .string }
    if let raw = type as? any RawRepresentable.Type, let words = words(of: raw) {
      return words.isEmpty ? .string : .choice(words)
    }
    if let list = type as? any ConfigList.Type {
      return kind(of: list.elementType).map { .list($0) }
    }
    return nil
  }

  /// The words of an enum backed by `String`: empty when it does not list its cases, `nil` for other types.
  private static func words<R: RawRepresentable>(of type: R.Type) -> [String]? {
    guard R.RawValue.self == String.self else { return nil }
    guard let listed = type as? any CaseIterable.Type else { return [] }
    return cases(of: listed).compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
  }

  private static func cases<E: CaseIterable>(of type: E.Type) -> [Any] { Array(E.allCases) }

  /// The value of a leaf.
  static func value(of leaf: Any) -> ConfigValue? {
    switch leaf {
    case let value as Bool: return .boolean(value)
    case let value as String: return .string(value)
    case let value as Float:
      // The digits that a person wrote, not the Double next to the Float.
      return .float(Double("\(value)") ?? Double(value))
    case let value as Double: return .float(value)
    case let value as any BinaryInteger: return .integer(Int(value))
    case let value as any RawRepresentable: return (value.rawValue as? String).map { .string($0) }
    case let value as any ConfigList:
      let values = value.elements.compactMap { self.value(of: $0) }
      return values.count == value.elements.count ? .list(values) : nil
    default: return nil
    }
  }
}

/// An array, seen without its element type.
private protocol ConfigList {
  static var elementType: Any.Type { get }
  var elements: [Any] { get }
}

extension Array: ConfigList {
  fileprivate static var elementType: Any.Type { Element.self }
  fileprivate var elements: [Any] { map { $0 } }
}

private protocol OptionalType {}
extension Optional: OptionalType {}

/// The encoder of one level of nesting.
private struct Level: Encoder {
  let sink: ConfigEncoder.Sink
  let prefix: String
  /// The groups around it that are settings themselves, the outermost first.
  let groups: [any AnySetting]
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(LevelContainer<Key>(level: self))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    fatalError(
      "\(sink.typeName): `\(prefix)` encodes itself as a list; configurations hold structs and plain values"
    )
  }
  func singleValueContainer() -> any SingleValueEncodingContainer {
    fatalError(
      "\(sink.typeName): `\(prefix)` encodes itself as one value; configurations hold structs and plain values"
    )
  }
}

private struct LevelContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let level: Level
  var codingPath: [any CodingKey] { [] }

  /// Adds a leaf; false for what is none.
  private func put(
    _ value: Any, _ type: Any.Type, _ key: Key, declared: (any AnySetting)? = nil
  ) throws -> Bool {
    guard let kind = ConfigEncoder.kind(of: type), let leaf = ConfigEncoder.value(of: value) else {
      return false
    }
    let meanings = (level.groups.map(\.meaning) + [declared?.meaning ?? ""]).filter { !$0.isEmpty }
    let all = level.groups + [declared].compactMap { $0 }
    let range = all.reversed().lazy.map(\.range).first { $0 != .ofGroup }
    level.sink.settings.append(
      ConfigSetting(
        key: level.prefix + key.stringValue, kind: kind,
        meaning: declared == nil ? "" : meanings.joined(separator: ": "),
        range: declared == nil ? .any : range ?? .any,
        quick: declared?.quick.flatMap { ConfigEncoder.value(of: $0) },
        isWithoutEffect: all.contains(where: \.isWithoutEffect),
        isAddedLater: all.contains(where: \.isAddedLater), value: leaf, origin: .defaults))
    return true
  }

  private func refuse(_ key: Key, _ reason: String) -> ConfigError {
    .unsupported(type: level.sink.typeName, key: level.prefix + key.stringValue, reason: reason)
  }

  private func encodeOptional(_ key: Key) throws {
    throw refuse(
      key, "configurations have no Optionals; give it a default value or a word such as `none`")
  }

  func encodeNil(forKey key: Key) throws { try encodeOptional(key) }
  func encode(_ value: Bool, forKey key: Key) throws { _ = try put(value, Bool.self, key) }
  func encode(_ value: String, forKey key: Key) throws { _ = try put(value, String.self, key) }
  func encode(_ value: Double, forKey key: Key) throws { _ = try put(value, Double.self, key) }
  func encode(_ value: Float, forKey key: Key) throws { _ = try put(value, Float.self, key) }
  func encode(_ value: Int, forKey key: Key) throws { _ = try put(value, Int.self, key) }
  func encode(_ value: Int8, forKey key: Key) throws { _ = try put(value, Int8.self, key) }
  func encode(_ value: Int16, forKey key: Key) throws { _ = try put(value, Int16.self, key) }
  func encode(_ value: Int32, forKey key: Key) throws { _ = try put(value, Int32.self, key) }
  func encode(_ value: Int64, forKey key: Key) throws { _ = try put(value, Int64.self, key) }
  func encode(_ value: UInt, forKey key: Key) throws { _ = try put(value, UInt.self, key) }
  func encode(_ value: UInt8, forKey key: Key) throws { _ = try put(value, UInt8.self, key) }
  func encode(_ value: UInt16, forKey key: Key) throws { _ = try put(value, UInt16.self, key) }
  func encode(_ value: UInt32, forKey key: Key) throws { _ = try put(value, UInt32.self, key) }
  func encode(_ value: UInt64, forKey key: Key) throws { _ = try put(value, UInt64.self, key) }

  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    if let setting = value as? any AnySetting {
      try encode(setting.value, type(of: setting).valueType, key, declared: setting)
    } else {
      try encode(value, T.self, key, declared: nil)
    }
  }

  private func encode(
    _ value: any Encodable, _ type: Any.Type, _ key: Key, declared: (any AnySetting)?
  ) throws {
    if try put(value, type, key, declared: declared) { return }
    if type is any OptionalType.Type { try encodeOptional(key) }
    if value is any Collection {
      throw refuse(key, "expected a list of plain values or a struct, found \(type)")
    }
    try value.encode(
      to: Level(
        sink: level.sink, prefix: level.prefix + key.stringValue + ".",
        groups: level.groups + [declared].compactMap { $0 }))
  }

  func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try encodeOptional(key) }
  func encodeIfPresent(_ value: String?, forKey key: Key) throws { try encodeOptional(key) }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try encodeOptional(key) }
  func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try encodeOptional(key) }
  func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try encodeOptional(key) }
  func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try encodeOptional(key) }
  func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
    try encodeOptional(key)
  }

  func nestedContainer<NestedKey: CodingKey>(keyedBy keyType: NestedKey.Type, forKey key: Key)
    -> KeyedEncodingContainer<NestedKey>
  {
    Level(sink: level.sink, prefix: level.prefix + key.stringValue + ".", groups: level.groups)
      .container(
        keyedBy: keyType)
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    level.unkeyedContainer()
  }
  func superEncoder() -> any Encoder { level }
  func superEncoder(forKey key: Key) -> any Encoder { level }
}
