import Storage

/// The column to predict as numbers: a quantity, or −1 and 1.
struct OwnTarget {
  var values: [Double]
  /// The words of −1 and 1.
  var labels: [String]?
  var notes: [String] = []

  /// Reads the rows of a column.
  ///
  /// - Throws: ``DatasetError`` if words are more than two and the layout names none of them as the positive one, or one that
  ///   is not there.
  static func read(
    _ column: OwnColumn, rows: [Int], layout: FairnessTable.Layout
  ) throws(DatasetError) -> OwnTarget {
    if column.holdsWords {
      return try OwnTarget(column, words: column.words(rows, layout), layout: layout)
    }
    var target = OwnTarget(values: rows.map { column.numbers[$0] })
    try target.readNumbers(column, layout)
    return target
  }

  private init(values: [Double]) { self.values = values }

  private init(
    _ column: OwnColumn, words: OwnColumn.Words, layout: FairnessTable.Layout
  ) throws(DatasetError) {
    notes = words.notes
    let (name, key) = (column.name, "\(layout.optionPrefix)positive")
    if words.levels.count == 1 {
      throw OwnTableReader.oneWord(column, words.levels[0], words.codes.count)
    }
    if let positive = layout.positive {
      guard let place = words.levels.firstIndex(of: positive) else {
        throw Self.unknownPositive(column, positive, key, words.listing)
      }
      values = words.codes.map { $0 == place ? 1 : -1 }
      let others = words.levels.filter { $0 != positive }
      labels = [others.count == 1 ? others[0] : "not \(positive)", words.levels[place]]
      notes.append(
        "\(name): \"\(positive)\" is 1, "
          + (others.count == 1
            ? "\"\(others[0])\" −1"
            : "the \(others.count) other words −1: \(NameList.short(others))"))
      return
    }
    guard words.levels.count <= 2 else {
      throw .unexpected(
        path: column.table.path, at: "column \"\(name)\"",
        expected: "numbers or two words to predict",
        found: "\(words.levels.count) words: \(words.listing)",
        advice: "set \(key) to one of them to predict it against the rest"
          + (words.levels.count <= 20
            ? ", or write numbers in their place if they have an order and a distance" : ""))
    }
    values = words.codes.map { $0 == 0 ? -1 : 1 }
    labels = words.levels
    notes.append(
      "\(name): \"\(words.levels[1])\" is 1, \"\(words.levels[0])\" −1, in sorted order; \(key) chooses"
    )
  }

  private mutating func readNumbers(
    _ column: OwnColumn, _ layout: FairnessTable.Layout
  ) throws(DatasetError) {
    let (name, key) = (column.name, "\(layout.optionPrefix)positive")
    let levels = Set(values).sorted()
    let shown = levels.prefix(10).map { Self.text($0) }
    let listing = shown.joined(separator: ", ") + (levels.count > 10 ? ", …" : "")
    if let positive = layout.positive {
      guard let value = layout.numbers.value(positive), levels.contains(value) else {
        throw Self.unknownPositive(column, positive, key, listing)
      }
      values = values.map { $0 == value ? 1 : -1 }
      let others = levels.filter { $0 != value }
      labels = [others.count == 1 ? Self.text(others[0]) : "not \(positive)", positive]
      notes.append(
        "\(name): \(positive) is 1, the other numbers −1 (\(levels.count) different numbers)")
      return
    }
    if levels.count == 2 {
      values = values.map { $0 == levels[0] ? -1 : 1 }
      labels = levels.map { Self.text($0) }
      if levels != [0, 1] && levels != [-1, 1] {
        notes.append(
          "\(name): \(Self.text(levels[1])) is 1, \(Self.text(levels[0])) −1; \(key) chooses")
      }
    } else if (3...10).contains(levels.count), values.count > 2 * levels.count {
      notes.append(
        "\(name) has \(levels.count) different numbers (\(listing)) and is predicted as a quantity; "
          + "\(key) makes it one of them against the rest")
    }
  }

  private static func unknownPositive(
    _ column: OwnColumn, _ positive: String, _ key: String, _ listing: String
  ) -> DatasetError {
    .unexpected(
      path: column.table.path, at: "column \"\(column.name)\"",
      expected: "the positive value \"\(positive)\" in some row", found: listing,
      advice: "set \(key) to one of these")
  }

  /// A number as people write it: `1`, not `1.0`.
  static func text(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
}
