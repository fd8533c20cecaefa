import Storage

/// How a table is printed.
public enum TableFormat: String, Sendable, CaseIterable {
  /// Aligned columns for a terminal, within 120 columns.
  case text
  /// A table of Markdown.
  case markdown
  /// A `tabular` for a paper, without packages beyond LaTeX's own.
  case latex
  /// Every cell on a line of its own, with all that is known of it, for programs.
  case csv
  /// The same as JSON.
  case json
}

extension TableResult {
  /// The table as text.
  ///
  /// - Parameters:
  ///   - format: how it is printed.
  ///   - long: whether each cell has a line of its own; programs' formats always have.
  /// - Throws: `StorageError`, as `CSVWriter.encode` does.
  public func printed(
    as format: TableFormat, long: Bool = false
  ) throws(StorageError) -> String {
    switch format {
    case .csv: return try csv()
    case .json: return json.description + "\n"
    case .text: return long ? text : TableSheet(self).text()
    case .markdown: return (long ? TableSheet(long: self) : TableSheet(self)).markdown
    case .latex: return (long ? TableSheet(long: self) : TableSheet(self)).latex
    }
  }

  /// Lines of `row,column,ours,standard_error,seeds,paper,expected_low,expected_high,verdict,note`; what does not apply is empty.
  private func csv() throws(StorageError) -> String {
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    return try CSVWriter.encode(
      columns: [
        "row", "column", "ours", "standard_error", "seeds", "paper", "expected_low",
        "expected_high", "verdict", "note",
      ],
      rows: rows.map { row in
        [
          row.row, row.column, number(row.ours), number(row.standardError), String(row.seeds),
          number(row.paper), number(row.expected?.low), number(row.expected?.high),
          row.verdict == .none ? "" : row.verdict.rawValue,
          row.remarks.joined(separator: "; "),
        ]
      })
  }
}

extension TableRow {
  /// What is to be said of the cell: the note in its parts, then the cautions.
  var remarks: [String] {
    note.split(separator: "; ").map(String.init) + cautions.map { "caution: \($0)" }
  }
}
