import Storage

extension OwnTableReader {
  /// Throws where names of the options are not those of columns.
  func checkNames(_ table: CSVTable) throws(DatasetError) {
    if table.columns.count == 1, table.columns[0] != target, table.columns[0] != sensitive {
      let mark = CSVSeparator.name(layout.separator ?? ",")
      throw .unexpected(
        path: path, at: "line 1 (column names)", expected: "names separated by \(mark)",
        found: "one name, \"\(table.columns[0].prefix(60))\"",
        advice: "set \(prefix)separator to what stands between the names"
          + (layout.separator == nil ? "" : ", or leave it away"))
    }
    let numbers = table.columns.count { Double($0) != nil }
    if numbers * 2 >= table.columns.count, !table.columns.contains(target) {
      throw .unexpected(
        path: path, at: "line 1", expected: "the names of the columns, among them \"\(target)\"",
        found: NameList.short(table.columns),
        advice: "put a line of names before the first row")
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
  mutating func usedColumns(of table: CSVTable) -> [OwnColumn] {
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
  mutating func leaveOutColumns(_ columns: inout [OwnColumn]) throws(DatasetError) {
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
  mutating func completeRows(
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
          + (isWord
            ? "; if it is a word like others, list the markers without it in \(prefix)missingMarkers"
            : ""))
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
          + " taken as missing, not as a word, unless \(prefix)missingMarkers lists others")
    }
    return kept
  }
}
