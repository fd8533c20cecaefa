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
  public func printed(as format: TableFormat, long: Bool = false) -> String {
    switch format {
    case .csv: return csv
    case .json: return json.description + "\n"
    case .text: return long ? text : TableSheet(self).text()
    case .markdown: return (long ? TableSheet(long: self) : TableSheet(self)).markdown
    case .latex: return (long ? TableSheet(long: self) : TableSheet(self)).latex
    }
  }

  /// Lines of `row,column,ours,standard_error,seeds,paper,expected_low,expected_high,verdict,note`; what does not apply is empty.
  var csv: String {
    func field(_ text: String) -> String {
      text.contains { ",\"\n\r".contains($0) } || text != text.trimmingPrefix(" ")
        ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let head =
      "row,column,ours,standard_error,seeds,paper,expected_low,expected_high,verdict,note\n"
    return rows.reduce(into: head) { text, row in
      let fields = [
        row.row, row.column, number(row.ours), number(row.standardError), String(row.seeds),
        number(row.paper), number(row.expected?.low), number(row.expected?.high),
        row.verdict == .none ? "" : row.verdict.rawValue,
        row.remarks.joined(separator: "; "),
      ]
      text += fields.map(field).joined(separator: ",") + "\n"
    }
  }
}

extension TableRow {
  /// What is to be said of the cell: the note in its parts, then the cautions.
  var remarks: [String] {
    note.split(separator: "; ").map(String.init) + cautions.map { "caution: \($0)" }
  }
}
