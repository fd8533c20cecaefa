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
  var provenance: [String] = []

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

  var prefix: String { layout.optionPrefix }

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
    guard !layout.numbers.isAmbiguous else {
      throw .unexpected(
        path: path, at: "numbers",
        expected: "one sign before decimals and another between thousands",
        found: "\"\(layout.numbers.decimal)\" for both", advice: "set \(prefix)thousands to another"
      )
    }
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
}
