import Storage

/// A column of a table of one's own, each field told apart: missing, a number, a word.
struct OwnColumn {
  enum Field: UInt8 { case missing, number, word }

  let table: CSVTable
  let name: String
  let place: Int
  /// Whether it was named as a column of words.
  let isDeclaredText: Bool
  private(set) var fields: [Field] = []
  /// Whether its numbers have a decimal dot, though the table's have a comma.
  private(set) var hasDots = false
  /// The number of each row; 0 where there is none.
  private(set) var numbers: [Double] = []

  /// Looks at all rows; `markers` stand for missing values besides empty fields.
  init(_ table: CSVTable, place: Int, isDeclaredText: Bool, markers: Set<String>) {
    self.table = table
    self.name = table.columns[place]
    self.place = place
    self.isDeclaredText = isDeclaredText
    fields.reserveCapacity(table.rowCount)
    numbers.reserveCapacity(table.rowCount)
    // A marker such as -99 is met as a number, however it is written.
    let numericMarkers = Set(markers.compactMap { table.notation.value($0) }.filter { !$0.isNaN })
    for row in 0..<table.rowCount {
      let number = isDeclaredText ? nil : table.number(row: row, column: place)
      if let number, !number.isNaN {
        fields.append(numericMarkers.contains(number) ? .missing : .number)
        numbers.append(number)
        continue
      }
      let text = NumberNotation.trimmed(table.text(row: row, column: place))
      let isMissing = text.isEmpty || markers.contains(text)
      fields.append(isMissing ? .missing : number == nil ? .word : .number)
      numbers.append(number ?? 0)
    }
    if table.notation.decimal != ".", fields.contains(.word) { readWithDots() }
  }

  /// Takes the numbers of a column as written with a decimal dot where they can be nothing else: all of them are so written,
  /// none has a comma, and not all have groups of three digits behind the dot.
  private mutating func readWithDots() {
    let (plain, grouped) = (NumberNotation(), NumberNotation(decimal: ",", grouping: .dot))
    var values = numbers
    var isDecimal = false
    for row in fields.indices where fields[row] != .missing {
      let text = text(row)
      guard !text.contains(","), let value = plain.value(text) else { return }
      values[row] = value
      isDecimal = isDecimal || grouped.value(text) == nil
    }
    guard isDecimal else { return }
    numbers = values
    for row in fields.indices where fields[row] == .word { fields[row] = .number }
    hasDots = true
  }

  /// The rows that have a value.
  var valueCount: Int { fields.count { $0 != .missing } }
  /// The rows that have none.
  var missingCount: Int { fields.count { $0 == .missing } }
  /// Whether it is to be read as words: no field is a number, or it was named so.
  var holdsWords: Bool { isDeclaredText || !fields.contains(.number) && fields.contains(.word) }

  func text(_ row: Int) -> String { table.text(row: row, column: place) }

  /// `line 3, column "age"`
  func location(_ row: Int) -> String { "line \(table.line(ofRow: row)), column \"\(name)\"" }

  /// How often each missing marker stands in the column, empty fields not counted, the commonest first.
  func markersMet(_ rows: some Sequence<Int>) -> [(marker: String, count: Int)] {
    var counts: [String: Int] = [:]
    for row in rows where fields[row] == .missing {
      let marker = NumberNotation.trimmed(text(row))
      if !marker.isEmpty { counts[marker, default: 0] += 1 }
    }
    return counts.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  /// How many different words the rows have.
  var wordCount: Int {
    Set(fields.indices.lazy.filter { fields[$0] == .word }.map { text($0) }).count
  }

  /// Whether the numbers are `first`, `first + 1`, … in the order of the rows, without a gap or a missing value.
  var isCount: Bool {
    guard let first = numbers.first, first == 0 || first == 1 else { return false }
    return fields.allSatisfy { $0 == .number }
      && numbers.enumerated().allSatisfy { $1 == first + Double($0) }
  }

  /// Throws where fields look like numbers and are none, or where numbers and words stand side by side.
  func checkNumbers(_ layout: FairnessTable.Layout) throws(DatasetError) {
    guard !isDeclaredText else { return }
    let wordRows = fields.indices.filter { fields[$0] == .word }
    guard !wordRows.isEmpty else { return try checkFinite() }
    let numberRows = fields.indices.filter { fields[$0] == .number }
    let likeness = NumberLikeWords(layout: layout)
    let finding = likeness.finding(
      wordRows.map { text($0) }, numbers: numberRows.prefix(1000).map { text($0) },
      numberCount: numberRows.count, column: name)
    if let finding {
      let row = wordRows[finding.place]
      throw .unexpected(
        path: table.path, at: location(row), expected: "a number",
        found: "\"\(shortened(text(row)))\" (\(finding.appearance); such are \(finding.count) of "
          + "\(valueCount) values of the column)", advice: finding.advice)
    }
    guard let number = numberRows.first else { return }
    let prefix = layout.optionPrefix
    let asWords = "take the whole column as words with \(layout.list("text", name))"
    guard numberRows.count >= wordRows.count else {
      throw .unexpected(
        path: table.path, at: location(number),
        expected: "a word as in \(wordRows.count) other rows",
        found: "the number \"\(text(number))\"",
        advice: "correct the field, or \(asWords)")
    }
    if let row = wordRows.first(where: { text($0) == name }) {
      throw .unexpected(
        path: table.path, at: location(row), expected: "a number", found: "the column's name again",
        advice: "delete the line: it repeats the header, as where files were put together")
    }
    let row = wordRows[0]
    let others = wordRows.count { text($0) == text(row) }
    throw .unexpected(
      path: table.path, at: location(row),
      expected:
        "a number as in \(numberRows.count) other \(numberRows.count == 1 ? "row" : "rows")",
      found: "\"\(shortened(text(row)))\"" + (others > 1 ? " (\(others) times)" : ""),
      advice: "correct the field; if it stands for a missing value, "
        + "\(layout.marker(adding: text(row))); or \(asWords)")
  }

  private func checkFinite() throws(DatasetError) {
    guard let row = fields.indices.first(where: { fields[$0] == .number && !numbers[$0].isFinite })
    else { return }
    throw .notFinite(
      path: table.path, column: name, row: "line \(table.line(ofRow: row))", value: text(row))
  }

  private func shortened(_ text: String) -> String {
    text.count > 60 ? text.prefix(60) + "…" : text
  }
}
