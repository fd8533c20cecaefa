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
    var likenesses: [String: NumberLikeness?] = [:]
    let all = words.map { word in
      if let known = likenesses[word] { return known }
      let likeness = NumberLikeness(word, formats: Self.formats)
      likenesses[word] = likeness
      return likeness
    }
    // A unit is one where most words end in it: `12 kg`, `15 kg`; codes such as `12A`, `7C` are words.
    var units: [String: Int] = [:]
    for case .unit(let unit)? in all { units[unit, default: 0] += 1 }
    let usual = units.filter { $0.value * 2 >= words.count }.keys
    func counts(_ likeness: NumberLikeness?) -> Bool {
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
