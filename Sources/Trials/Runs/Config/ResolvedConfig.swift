import Storage

/// A configuration with every value settled and known to be valid: one run.
public struct ResolvedConfig: Sendable {
  /// What the experiment accepts.
  public let template: ConfigTemplate
  /// Every setting, in the order of declaration.
  public let settings: [ConfigSetting]
  /// The keys that tell this run from others of the same sweep, in the order of the sweep.
  public let sweptKeys: [String]

  /// The name of the experiment.
  public var experiment: String { template.experiment }

  /// Checks the settings against the configuration's type.
  ///
  /// - Throws: ``ConfigError`` with the place of the value at fault.
  init(template: ConfigTemplate, settings: [ConfigSetting], sweptKeys: [String] = []) throws {
    self.template = template
    self.settings = settings
    self.sweptKeys = sweptKeys
    try check(key: "threads", "a whole number from 1") { $0 >= 1 }
    try check(key: "seed", "a whole number from 0") { $0 >= 0 }
    try template.check(settings)
  }

  private func check(key: String, _ expected: String, _ holds: (Int) -> Bool) throws {
    guard let setting = settings.first(where: { $0.key == key }) else { return }
    guard case .integer(let value) = setting.value, holds(value) else {
      throw ConfigError.invalid(
        key: key, place: setting.origin.description, expected: expected,
        found: setting.value.yaml)
    }
  }

  /// The value of a dotted key; `nil` if there is none.
  public subscript(key: String) -> ConfigValue? { settings.first { $0.key == key }?.value }

  /// The seed of the run.
  public var seed: Int { integer("seed") ?? 0 }

  /// Threads of the run.
  public var threads: Int { integer("threads") ?? 1 }

  private func integer(_ key: String) -> Int? {
    if case .integer(let value)? = self[key] { return value }
    return nil
  }

  /// 16 hexadecimal digits of everything that can change a result; the name of the run folder.
  public var hash: String {
    let relevant = zip(settings, template.settings).filter { setting, declared in
      !setting.isWithoutEffect && !(setting.isAddedLater && setting.value == declared.value)
    }
    return ConfigText.hash(ConfigText.canonical(relevant.map(\.0)))
  }

  /// The settings as YAML, as they stand in `config.yaml`.
  public var yaml: String { ConfigText.yaml(settings) }

  /// The settings as one JSON object.
  public var json: JSONValue { ConfigText.json(settings) }

  /// `seed=1 method=slice`: what tells this run from the others of its sweep; empty outside sweeps.
  public var label: String {
    sweptKeys.map { "\($0)=\(self[$0]?.yaml ?? "")" }.joined(separator: " ")
  }

  /// The typed configuration.
  public func configuration<C: ExperimentConfiguration>(as type: C.Type) throws -> C {
    try ConfigDecoder.decode(type, from: settings)
  }
}
