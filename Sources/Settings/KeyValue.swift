/// An argument `key=value`.
public struct KeyValue: Sendable, Equatable {
  /// What stands before the first `=`, without blanks around it; never empty.
  public let key: String
  /// What stands behind it, as it is.
  public let value: String

  /// The parts of `argument`; `nil` if it has no `=`, or nothing before it.
  public init?(_ argument: some StringProtocol) {
    guard let equals = argument.firstIndex(of: "=") else { return nil }
    func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
    let name = argument[..<equals].drop(while: isBlank)
    guard let last = name.lastIndex(where: { !isBlank($0) }) else { return nil }
    key = String(name[...last])
    value = String(argument[argument.index(after: equals)...])
  }
}
