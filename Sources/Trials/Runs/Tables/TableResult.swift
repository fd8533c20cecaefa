import Storage

/// A filled table.
public struct TableResult: Sendable {
  /// The name of the table.
  public var table: String
  /// Whether this is the quick form.
  public var quick: Bool
  /// The commit of the sources.
  public var commit: String
  /// One element a cell.
  public var rows: [TableRow]
  /// What is said once, of the whole table.
  public var footnotes: [String]

  /// Makes a result of this build.
  public init(
    table: String, quick: Bool, rows: [TableRow], footnotes: [String] = [],
    commit: String = SourceCommit.current
  ) {
    self.table = table
    self.quick = quick
    self.rows = rows
    self.footnotes = footnotes
    self.commit = commit
  }

  /// `{table, quick, commit, rows}`; what does not apply is null.
  public var json: JSONValue {
    let table: JSONValue = [
      "table": .string(table), "quick": .bool(quick), "commit": .string(commit),
      "rows": .array(rows.map(\.json)),
    ]
    guard case .object(let members) = table, !footnotes.isEmpty else { return table }
    return .object(members + [.init("footnotes", .array(footnotes.map { .string($0) }))])
  }

  /// The name, the form and the commit.
  var title: String { "\(table)\(quick ? " (quick)" : ""), commit \(commit.prefix(12))" }

  /// A line for each cell, with its range and its remarks.
  public var text: String {
    var lines = TextTable(
      TableRow.longHeadings,
      alignments: [.left, .left, .right, .right, .right, .right, .left, .left, .left])
    for row in rows { lines.add(row.longFields) }
    return title + "\n\n" + lines.text + (footnotes.isEmpty ? "" : "\n")
      + footnotes.map { $0 + "\n" }.joined()
  }
}

extension TableRow {
  /// What ``longFields`` are.
  static let longHeadings = [
    "row", "column", "ours", "± s.e.", "seeds", "paper", "expected", "verdict", "note",
  ]

  /// All that is known of the cell, as words.
  var longFields: [String] {
    [
      row, column, NumberFormat.short(ours), NumberFormat.short(standardError, digits: 2),
      ours == nil ? "—" : String(seeds), NumberFormat.short(paper),
      expected.map { "\(NumberFormat.short($0.low)) … \(NumberFormat.short($0.high))" } ?? "—",
      verdict.rawValue, remarks.joined(separator: "; "),
    ]
  }
}

/// One cell of a table.
public struct TableRow: Sendable {
  /// What our number says beside the expected range.
  public enum Verdict: String, Sendable, CaseIterable {
    /// Within the range.
    case within
    /// Below or above it.
    case below, above
    /// No range was set, or nothing was measured.
    case none = "—"
  }

  /// The names of the row and the column, such as `SLICE` and `ρ*(Z;T)`.
  public var row, column: String
  /// The mean over seeds; `nil` where nothing could be measured.
  public var ours: Double?
  /// The standard error of the mean; `nil` for fewer than two seeds.
  public var standardError: Double?
  /// Seeds behind the mean.
  public var seeds: Int
  /// The paper's number; `nil` if it has none.
  public var paper: Double?
  /// The range to expect, ends included; `nil` if none was set.
  public var expected: (low: Double, high: Double)?
  /// Whether ours is in the range.
  public var verdict: Verdict
  /// Substitutes, scaled protocols, warnings.
  public var note: String
  /// Why the runs behind the cell may be out of date, such as that they are of other data than those of now.
  public var cautions: [String] = []

  /// The cell of one value a seed: mean, standard error `s / √n` with the sample deviation, verdict by the range.
  public init(
    row: String, column: String, values: [Double], paper: Double? = nil,
    expected: (low: Double, high: Double)? = nil, note: String = ""
  ) {
    let count = Double(values.count)
    let mean = values.isEmpty ? nil : values.reduce(0, +) / count
    self.row = row
    self.column = column
    ours = mean
    if let mean, values.count > 1 {
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      standardError = (squares / (count - 1) / count).squareRoot()
    }
    seeds = values.count
    self.paper = paper
    self.expected = expected
    self.note = note
    if let mean, let expected, !mean.isNaN {
      verdict = mean < expected.low ? .below : mean > expected.high ? .above : .within
    } else {
      verdict = .none
    }
  }

  /// The cell with the cautions of the runs behind it.
  func cautioned(by results: [RunResult]) -> TableRow {
    var row = self
    row.cautions = results.flatMap(\.cautions).firstAppearances
    return row
  }

  var json: JSONValue {
    func number(_ value: Double?) -> JSONValue {
      guard let value, value.isFinite else { return .null }
      return .number(value)
    }
    let cell: JSONValue = [
      "row": .string(row), "column": .string(column), "ours": number(ours),
      "standardError": number(standardError), "seeds": .integer(seeds), "paper": number(paper),
      "expected": expected.map { [number($0.low), number($0.high)] } ?? .null,
      "verdict": verdict == .none ? .null : .string(verdict.rawValue), "note": .string(note),
    ]
    guard case .object(let members) = cell, !cautions.isEmpty else { return cell }
    return .object(members + [.init("cautions", .array(cautions.map { .string($0) }))])
  }
}
