import Settings
import Yams

/// Settings with layers being laid over them, and the axes of a sweep.
struct ConfigLayers {
  let template: ConfigTemplate
  /// Whether several values of a key make several runs; else a key has one value, and a list needs no brackets.
  let isSweep: Bool
  var settings: [ConfigSetting]
  /// Swept keys with their values, slowest first.
  var axes: [(key: String, values: [ConfigValue], origin: ConfigOrigin)] = []

  init(template: ConfigTemplate, isSweep: Bool = true) {
    self.template = template
    self.isSweep = isSweep
    settings = template.settings
  }

  /// Every run that the layers describe: the cartesian product of the axes, the last varying fastest.
  func expanded() throws -> [ResolvedConfig] {
    let count = axes.reduce(1.0) { $0 * Double($1.values.count) }
    if let last = axes.last, count > Double(ExperimentRegistry.greatestRunCount) {
      let parts = axes.map { "\($0.values.count) of `\($0.key)`" }.joined(separator: " by ")
      throw ConfigError.invalid(
        key: last.key, place: last.origin.description,
        expected: "a sweep of at most \(ExperimentRegistry.greatestRunCount) runs",
        found:
          "\(count < 1e15 ? "\(Int(count))" : "\(count)") (\(parts)); sweep fewer values at a time")
    }
    var combinations = [settings]
    for axis in axes {
      combinations = combinations.flatMap { base in
        axis.values.map { value in
          var next = base
          let index = next.firstIndex { $0.key == axis.key }!
          next[index].value = value
          next[index].origin = axis.origin
          return next
        }
      }
    }
    let keys = axes.filter { $0.values.count > 1 }.map(\.key)
    return try combinations.map {
      try ResolvedConfig(template: template, settings: $0, sweptKeys: keys)
    }
  }

  /// Sets the values of a sweep.
  ///
  /// - Throws: ``ConfigError/invalid(key:place:expected:found:)`` if one stands there twice: it would be one run, counted as two.
  mutating func sweep(_ key: String, _ values: [ConfigValue], origin: ConfigOrigin) throws {
    var known: Set<ConfigValue> = []
    for value in values where !known.insert(value).inserted {
      throw ConfigError.invalid(
        key: key, place: origin.description, expected: "each value of a sweep once",
        found: "\(value.yaml) again; take one of them away")
    }
    set(key, values, origin: origin)
  }

  /// Sets one value, or several as an axis of a sweep; the newest layer replaces what stood under the key.
  mutating func set(_ key: String, _ values: [ConfigValue], origin: ConfigOrigin) {
    let index = settings.firstIndex { $0.key == key }!
    if values.count == 1 {
      settings[index].value = values[0]
      settings[index].origin = origin
      axes.removeAll { $0.key == key }
    } else if let place = axes.firstIndex(where: { $0.key == key }) {
      axes[place] = (key, values, origin)
    } else {
      axes.append((key, values, origin))
    }
  }

  func setting(_ key: String) -> ConfigSetting? { settings.first { $0.key == key } }

  /// Whether `key` names a struct of settings.
  func isGroup(_ key: String) -> Bool { settings.contains { $0.key.hasPrefix(key + ".") } }

  func unknown(_ key: String, place: String) -> ConfigError {
    let parts = key.split(separator: ".")
    let prefix = parts.dropLast().map { $0 + "." }.joined()
    var siblings: [String] = []
    for setting in settings where setting.key.hasPrefix(prefix) {
      let child = String(setting.key.dropFirst(prefix.count).prefix { $0 != "." })
      if !siblings.contains(child) { siblings.append(child) }
    }
    let word = String(parts.last ?? "")
    var suggestion = NearMiss.nearest(to: word, among: siblings).map { prefix + $0 }
    if suggestion == nil {
      // The right word at another level: `learningRate` for `optimizer.learningRate`.
      let leaves = settings.map { String($0.key.split(separator: ".").last!) }
      suggestion = NearMiss.nearest(to: word, among: leaves).flatMap { leaf in
        leaves.firstIndex(of: leaf).map { settings[$0].key }
      }
    }
    let known = siblings.isEmpty ? settings.map(\.key) : siblings.map { prefix + $0 }
    return .unknownKey(key: key, place: place, suggestion: suggestion, known: known)
  }

  /// Lays `key=value` arguments over; several values with commas are a sweep.
  mutating func lay(_ arguments: [String]) throws {
    for (index, argument) in arguments.enumerated() {
      guard let pair = KeyValue(argument) else {
        let next = arguments.indices.contains(index + 1) ? arguments[index + 1] : ""
        throw ConfigError.badOverride(
          argument: argument, advice: OverrideText.advice(on: argument, before: next, self))
      }
      try lay(key: pair.key, text: pair.value, origin: .commandLine(argument))
    }
  }

  /// Lays the quick form over.
  mutating func layQuick() {
    for setting in template.settings {
      if let value = setting.quick { set(setting.key, [value], origin: .quick) }
    }
  }

  /// Lays one value over, as typed; several with commas are a sweep.
  mutating func lay(key: String, text: String, origin: ConfigOrigin) throws {
    let place = origin.description
    guard let setting = setting(key) else {
      if isGroup(key) {
        throw ConfigError.wrongType(
          key: key, place: place, expected: "one of its settings, such as `\(firstChild(of: key))`",
          found: "the group itself", suggestion: nil)
      }
      throw unknown(key, place: place)
    }
    try sweep(
      key, OverrideText.values(of: text, for: setting, place: place, isSweep: isSweep),
      origin: origin)
  }

  func firstChild(of key: String) -> String {
    settings.first { $0.key.hasPrefix(key + ".") }?.key ?? key
  }
}
