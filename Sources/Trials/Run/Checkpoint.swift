/// Stands in for the type of the same name in `Storage` until that module has it.
public struct Checkpoint: Sendable {
  /// Free text by name.
  public var metadata: [String: String] = [:]

  /// Makes an empty checkpoint.
  public init() {}
}
