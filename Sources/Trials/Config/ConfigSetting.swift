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
    case .commandLine(let argument): return "command line (\(argument))"
    case .program: return "program"
    }
  }
}

/// One setting: its dotted key, what it accepts, its value and where that came from.
public struct ConfigSetting: Sendable, Equatable {
  /// The dotted key, such as `optimizer.learningRate`.
  public let key: String
  /// What it accepts.
  public let kind: ConfigKind
  /// The line that documents it; empty if there is none.
  public var documentation: String
  /// Its value.
  public var value: ConfigValue
  /// Where the value came from.
  public var origin: ConfigOrigin
}

/// What is known of an experiment's configuration without running it.
public struct ConfigTemplate: Sendable {
  /// The name of the experiment.
  public let experiment: String
  /// Every setting with its default, in the order of declaration.
  public let settings: [ConfigSetting]
  /// What `--quick` changes.
  public let quickOverrides: [(key: String, value: String)]
  /// Keys that stay out of the hash.
  public let keysWithoutEffect: [String]
  /// Keys that stay out of the hash while they have these values, their defaults.
  let laterDefaults: [String: ConfigValue]
  /// Decodes and validates resolved settings, throwing ``ConfigError``.
  let check: @Sendable ([ConfigSetting]) throws -> Void

  /// Describes the configuration type of an experiment.
  ///
  /// - Throws: ``ConfigError/unsupported(type:key:reason:)`` where the type holds an Optional, a dictionary or a list
  ///   of structs, or documents a key that it does not have.
  public init<C: ExperimentConfiguration>(_ type: C.Type) throws {
    let defaults = C()
    var settings = try ConfigEncoder.settings(of: defaults)
    let keys = Set(settings.map(\.key))
    for key in C.documentation.keys.sorted() where !keys.contains(key) {
      throw ConfigError.unsupported(
        type: "\(C.self)", key: key, reason: "documented, but there is no such key")
    }
    for index in settings.indices {
      settings[index].documentation = C.documentation[settings[index].key] ?? ""
    }
    experiment = defaults.experiment
    self.settings = settings
    quickOverrides = C.quickOverrides
    keysWithoutEffect = C.keysWithoutEffect
    for key in C.keysAddedLater.sorted() where !keys.contains(key) {
      throw ConfigError.unsupported(
        type: "\(C.self)", key: key, reason: "named as added later, but there is no such key")
    }
    laterDefaults = Dictionary(
      uniqueKeysWithValues: settings.filter { C.keysAddedLater.contains($0.key) }
        .map { ($0.key, $0.value) })
    check = { settings in
      try ConfigChecks.checkNumbers(settings)
      let configuration = try ConfigDecoder.decode(C.self, from: settings)
      do {
        try configuration.validate()
      } catch ConfigError.invalid(let key, _, let expected, let found) {
        let origin = settings.first { $0.key == key }?.origin ?? .defaults
        throw ConfigError.invalid(
          key: key, place: origin.description, expected: expected, found: found)
      }
    }
  }
}
