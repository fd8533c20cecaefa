import Storage

/// Words that a person reads as numbers and the table's format does not: decimal commas, thousands, per cent, currency, units.
struct NumberLikeWords {
  /// The layout under which they were no numbers.
  let layout: FairnessTable.Layout

  private var format: NumberNotation { layout.numbers }
  private var optionPrefix: String { layout.optionPrefix }

  /// What is the matter with a column.
  struct Finding {
    /// The first word that looks like a number, by its place among the words given.
    var place: Int
    /// What it looks like.
    var appearance: String
    /// What to do about the column.
    var advice: String
    /// How many words look like numbers.
    var count: Int
  }

  /// Looks at a column's words; nil unless at least half of its values are numbers or look like them.
  ///
  /// - Parameters:
  ///   - words: the fields that are no numbers.
  ///   - numbers: the fields that are, some of them.
  ///   - numberCount: how many there are.
  func finding(
    _ words: [String], numbers: [String], numberCount: Int, column: String
  ) -> Finding? {
    var likenesses: [String: Likeness?] = [:]
    let all = words.map { word in
      if let known = likenesses[word] { return known }
      let likeness = Likeness(word, formats: Self.formats)
      likenesses[word] = likeness
      return likeness
    }
    // A unit is one where most words end in it: `12 kg`, `15 kg`; codes such as `12A`, `7C` are words.
    var units: [String: Int] = [:]
    for case .unit(let unit)? in all { units[unit, default: 0] += 1 }
    let usual = units.filter { $0.value * 2 >= words.count }.keys
    func counts(_ likeness: Likeness?) -> Bool {
      switch likeness {
      case nil: false
      case .unit(let unit): usual.contains(unit)
      default: true
      }
    }
    let count = all.count { counts($0) }
    guard count > 0, (numberCount + count) * 2 >= words.count + numberCount,
      let place = all.firstIndex(where: { counts($0) }), let first = all[place]
    else { return nil }
    let plain = zip(words, all).filter { if case .format? = $0.1 { true } else { false } }.map(\.0)
    let wordsAdvice = "or take the column as words with \(layout.list("text", column))"
    if case .format = first {
      let (appearance, advice) = reading(words[place], of: plain, numbers: numbers)
      return Finding(
        place: place, appearance: appearance, advice: "\(advice), \(wordsAdvice)", count: count)
    }
    return Finding(
      place: place, appearance: first.name,
      advice:
        "write the numbers alone in the file (\(first.example)), leave the column out with "
        + "\(layout.list("ignored", column)), \(wordsAdvice)", count: count)
  }

  /// The formats that read all words, with the option that sets each and the number it gives.
  private func reading(
    _ word: String, of words: [String], numbers: [String]
  ) -> (appearance: String, advice: String) {
    func changes(_ other: NumberNotation) -> Int {
      (other.decimal == format.decimal ? 0 : 1) + (other.grouping == format.grouping ? 0 : 1)
    }
    // One column may hold two spellings; then the word alone says what it looks like.
    let reading = { (texts: [String]) in
      Self.formats.filter { other in texts.allSatisfy { other.value($0) != nil } }
    }
    let all = reading(words + numbers)
    let fitting = Self.simplest(all.isEmpty ? reading([word]) : all)
    let least = fitting.map(changes).min()
    let options = fitting.filter { changes($0) == least }.map { other -> (String, String) in
      var keys: [String] = []
      var signs: [String] = []
      if other.decimal != format.decimal {
        keys.append("\(optionPrefix)decimal=\(other.decimal)")
        signs.append(other.decimal == "," ? "a decimal comma" : "a decimal dot")
      }
      if other.grouping != format.grouping {
        keys.append("\(optionPrefix)thousands=\(other.grouping.word)")
        if other.grouping != .none { signs.append("\(other.grouping.word) between thousands") }
      }
      let number = other.value(word).map { "\($0)" } ?? "a number"
      return (
        signs.joined(separator: " and "),
        "\(keys.joined(separator: " ")) (\(word) is then \(number))"
      )
    }
    guard !all.isEmpty else {
      return (
        options.map(\.0).joined(separator: ", or ") + ", unlike other numbers of the column",
        "write all numbers of the column alike"
      )
    }
    return (
      options.map(\.0).joined(separator: ", or "),
      "set " + options.map(\.1).joined(separator: " or ")
    )
  }

  /// The formats without those that have a sign between thousands which they do not need.
  private static func simplest(_ formats: [NumberNotation]) -> [NumberNotation] {
    formats.filter { format in
      format.grouping == .none
        || !formats.contains { $0.decimal == format.decimal && $0.grouping == .none }
    }
  }

  static let formats: [NumberNotation] = [".", ","].flatMap { decimal in
    NumberNotation.Grouping.allCases.map { NumberNotation(decimal: decimal, grouping: $0) }
  }.filter { !$0.isAmbiguous }
}

/// What a word that looks like a number has around or within it.
private enum Likeness: Equatable {
  case format
  case perCent
  case currency
  case parentheses
  case foreignDigits
  case unit(String)
  /// A sign before or behind the number, with what it is.
  case marked(String)

  var name: String {
    switch self {
    case .format: "a number in another format"
    case .perCent: "a number with a per cent sign"
    case .currency: "an amount of money"
    case .parentheses: "a negative number in parentheses"
    case .foreignDigits: "a number in the digits of another script"
    case .unit(let unit): "a number with the unit \"\(unit)\""
    case .marked(let sign): "a number with \(sign)"
    }
  }

  var example: String {
    switch self {
    case .format: "12.5 for 12,5"
    case .perCent: "12 for 12 %"
    case .currency: "12 for 12 €"
    case .parentheses: "-12 for (12)"
    case .foreignDigits: "12 for １２"
    case .unit(let unit): "12 for 12 \(unit)"
    case .marked: "12 for '12, ~12 or 12*, -12 for 12-"
    }
  }

  private static let currencies = [
    "USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN",
    "BRL", "US$", "Rs.", "Rs", "kr",
  ]

  init?(_ word: String, formats: [NumberNotation]) {
    let text = NumberNotation.trimmed(word)
    // Long texts are words; so is what has no digit.
    guard text.utf8.count <= 60, text.unicodeScalars.contains(where: { Self.isDigit($0) }) else {
      return nil
    }
    func isNumber(_ text: some StringProtocol) -> Bool {
      let text = NumberNotation.trimmed(String(text))
      return text.unicodeScalars.contains { $0.properties.numericType == .decimal }
        && formats.contains { $0.value(text) != nil }
    }
    if isNumber(text) {
      self = .format
    } else if let last = text.last, last == "%" || last == "‰", isNumber(text.dropLast()) {
      self = .perCent
    } else if Self.withoutCurrency(text).map(isNumber) == true {
      self = .currency
    } else if let sign = Self.sign(of: text, isNumber: { isNumber($0) }) {
      self = .marked(sign)
    } else if text.hasPrefix("("), text.hasSuffix(")"), isNumber(text.dropFirst().dropLast()) {
      self = .parentheses
    } else if text.unicodeScalars.contains(where: { !$0.isASCII && Self.isDigit($0) }),
      isNumber(Self.inLatinDigits(text))
    {
      self = .foreignDigits
    } else if let unit = Self.unit(of: text, isNumber: { isNumber($0) }) {
      self = .unit(unit)
    } else {
      return nil
    }
  }

  /// What spreadsheets, ledgers, Fortran and footnotes put before, behind or into a number.
  private static func sign(of text: String, isNumber: (String) -> Bool) -> String? {
    if text.hasPrefix("'"), isNumber(String(text.dropFirst())) { return "an apostrophe before it" }
    if text.hasPrefix("="), isNumber(text.dropFirst().filter { $0 != "\"" }) {
      return "an equals sign before it"
    }
    if let first = text.first, "~≈".contains(first), isNumber(String(text.dropFirst())) {
      return "\"\(first)\" before it"
    }
    if let last = text.last, "*†‡".contains(last), isNumber(String(text.dropLast())) {
      return "\"\(last)\" behind it"
    }
    if text.hasSuffix("-"), isNumber(String(text.dropLast())) { return "the minus behind it" }
    let exponent = text.replacing("D", with: "e").replacing("d", with: "e")
    if exponent != text, text.filter(\.isLetter).count == 1, isNumber(exponent) {
      return "the exponent D of Fortran"
    }
    return nil
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.numericType == .decimal
  }

  private static func inLatinDigits(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          if scalar == "\u{66b}" { return "." }
          guard isDigit(scalar), let value = scalar.properties.numericValue else { return scalar }
          return Unicode.Scalar(UInt8(value) + 0x30)
        }))
  }

  /// The text less a sign or code of a currency before or behind it, a minus before the sign kept.
  private static func withoutCurrency(_ text: String) -> String? {
    let sign = text.first.map { "-−+".contains($0) } == true ? String(text.prefix(1)) : ""
    let rest = text.dropFirst(sign.count)
    for code in currencies {
      if rest.hasPrefix(code) {
        return sign + NumberNotation.trimmed(String(rest.dropFirst(code.count)))
      }
      if rest.hasSuffix(code) {
        return sign + NumberNotation.trimmed(String(rest.dropLast(code.count)))
      }
    }
    func isSign(_ character: Character?) -> Bool {
      character?.unicodeScalars.first?.properties.generalCategory == .currencySymbol
    }
    if isSign(rest.first) { return sign + NumberNotation.trimmed(String(rest.dropFirst())) }
    if isSign(rest.last) { return sign + NumberNotation.trimmed(String(rest.dropLast())) }
    return nil
  }

  /// Letters behind a number, such as `kg`; ordinals (`1st`, `10th`) have none.
  private static func unit(of text: String, isNumber: (Substring) -> Bool) -> String? {
    guard let last = text.lastIndex(where: { $0.isNumber && $0.isASCII }) else { return nil }
    let unit = text[text.index(after: last)...]
    let name = NumberNotation.trimmed(String(unit))
    guard (1...12).contains(name.count), isNumber(text[...last]),
      name.allSatisfy({ $0.isLetter || "°/.²³".contains($0) }),
      name.contains(where: \.isLetter) || name.contains("°"),
      !["st", "nd", "rd", "th"].contains(name.lowercased())
    else { return nil }
    return name
  }
}

extension NumberNotation.Grouping {
  /// The word by which a configuration names it.
  var word: String {
    switch self {
    case .none: "none"
    case .comma: ","
    case .dot: "."
    case .apostrophe: "apostrophe"
    case .space: "space"
    case .underscore: "underscore"
    }
  }
}
