/// An array of a file that cannot be used, while the others can.
public struct LeftOutArray: Error, Sendable, Equatable {
  /// Its name in the file.
  public let name: String
  /// Why.
  public let reason: StorageError

  /// An array and the reason.
  public init(_ name: String, _ reason: StorageError) {
    self.name = name
    self.reason = reason
  }

  /// Whether the array is of a kind that is not read here, rather than damaged.
  public var isSound: Bool {
    switch reason {
    case .unsupported, .mismatched, .missing: true
    default: false
    }
  }

  /// The reason without the file's name: what was found, of a damaged array also in the place of what, and what to do.
  public var words: String {
    (isSound ? "" : "expected \(reason.expected), found ") + "\(reason.found); \(reason.advice)"
  }
}
