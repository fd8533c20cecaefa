import Settings

/// Where a value of a configuration came from.
public enum ConfigOrigin: Sendable, Equatable, CustomStringConvertible {
  /// The default of the configuration's type.
  case defaults
  /// A place in a file.
  case file(path: String, line: Int, column: Int)
  /// The overrides of `--quick`.
  case quick
  /// An argument of the command line.
  case commandLine(String)
  /// An axis of a sweep that a program set.
  case program

  /// `default`, `path:line:column`, `--quick` or the argument.
  public var description: String {
    switch self {
    case .defaults: return "default"
    case .file(let path, let line, let column): return "\(path):\(line):\(column)"
    case .quick: return "--quick"
    case .commandLine(let argument):
      return "command line (\(argument.count > 80 ? argument.prefix(80) + "…" : argument))"
    case .program: return "program"
    }
  }
}

/// One setting: its dotted key, what it was declared as, its value and where that came from.
public struct ConfigSetting: Sendable, Equatable {
  /// The dotted key, such as `optimizer.learningRate`.
  public let key: String
  /// What it accepts.
  public let kind: ConfigKind
  /// What it is, with its unit; empty for a property that is not declared with `@Setting`.
  public let meaning: String
  /// What it may be.
  public let range: SettingRange
  /// Its value under `--quick`; `nil` where that changes nothing.
  public let quick: ConfigValue?
  /// Whether it changes no result, and so stays out of the hash.
  public let isWithoutEffect: Bool
  /// Whether it stays out of the hash while it has its default.
  public let isAddedLater: Bool
  /// Its value.
  public var value: ConfigValue
  /// Where the value came from.
  public var origin: ConfigOrigin

  /// The line of listings: meaning, range, and whether it changes no result.
  public var documentation: String {
    meaning + (limits.isEmpty ? "" : separator + limits)
      + (isWithoutEffect ? "; changes no result" : "")
  }

  /// The range; nothing where the meaning says already what the least value stands for, as in `0 for all`.
  private var limits: String {
    if case .atLeast(let least) = range {
      let number = "\(Int(least))"
      if meaning.contains(number + " for ") || meaning.contains(number + ": ") { return "" }
    }
    return range.text
  }

  private var separator: String {
    if case .among = range { return ": " }
    return meaning.contains(";") ? "; " : ", "
  }
}

/// What is known of an experiment's configuration without running it.
public struct ConfigTemplate: Sendable {
  /// The name of the experiment.
  public let experiment: String
  /// Every setting with its default, in the order of declaration.
  public let settings: [ConfigSetting]
  /// Checks ranges, decodes and validates resolved settings, throwing ``ConfigError``.
  let check: @Sendable ([ConfigSetting]) throws -> Void

  /// Describes the configuration type of an experiment.
  ///
  /// - Throws: ``ConfigError/unsupported(type:key:reason:)`` where the type holds an Optional, a dictionary or a list
  ///   of structs, or a property without a meaning.
  public init<C: ExperimentConfiguration>(_ type: C.Type) throws {
    let defaults = C()
    try self.init(defaults, name: defaults.experiment) { try $0.validate() }
  }

  /// Describes a group of settings by its defaults.
  init<Group: Codable & Sendable>(
    _ defaults: Group, name: String, validate: @escaping @Sendable (Group) throws -> Void
  ) throws {
    experiment = name
    settings = try ConfigEncoder.settings(of: defaults)
    if let bare = settings.first(where: \.meaning.isEmpty) {
      throw ConfigError.unsupported(
        type: "\(Group.self)", key: bare.key,
        reason: "expected a meaning, found none; declare it as @Setting(\"what it is\") var …")
    }
    for setting in settings {
      guard let quick = setting.quick, !setting.range.holds(quick) else { continue }
      throw ConfigError.unsupported(
        type: "\(Group.self)", key: setting.key,
        reason: "expected \(setting.range.expectation()) in the quick form, found \(quick.yaml)")
    }
    check = { settings in
      try ConfigChecks.checkNumbers(settings)
      try ConfigChecks.checkRanges(settings)
      do {
        try validate(ConfigDecoder.decode(Group.self, from: settings))
      } catch ConfigError.invalid(let key, _, let expected, let found) {
        let origin = settings.first { $0.key == key }?.origin ?? .defaults
        throw ConfigError.invalid(
          key: key, place: origin.description, expected: expected, found: found)
      }
    }
  }

  /// The declared settings with the values of a group of theirs, which a program set.
  func settings<Group: Encodable>(withValuesOf group: Group) throws -> [ConfigSetting] {
    try zip(settings, ConfigEncoder.settings(of: group)).map { declared, given in
      var setting = declared
      (setting.value, setting.origin) = (given.value, .program)
      return setting
    }
  }

  /// What `--quick` lays over a file's values, as it would be typed: `epochs=40`.
  public var quickArguments: [String] {
    settings.compactMap { setting in setting.quick.map { "\(setting.key)=\($0.yaml)" } }
  }
}

extension ExperimentConfiguration {
  /// Checks a configuration that a program set up, as one of a file is checked: each range, then ``validate()``.
  ///
  /// - Throws: ``ConfigError/invalid(key:place:expected:found:)`` for the first setting at fault.
  public func check() throws {
    let template = try ConfigTemplate(Self.self)
    try template.check(template.settings(withValuesOf: self))
  }
}
