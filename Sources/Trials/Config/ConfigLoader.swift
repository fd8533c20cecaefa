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
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw ConfigError.unreadable(path: path, reason: ConfigFile.absence(of: path))
    }
    if isDirectory.boolValue { throw ConfigError.unreadable(path: path, reason: "a folder") }
    return try load(
      text: ConfigFile.text(path), path: path, overrides: overrides, quick: quick)
  }

  /// The same from text; `path` is what errors call it.
  public func load(text: String, path: String, overrides: [String] = [], quick: Bool = false) throws
    -> [ResolvedConfig]
  {
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
    var layers = ConfigLayers(template: try entry(named: name, place: place).template)
    try ConfigNode.lay(root, path: path, skipping: ["sweep"], over: &layers)
    if let sweep = root["sweep"] { try ConfigNode.sweep(sweep, path: path, over: &layers) }
    return try finish(&layers, overrides: overrides, quick: quick)
  }

  /// Resolves an experiment without a file, for programs that make tables and sweeps.
  ///
  /// - Throws: ``ConfigError``.
  public func resolve(experiment name: String, overrides: [String] = [], quick: Bool = false) throws
    -> [ResolvedConfig]
  {
    var layers = ConfigLayers(template: try entry(named: name, place: "program").template)
    return try finish(&layers, overrides: overrides, quick: quick)
  }

  private func finish(_ layers: inout ConfigLayers, overrides: [String], quick: Bool) throws
    -> [ResolvedConfig]
  {
    if quick {
      for setting in layers.template.settings {
        if let value = setting.quick { layers.set(setting.key, [value], origin: .quick) }
      }
    }
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
