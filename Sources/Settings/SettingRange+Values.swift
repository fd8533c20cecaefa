extension SettingRange {
  /// Whether it holds a value: a number, a text, or a list of such; a value of another type is held by every range.
  public func holds(_ value: Any) -> Bool {
    switch value {
    case let number as any SettingNumber: return contains(number)
    case let text as String: return contains(length: text.count)
    case let items as [Any]:
      guard case .elements(let range, let once) = self else { return contains(length: items.count) }
      let different = Set(items.compactMap { $0 as? AnyHashable })
      return !items.isEmpty && items.allSatisfy(range.holds)
        && !(once && different.count < items.count)
    default: return true
    }
  }
}

/// What is wrong with the settings of a group.
public struct SettingProblem: Sendable {
  /// The name of the setting.
  public let name: String
  /// What was expected.
  public let expected: String
  /// What came.
  public let found: String

  /// The first setting of `group` that is outside the range that `defaults` declares for it; `nil` if all are within.
  public init?<Group>(in group: Group, declaredBy defaults: Group) {
    let declared = Mirror(reflecting: defaults).children
    for (child, given) in zip(declared, Mirror(reflecting: group).children) {
      guard let setting = child.value as? any AnySetting,
        let value = (given.value as? any AnySetting)?.value, !setting.range.holds(value)
      else { continue }
      // The wrapped property `side` is stored as `_side`.
      name = String(child.label?.dropFirst() ?? "")
      let cases = type(of: setting).valueType as? any ListOfWords.Type
      expected = setting.range.expectation(among: cases?.words ?? [])
      found = "\(value)"
      return
    }
    return nil
  }
}

private protocol ListOfWords {
  static var words: [String] { get }
}

extension Array: ListOfWords where Element: CaseIterable & RawRepresentable<String> {
  fileprivate static var words: [String] { Element.allCases.map(\.rawValue) }
}
