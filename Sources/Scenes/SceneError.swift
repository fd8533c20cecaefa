/// What a scene model refuses.
public enum SceneError: Error, Equatable, CustomStringConvertible {
  /// A size from which no network can be built.
  case architecture(_ name: String, expected: String, found: String)

  /// Where, what was expected, what came.
  public var description: String {
    switch self {
    case .architecture(let name, let expected, let found):
      "scene model, \(name): expected \(expected), found \(found)"
    }
  }
}
