import Foundation
import Yams

extension ExperimentRegistry {
  /// The most runs that one sweep may have.
  public static let greatestRunCount = 10_000

  /// Reads a configuration file and lays `--quick` and `key=value` arguments over it.
  ///
  /// The layers, later ones over earlier: the defaults of the experiment, the file, the experiment's
  /// quick overrides, the arguments. A file's `sweep:` mapping, or several values in one argument
  /// (`seed=0,1,2`), make several runs.
  ///
  /// - Returns: one configuration a run, at least one, in the order of the sweep.
  /// - Throws: ``ConfigError``.
  public func load(path: String, overrides: [String] = [], quick: Bool = false) throws
    -> [ResolvedConfig]
  {
    try load(
      text: ConfigFile.checkedText(path), path: path, overrides: overrides, quick: quick)
  }

  /// The same from text; `path` is what errors call it.
  public func load(text: String, path: String, overrides: [String] = [], quick: Bool = false) throws
    -> [ResolvedConfig]
  {
    var layers = try layers(text: text, path: path)
    return try finish(&layers, overrides: overrides, quick: quick)
  }

  /// The defaults of an experiment with a file laid over them.
  func layers(text: String, path: String) throws -> ConfigLayers {
    // Some editors mark the beginning of UTF-8.
    let isMarked = text.unicodeScalars.first == "\u{FEFF}"
    let text = isMarked ? String(text.unicodeScalars.dropFirst()) : text
    let root = try ConfigNode.mapping(text, path: path)
    guard let node = root["experiment"] else {
      throw ConfigError.noExperiment(place: path, known: names)
    }
    let place = ConfigNode.place(node, path)
    guard let name = node.scalar?.string else {
      throw ConfigError.wrongType(
        key: "experiment", place: place, expected: "the name of an experiment",
        found: ConfigNode.found(node), suggestion: nil)
    }
    var layers = try layers(experiment: name, place: place)
    try ConfigNode.lay(root, path: path, skipping: ["sweep"], over: &layers)
    if let sweep = root["sweep"] { try ConfigNode.sweep(sweep, path: path, over: &layers) }
    return layers
  }

  /// The defaults of an experiment; `place` is where its name stands.
  func layers(experiment name: String, place: String) throws -> ConfigLayers {
    ConfigLayers(template: try entry(named: name, place: place).template)
  }

  /// One configuration a seed from 0: the settings over `layers`, and over these, if `quick` is there, the experiment's quick
  /// overrides and the settings in it.
  ///
  /// - Throws: ``ConfigError``, also for a seed among the settings and for a sweep.
  func resolve(
    _ layers: ConfigLayers, settings: [TableSetting], quick: [TableSetting]?, seeds: Int
  ) throws -> [ResolvedConfig] {
    var layers = layers
    func lay(_ settings: [TableSetting]) throws {
      for setting in settings {
        if setting.key == "seed" {
          throw ConfigError.invalid(
            key: "seed", place: setting.origin.description,
            expected: "`seeds: COUNT` beside `set`, for the seeds from 0", found: "a seed")
        }
        let kind = layers.setting(setting.key)?.kind
        if setting.isList, let kind, !kind.isList {
          throw ConfigError.wrongType(
            key: setting.key, place: setting.origin.description, expected: kind.expectation,
            found: "a list", suggestion: nil)
        }
        try layers.lay(
          key: setting.key, text: setting.text,
          origin: kind == nil ? setting.keyOrigin : setting.origin)
      }
    }
    try lay(settings)
    if let quick {
      layers.layQuick()
      try lay(quick)
    }
    guard seeds <= Self.greatestRunCount else {
      throw ConfigError.invalid(
        key: "seeds", expected: "at most \(Self.greatestRunCount)", found: "\(seeds)")
    }
    layers.set("seed", (0..<seeds).map { .integer($0) }, origin: .program)
    if let axis = layers.axes.first(where: { $0.key != "seed" }) {
      throw ConfigError.invalid(
        key: axis.key, place: axis.origin.description,
        expected: "one value: a row of a table is one configuration",
        found: "a sweep over \(axis.values.count); write a row for each")
    }
    return try finish(&layers, overrides: [], quick: false)
  }

  /// Resolves an experiment without a file, for programs that make tables and sweeps.
  ///
  /// - Throws: ``ConfigError``.
  public func resolve(experiment name: String, overrides: [String] = [], quick: Bool = false) throws
    -> [ResolvedConfig]
  {
    var layers = try layers(experiment: name, place: "program")
    return try finish(&layers, overrides: overrides, quick: quick)
  }

  private func finish(_ layers: inout ConfigLayers, overrides: [String], quick: Bool) throws
    -> [ResolvedConfig]
  {
    if quick { layers.layQuick() }
    try layers.lay(overrides)
    for axis in layers.axes where axis.key == "experiment" || axis.key == "threads" {
      throw ConfigError.invalid(
        key: axis.key, place: axis.origin.description, expected: "one value",
        found: "a sweep over \(axis.values.count)")
    }
    guard layers.setting("experiment")?.value == .string(layers.template.experiment) else {
      let setting = layers.setting("experiment")
      throw ConfigError.invalid(
        key: "experiment", place: setting?.origin.description ?? "",
        expected: "`\(layers.template.experiment)`, as in the file",
        found: "`\(setting?.value.yaml ?? "nothing")`")
    }
    return try layers.expanded()
  }
}
