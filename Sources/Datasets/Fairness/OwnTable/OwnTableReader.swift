import Storage

/// Reads a table of one's own, step by step, with notes of what was done that a reader of results must know.
struct OwnTableReader {
  let path: String
  let target: String
  let sensitive: String
  let ignoring: [String]
  let textColumns: Set<String>
  let missing: MissingValues
  let constantColumns: ConstantColumns
  let layout: FairnessTable.Layout
  var notes: [String] = []
  private var provenance: [String] = []

  init(
    path: String, target: String, sensitive: String, ignoring: [String],
    textColumns: Set<String>, missing: MissingValues, constantColumns: ConstantColumns,
    layout: FairnessTable.Layout
  ) {
    (self.path, self.target, self.sensitive) = (path, target, sensitive)
    (self.ignoring, self.textColumns, self.missing) = (ignoring, textColumns, missing)
    (self.constantColumns, self.layout) = (constantColumns, layout)
  }

  /// The error of a target or sensitive column with one word alone.
  static func oneWord(_ column: OwnColumn, _ word: String, _ rows: Int) -> DatasetError {
    .unexpected(
      path: column.table.path, at: "column \"\(column.name)\"",
      expected: "at least two values in the \(rows) rows that are read",
      found: "\"\(word)\" everywhere", advice: "name another column, or give rows of another kind")
  }

  private var prefix: String { layout.optionPrefix }

  consuming func table() throws(DatasetError) -> FairnessTable {
    let file = try contents()
    try checkNames(file)
    var columns = usedColumns(of: file)
    for column in columns { try column.checkNumbers(layout) }
    try leaveOutColumns(&columns)
    let rows = try completeRows(of: file, columns)
    var features: [(name: String, values: [Double])] = []
    var targetColumn: OwnTarget?
    var sensitiveValues: [Double] = []
    var sensitiveLabels: [String]?
    for column in columns {
      let name = column.name
      notes += column.doubts(rows, layout)
      if name == target {
        let outcome = try OwnTarget.read(column, rows: rows, layout: layout)
        notes += outcome.notes
        targetColumn = outcome
        continue
      }
      let values: [Double]
      var labels: [String]?
      if column.holdsWords {
        let words = try column.words(rows, layout)
        notes += words.notes
        provenance.append("\(name) coded 0…\(words.levels.count - 1) in sorted order")
        (values, labels) = (words.codes.map(Double.init), words.levels)
      } else {
        values = rows.map { column.numbers[$0] }
      }
      if name == sensitive {
        if let labels, labels.count == 1 {
          throw Self.oneWord(column, labels[0], rows.count)
        }
        (sensitiveValues, sensitiveLabels) = (values, labels)
      } else if values.contains(where: { $0 != values[0] }) {
        features.append((name, values))
      } else if constantColumns == .drop {
        let value = labels?[0] ?? OwnTarget.text(values[0])
        provenance.append("constant column \(name) left out (\(value) in every row)")
      } else {
        throw .constantColumn(
          path: path, column: name, value: values[0], rows: "all \(values.count) rows")
      }
    }
    guard let outcome = targetColumn else {
      throw .unexpected(
        path: path, at: "column \"\(target)\"", expected: "the column to predict", found: "none",
        advice: "name another")
    }
    noteSensitive(sensitiveValues, isWords: sensitiveLabels != nil)
    noteCopies(features, target: outcome.values, sensitive: sensitiveValues)
    notePrecision(features + [(sensitive, sensitiveValues), (target, outcome.values)])
    var table = try FairnessTable(
      name: path.split(separator: "/").last.map(String.init) ?? path, features: features,
      target: (target, outcome.values), sensitive: (sensitive, sensitiveValues),
      provenance: (["\(path): \(rows.count) rows"] + provenance).joined(separator: "; "),
      source: path)
    table.sensitiveLabels = sensitiveLabels
    table.targetLabels = outcome.labels
    table.rowLines = rows.map { file.line(ofRow: $0) }
    table.notes = notes
    return table
  }

  /// The file as fields.
  private mutating func contents() throws(DatasetError) -> CSVTable {
    let (path, layout, names) = (path, layout, [target, sensitive])
    let (table, more, hasLosses) = try wrappingStorage {
      () throws(StorageError) -> (CSVTable, [String], Bool) in
      let file = try TextFile.read(
        from: path, encoding: layout.encoding, optionPrefix: layout.optionPrefix)
      var notes = file.notes
      var options = CSVOptions()
      (options.numbers, options.optionPrefix) = (layout.numbers, layout.optionPrefix)
      if let separator = layout.separator {
        options.separator = separator
      } else {
        (options.separator, options.skippedLines) = try CSVSeparator.detect(
          in: file.bytes, names: names, path: path, optionPrefix: layout.optionPrefix)
        if options.separator != "," {
          notes.append(
            "fields are separated by \(CSVSeparator.name(options.separator)), told by the contents")
        }
      }
      let table = try CSVTable.parse(file.bytes, path: path, options: options)
      return (table, notes + table.notes, file.holdsReplacementCharacters)
    }
    notes += more
    if hasLosses, let line = Self.lineWithLostLetters(table) {
      notes.append(
        "line \(line) holds the replacement character U+FFFD: letters were lost before this file was written"
      )
    }
    let filled = (0..<table.rowCount).filter { row in
      table.columns.indices.contains { !table.text(row: row, column: $0).isEmpty }
    }
    let blank = table.rowCount - filled.count
    guard blank > 0 else { return table }
    notes.append(
      "\(blank) \(blank == 1 ? "line" : "lines") with separators and nothing else passed over")
    return table.keeping(rows: filled)
  }

  private static func lineWithLostLetters(_ table: CSVTable) -> Int? {
    for row in 0..<table.rowCount {
      for place in table.columns.indices
      where table.text(row: row, column: place).unicodeScalars.contains("\u{fffd}") {
        return table.line(ofRow: row)
      }
    }
    return nil
  }

  private func checkNames(_ table: CSVTable) throws(DatasetError) {
    if table.columns.count == 1, let separator = layout.separator, table.columns[0] != target {
      throw .unexpected(
        path: path, at: "line 1 (column names)",
        expected: "names separated by \(CSVSeparator.name(separator))",
        found: "one name, \"\(table.columns[0].prefix(60))\"",
        advice: "leave \(prefix)separator away, or set it to what stands between the names")
    }
    _ = try table.place(of: target, option: "\(prefix)target")
    _ = try table.place(of: sensitive, option: "\(prefix)sensitive")
    for name in ignoring { _ = try table.place(of: name, option: "\(prefix)ignored") }
    for name in textColumns.sorted() { _ = try table.place(of: name, option: "\(prefix)text") }
    guard target != sensitive else {
      throw .unexpected(
        path: path, at: "target and sensitive attribute", expected: "two different columns",
        found: "\"\(target)\" for both", advice: "name the column to predict and the one to hide")
    }
    for name in [target, sensitive] where ignoring.contains(name) {
      throw .unexpected(
        path: path, at: "column \"\(name)\"", expected: "a column that is not left out",
        found: "it among \(prefix)ignored", advice: "take it out of \(prefix)ignored")
    }
  }

  /// The columns with a name that are not ignored; those without a name are left out with a note.
  private mutating func usedColumns(of table: CSVTable) -> [OwnColumn] {
    let markers = Set(layout.missingMarkers)
    var columns: [OwnColumn] = []
    for (place, name) in table.columns.enumerated() where !ignoring.contains(name) {
      let column = OwnColumn(
        table, place: place, isDeclaredText: textColumns.contains(name), markers: markers)
      let isProtected = name == target || name == sensitive
      guard name.isEmpty || (name.hasPrefix("Unnamed: ") && column.isCount && !isProtected) else {
        columns.append(column)
        continue
      }
      let shown =
        name.isEmpty ? "column \(place + 1) has no name in the header" : "column \"\(name)\""
      let contents =
        column.valueCount == 0
        ? "no values" : column.isCount ? "the numbers of the rows (an index)" : "values"
      notes.append(
        "\(shown)\(name.isEmpty ? " and" : " has") \(contents): left out"
          + (column.valueCount > 0 && !column.isCount ? "; give it a name to use it" : ""))
    }
    return columns
  }

  /// Leaves out columns without a value, and columns of words that say who a row is.
  private mutating func leaveOutColumns(_ columns: inout [OwnColumn]) throws(DatasetError) {
    var kept: [OwnColumn] = []
    for column in columns {
      let isProtected = column.name == target || column.name == sensitive
      let values = column.valueCount
      if values == 0 {
        guard !isProtected, constantColumns == .drop || missing == .dropRows else {
          throw .unexpected(
            path: path, at: "column \"\(column.name)\"", expected: "a value in some row",
            found: "all \(column.fields.count) rows empty or with a missing marker",
            advice: isProtected
              ? "name another column" : "leave it out with \(layout.list("ignored", column.name))")
        }
        notes.append("column \"\(column.name)\" has no value in any row: left out")
        continue
      }
      if column.holdsWords, !column.isDeclaredText, values >= 10 {
        let words = column.wordCount
        if words * 2 > values {
          let finding = "\(words) different words in \(values) rows"
          guard !isProtected else {
            throw .unexpected(
              path: path, at: "column \"\(column.name)\"",
              expected: "numbers, or words that many rows share",
              found: "\(finding), such as \"\(column.text(column.fields.firstIndex(of: .word)!))\"",
              advice: "name another column, or write fewer words in their place")
          }
          notes.append(
            "column \"\(column.name)\" left out: \(finding), as of names, identifiers or dates; "
              + "\(layout.list("text", column.name)) keeps it as words")
          continue
        }
      }
      if column.isCount, !isProtected, column.fields.count >= 10 {
        notes.append(
          "column \"\(column.name)\" numbers the rows and is an input; \(layout.list("ignored", column.name)) "
            + "leaves it out")
      }
      kept.append(column)
    }
    columns = kept
  }

  /// The rows with a value in every column.
  ///
  /// - Throws: ``DatasetError`` for the first missing value, or where too few rows are left.
  private mutating func completeRows(
    of table: CSVTable, _ columns: [OwnColumn]
  ) throws(DatasetError) -> [Int] {
    let all = 0..<table.rowCount
    let incomplete = columns.filter { $0.missingCount > 0 }
    if missing == .fail, let column = incomplete.first {
      let row = column.fields.firstIndex(of: .missing)!
      let text = column.text(row)
      let isWord = column.holdsWords && !text.isEmpty
      throw .unexpected(
        path: path, at: column.location(row), expected: "a value",
        found: "the missing value \"\(text)\" (\(column.missingCount) of \(table.rowCount) rows)",
        advice:
          "fill it in, leave the column out with \(layout.list("ignored", column.name)) or drop rows with "
          + "missing values with \(prefix)missing=drop-rows"
          + (isWord ? "; if it is a word like others, take it out of \(prefix)missingMarkers" : ""))
    }
    let kept = all.filter { row in incomplete.allSatisfy { $0.fields[row] != .missing } }
    let worst = incomplete.sorted { $0.missingCount > $1.missingCount }.prefix(5)
      .map { "\($0.name) \($0.missingCount)" }.joined(separator: ", ")
    guard kept.count >= 2 else {
      guard !incomplete.isEmpty else {
        throw .tooFewRows(path: path, expected: "at least 2 complete rows", found: kept.count)
      }
      throw .unexpected(
        path: path, at: "missing values", expected: "at least 2 complete rows",
        found: "\(kept.count) of \(table.rowCount); rows without a value: \(worst)",
        advice: "leave out the columns that miss most with \(prefix)ignored")
    }
    if kept.count < table.rowCount {
      provenance.append(
        "\(table.rowCount - kept.count) rows with missing values dropped (\(worst))")
    }
    for column in incomplete where column.holdsWords {
      let markers = column.markersMet(all)
      guard !markers.isEmpty else { continue }
      notes.append(
        "\(column.name): "
          + markers.prefix(4).map { "\"\($0.marker)\" in \($0.count) rows" }.joined(separator: ", ")
          + " taken as missing, not as a word; \(prefix)missingMarkers sets the list")
    }
    return kept
  }
}
