/// What can be wrong with a configuration, each with where, what was expected, what came and what to do.
public enum ConfigError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file cannot be read.
  case unreadable(path: String, reason: String)
  /// The file is not YAML; `place` is `file:line:column`.
  case syntax(place: String, problem: String)
  /// The file, or a part of it, is not a mapping of keys to values.
  case notMapping(place: String, key: String, found: String)
  /// A key stands twice in one mapping.
  case duplicateKey(key: String, place: String)
  /// A key that no setting has.
  case unknownKey(key: String, place: String, suggestion: String?, known: [String])
  /// A value of the wrong type, or outside the allowed words.
  case wrongType(key: String, place: String, expected: String, found: String, suggestion: String?)
  /// A value of the right type out of range; thrown by ``ExperimentConfiguration/validate()`` with an empty `place`,
  /// which the loader fills in.
  case invalid(key: String, place: String = "", expected: String, found: String)
  /// The key `experiment` is missing.
  case noExperiment(place: String, known: [String])
  /// No experiment of that name.
  case unknownExperiment(name: String, place: String, suggestion: String?, known: [String])
  /// A word on the command line that is not `key=value`.
  case badOverride(argument: String, advice: String = "")
  /// The configuration type itself cannot be described; a mistake in the program, not in the file.
  case unsupported(type: String, key: String, reason: String)

  /// The message for a person at a terminal.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      // A reason with advice of its own ends in it.
      let advice = reason.contains("; ") ? "" : "; check the path"
      return "\(path): expected a readable YAML file, found: \(reason)\(advice)"
    case .syntax(let place, let problem):
      return "\(place): expected YAML, found: \(problem)"
    case .notMapping(let place, let key, let found):
      let what = key.isEmpty ? "the file" : "`\(key)`"
      return "\(place): expected \(what) to hold `key: value` lines, found \(found)"
    case .duplicateKey(let key, let place):
      return "\(place): expected each key once, found `\(key)` again; take one of them away"
    case .unknownKey(let key, let place, let suggestion, let known):
      let hint =
        suggestion.map { "did you mean `\($0)`?" }
        ?? "the keys here are \(known.joined(separator: ", "))"
      let name = key.count > 80 ? key.prefix(80) + "…" : key
      return "\(place): unknown key `\(name)`; \(hint)"
    case .wrongType(let key, let place, let expected, let found, let suggestion):
      let hint = suggestion.map { "; did you mean `\($0)`?" } ?? ""
      return "\(place): `\(key)`: expected \(expected), found \(found)\(hint)"
    case .invalid(let key, let place, let expected, let found):
      return "\(place.isEmpty ? "" : place + ": ")`\(key)`: expected \(expected), found \(found)"
    case .noExperiment(let place, let known):
      return "\(place): expected a line `experiment: NAME`, found none; the experiments are "
        + known.joined(separator: ", ")
    case .unknownExperiment(let name, let place, let suggestion, let known):
      let hint =
        suggestion.map { "did you mean `\($0)`?" }
        ?? "the experiments are \(known.joined(separator: ", "))"
      return "\(place): no experiment is called `\(name)`; \(hint)"
    case .badOverride(let argument, let advice):
      return "command line: expected key=value, found `\(argument)`"
        + (advice.isEmpty ? "" : "; " + advice)
    case .unsupported(let type, let key, let reason):
      return "\(type).\(key): \(reason)"
    }
  }
}
