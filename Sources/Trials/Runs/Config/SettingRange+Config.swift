import Settings
import Storage

extension SettingRange {
  /// Whether it holds a value of a configuration.
  func holds(_ value: ConfigValue) -> Bool { holds(value.plain) }

  /// What a JSON schema says of it, for values of `kind`.
  func bounds(as kind: ConfigKind) -> [JSONValue.Member] {
    func number(_ number: Double) -> JSONValue {
      kind == .integer ? .integer(Int(number)) : .number(number)
    }
    switch self {
    case .any, .ofGroup: return []
    case .atLeast(let least): return [.init("minimum", number(least))]
    case .within(let least, let most):
      return [.init("minimum", number(least)), .init("maximum", number(most))]
    case .positive: return [.init("exclusiveMinimum", number(0))]
    case .between(let low, let high):
      return [.init("exclusiveMinimum", number(low)), .init("exclusiveMaximum", number(high))]
    case .among(let numbers): return [.init("enum", .array(numbers.map(number)))]
    case .zeroOr(let range):
      return [.init("anyOf", [["const": number(0)], .object(range.bounds(as: kind))])]
    case .elements(_, let once):
      return [.init("minItems", 1)] + (once ? [.init("uniqueItems", true)] : [])
    case .length(let least, let most):
      let (fewest, greatest) =
        if case .list = kind { ("minItems", "maxItems") } else { ("minLength", "maxLength") }
      return [.init(fewest, .integer(least))]
        + (most == .max ? [] : [.init(greatest, .integer(most))])
    }
  }
}

extension ConfigValue {
  /// The value as Swift has it.
  fileprivate var plain: Any {
    switch self {
    case .integer(let value): value
    case .float(let value): value
    case .boolean(let value): value
    case .string(let value): value
    case .list(let values): values.map(\.plain)
    }
  }
}
