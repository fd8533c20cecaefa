import TensorCore

/// What a gradient check found wrong.
public enum GradientCheckFailure: Error, Equatable, CustomStringConvertible {
  /// A gradient is not shaped like what it is of.
  case shape(of: String, expected: Shape, found: Shape)
  /// An element of a gradient differs from the central difference.
  case value(
    of: String, at: [Int], analytic: Double, numeric: Double, difference: Double, allowed: Double)
  /// The slope along a random direction of the parameters with a prefix differs from the central difference.
  case slope(of: String, direction: Int, analytic: Double, numeric: Double)
  /// A stored tensor is not in the list of parameters.
  case unlisted(path: String)
  /// Two entries of the list of parameters are one stored tensor, or bear one name.
  case listedTwice(name: String)

  /// Where, what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .shape(let name, let expected, let found):
      "gradient of \(name): expected shape \(expected), found \(found); return it shaped like \(name)"
    case .value(let name, let place, let analytic, let numeric, let difference, let allowed):
      "gradient of \(name) at \(place): backward says \(analytic), central difference \(numeric); "
        + "they differ by \(difference), \(allowed) is allowed; look at the line of backward that makes it"
    case .slope(let prefix, let direction, let analytic, let numeric):
      "gradient of \(prefix.isEmpty ? "all parameters" : prefix + "…") along direction \(direction): backward says "
        + "\(analytic), central difference \(numeric); check the parts one by one to find the line that makes it"
    case .unlisted(let path):
      "stored tensor \(path) is not in `parts`: no optimiser would move it and no checkpoint hold it; "
        + "list it, or name it in `constants` if it is one"
    case .listedTwice(let name):
      "parameter \(name) is in `parts` twice, or two entries lead to one tensor; list each once"
    }
  }
}
