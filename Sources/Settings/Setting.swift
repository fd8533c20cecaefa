/// A setting, declared once: what it means, its default, and what it may be.
///
///     @Setting("images per step", 2...) public var batchSize = 12
///     @Setting("weight of the dependence", 0..., quick: 0.5) public var weight = 1.0
///
/// In code it is its value, and it is encoded and compared as its value. What was declared, `$batchSize`, is read from a
/// configuration's default, which ``Declaration`` describes further; a decoded setting has its value alone.
@propertyWrapper
public struct Setting<Value: Codable & Sendable>: Sendable {
  /// What a setting was declared as; a configuration changes it in its `init` where a shared group means something else in it:
  /// `fit.$sampleSize.quick = 200`.
  public struct Declaration: Sendable {
    /// What the setting is, with its unit; listings add the range.
    public var meaning: String
    /// What it may be.
    public var range: SettingRange
    /// Its value in the quick form of a run; `nil` for the one that it has.
    public var quick: Value?
    /// Whether it changes no result, and so stays out of the hash that names the run folder.
    public var isWithoutEffect: Bool
    /// Whether the experiment did not have it at first: it stays out of the hash while it has its default, so that runs of before
    /// keep their folders.
    public var isAddedLater: Bool

    /// A declaration of these parts.
    public init(
      _ meaning: String, _ range: SettingRange = .any, quick: Value? = nil,
      isWithoutEffect: Bool = false, isAddedLater: Bool = false
    ) {
      self.meaning = meaning
      self.range = range
      self.quick = quick
      self.isWithoutEffect = isWithoutEffect
      self.isAddedLater = isAddedLater
    }
  }

  /// Kept apart, so that a group of settings is copied as its values and one reference for each.
  private final class Box: Sendable {
    let declaration: Declaration
    init(_ declaration: Declaration) { self.declaration = declaration }
  }

  /// The value.
  public var wrappedValue: Value
  private var box: Box?

  /// What was declared; of a decoded setting, nothing.
  public var projectedValue: Declaration {
    get { box?.declaration ?? Declaration("") }
    set { box = Box(newValue) }
  }

  /// A setting with a declaration that several share.
  public init(wrappedValue: Value, _ declaration: Declaration) {
    self.wrappedValue = wrappedValue
    box = Box(declaration)
  }

  /// A setting, or a group of settings: `meaning` then stands before those of its members, and the flags hold for all of them.
  public init(
    wrappedValue: Value, _ meaning: String, _ range: SettingRange = .any, quick: Value? = nil,
    isWithoutEffect: Bool = false, isAddedLater: Bool = false
  ) {
    self.init(
      wrappedValue: wrappedValue,
      Declaration(
        meaning, range, quick: quick, isWithoutEffect: isWithoutEffect, isAddedLater: isAddedLater))
  }
}

extension Setting where Value: SettingNumber {
  /// A number of a range with both ends.
  public init(
    wrappedValue: Value, _ meaning: String, _ range: ClosedRange<Value>, quick: Value? = nil,
    isWithoutEffect: Bool = false, isAddedLater: Bool = false
  ) {
    self.init(
      wrappedValue: wrappedValue, meaning, .within(range), quick: quick,
      isWithoutEffect: isWithoutEffect, isAddedLater: isAddedLater)
  }

  /// A number that has a least value.
  public init(
    wrappedValue: Value, _ meaning: String, _ range: PartialRangeFrom<Value>, quick: Value? = nil,
    isWithoutEffect: Bool = false, isAddedLater: Bool = false
  ) {
    self.init(
      wrappedValue: wrappedValue, meaning, .atLeast(range.lowerBound.asDouble), quick: quick,
      isWithoutEffect: isWithoutEffect, isAddedLater: isAddedLater)
  }
}

extension Setting: Equatable where Value: Equatable {
  /// Whether the values are equal.
  public static func == (a: Setting, b: Setting) -> Bool { a.wrappedValue == b.wrappedValue }
}

extension Setting: Hashable where Value: Hashable {
  /// Hashes the value.
  public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension Setting: Codable {
  /// The value alone.
  public init(from decoder: any Decoder) throws {
    wrappedValue = try decoder.singleValueContainer().decode(Value.self)
  }

  /// The value alone.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue)
  }
}

/// A ``Setting`` with the type of its value forgotten, as an encoder meets it.
public protocol AnySetting {
  /// The type of the value.
  static var valueType: any (Codable & Sendable).Type { get }
  /// The value.
  var value: any Codable & Sendable { get }
  /// ``Setting/Declaration/meaning``
  var meaning: String { get }
  /// ``Setting/Declaration/range``
  var range: SettingRange { get }
  /// ``Setting/Declaration/quick``
  var quick: (any Codable & Sendable)? { get }
  /// ``Setting/Declaration/isWithoutEffect``
  var isWithoutEffect: Bool { get }
  /// ``Setting/Declaration/isAddedLater``
  var isAddedLater: Bool { get }
}

extension Setting: AnySetting {
  /// `Value`.
  public static var valueType: any (Codable & Sendable).Type { Value.self }
  /// The value.
  public var value: any Codable & Sendable { wrappedValue }
  /// What the setting is.
  public var meaning: String { projectedValue.meaning }
  /// What it may be.
  public var range: SettingRange { projectedValue.range }
  /// Its value in the quick form.
  public var quick: (any Codable & Sendable)? { projectedValue.quick }
  /// Whether it changes no result.
  public var isWithoutEffect: Bool { projectedValue.isWithoutEffect }
  /// Whether it came later.
  public var isAddedLater: Bool { projectedValue.isAddedLater }
}
