/// A number that a range of settings can hold.
public protocol SettingNumber: Comparable, Sendable {
  /// The number, exact up to 2⁵³.
  var asDouble: Double { get }
}

extension Int: SettingNumber {
  /// The number.
  public var asDouble: Double { Double(self) }
}
extension Double: SettingNumber {
  /// The number itself.
  public var asDouble: Double { self }
}
extension Float: SettingNumber {
  /// The number.
  public var asDouble: Double { Double(self) }
}

/// What a setting may be. Numbers in all of them are finite.
public indirect enum SettingRange: Sendable, Hashable {
  /// Whatever its type holds.
  case any
  /// A number that is not below another.
  case atLeast(Double)
  /// A number from one to another, both included.
  case within(Double, Double)
  /// A number above 0.
  case positive
  /// A number between two others, both left out.
  case between(Double, Double)
  /// One of a few numbers.
  case among([Double])
  /// 0, which stands for something else than a number, or what another range holds.
  case zeroOr(SettingRange)
  /// A list of at least one element, each of a range; `once` refuses an element that stands there twice.
  case elements(SettingRange, once: Bool)
  /// Text or a list of at least `least` and at most `most` characters or elements.
  case length(least: Int, most: Int)
  /// What the group around it is declared to hold.
  case ofGroup

  /// A number of a range with both ends.
  public static func within(_ range: ClosedRange<some SettingNumber>) -> SettingRange {
    .within(range.lowerBound.asDouble, range.upperBound.asDouble)
  }

  /// A list of at least one number of a range.
  public static func each(_ range: ClosedRange<some SettingNumber>, once: Bool = false)
    -> SettingRange
  { .elements(.within(range), once: once) }

  /// A list of at least one element, none of them twice.
  public static var eachOnce: SettingRange { .elements(.any, once: true) }

  /// A list of at least one element.
  public static var someElements: SettingRange { .elements(.any, once: false) }

  /// Text or a list that is not empty.
  public static var notEmpty: SettingRange { .length(least: 1, most: .max) }

  /// Whether it holds a number; lists and texts have no number in them.
  public func contains(_ number: some SettingNumber) -> Bool {
    let number = number.asDouble
    switch self {
    case .any, .ofGroup, .elements, .length: return true
    case .atLeast(let least): return number >= least && number.isFinite
    case .within(let least, let most): return number >= least && number <= most
    case .positive: return number > 0 && number.isFinite
    case .between(let low, let high): return number > low && number < high
    case .among(let numbers): return numbers.contains(number)
    case .zeroOr(let range): return number == 0 || range.contains(number)
    }
  }

  /// Whether it holds a text or a list of that many characters or elements.
  public func contains(length: Int) -> Bool {
    switch self {
    case .length(let least, let most): length >= least && length <= most
    case .elements: length >= 1
    default: true
    }
  }

  /// What a message says that it expected, such as `a number from 1 to 100`.
  ///
  /// - Parameter words: the words that an element of a list can be, if it is no number.
  public func expectation(among words: [String] = []) -> String {
    switch self {
    case .any, .ofGroup: "another value"
    case .atLeast, .among: text
    case .within: "a number from \(text)"
    case .positive: "a positive number"
    case .between: "a number \(text)"
    case .zeroOr(let range): "0, or \(range.text)"
    case .elements(.any, let once):
      "at least one " + (words.isEmpty ? "value" : "of \(words.joined(separator: ", "))")
        + (once ? ", each once" : "")
    case .elements(.within(let least, let most), let once):
      "one or more numbers from \(Self.digits(least)) to \(Self.digits(most))"
        + (once ? ", each number once" : "")
    case .elements(let range, let once):
      "one or more numbers, each \(range.text)" + (once ? " and once" : "")
    case .length(1, .max): "one that is not empty"
    case .length: "\(text) (characters or elements)"
    }
  }

  /// What a listing says behind the meaning, such as `1 to 100`; empty where there is nothing to say.
  public var text: String {
    switch self {
    case .any, .ofGroup: ""
    case .atLeast(let least): "at least \(Self.digits(least))"
    case .within(let least, let most): "\(Self.digits(least)) to \(Self.digits(most))"
    case .positive: "positive"
    case .between(let low, let high): "between \(Self.digits(low)) and \(Self.digits(high))"
    case .among(let numbers):
      numbers.count < 2
        ? numbers.map(Self.digits).joined()
        : numbers.dropLast().map(Self.digits).joined(separator: ", ")
          + " or \(Self.digits(numbers.last!))"
    case .zeroOr(let range): range.text
    case .elements(.any, once: false): "at least one"
    case .elements(let range, let once):
      ["each", range.text, once ? "once" : ""].filter { !$0.isEmpty }.joined(separator: " ")
    case .length(let least, .max): least == 1 ? "not empty" : "\(least) or more long"
    case .length(let least, let most):
      least == 0 ? "at most \(most) long" : "\(least) to \(most) long"
    }
  }

  /// Whole numbers without a decimal point, others with at most four decimals.
  private static func digits(_ number: Double) -> String {
    if let whole = Int(exactly: number) { return String(whole) }
    let exact = "\(number)"
    let short = "\((number * 1000).rounded(.down) / 1000)"
    return exact.count <= 8 ? exact : short
  }
}
