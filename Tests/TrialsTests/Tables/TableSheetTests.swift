import Foundation
import Testing

@testable import Trials

/// Tables as papers print them: methods down, metrics across, each remark once.
@Suite struct TableSheetTests {
  private static let methods = ["NONE", "SLICE", "CLUB"]

  /// Two protocols, three methods, three metrics: a remark on all, on a protocol's rows, on a column and on a cell.
  private static let filled: TableResult = {
    var rows: [TableRow] = []
    for (protocolName, remark) in [("official", "the label is an input"), ("leak-free", "")] {
      for (index, method) in methods.enumerated() {
        for (column, value) in [("utility", 0.9), ("hidden now", 0.25), ("seconds per step", 2)] {
          var note = ["twins"] + (remark.isEmpty ? [] : [remark])
          if column == "seconds per step" { note = ["twins", "one thread"] }
          if method == "CLUB" && column == "utility" && remark.isEmpty { note.append("diverged") }
          rows.append(
            TableRow(
              row: "\(method), \(protocolName)", column: column,
              values: [value + Double(index) / 10, value], paper: column == "utility" ? 0.95 : nil,
              expected: column == "hidden now" ? (0, 0.26) : nil, note: note.joined(separator: "; ")
            ))
        }
      }
    }
    return TableResult(table: "t", quick: false, rows: rows, commit: "0123456789abcdef")
  }()

  @Test func textIsTheTableOfAPaper() {
    #expect(
      TableSheet(Self.filled).text() == """
        t, commit 0123456789ab
        ours, the mean over 2 seeds ± its standard error (the paper's); ↑ above, ↓ below the range to expect

                                                  hidden       seconds
        row                      utility             now     per step²
        ─────────  ─────────────────────  ──────────────  ────────────
        official
          NONE¹    0.900 ± 0     (0.95)   0.250 ± 0       2.00 ± 0
          SLICE¹   0.950 ± 0.050 (0.95)   0.300 ± 0.050↑  2.05 ± 0.050
          CLUB¹     1.00 ± 0.10  (0.95)   0.350 ± 0.10 ↑  2.10 ± 0.10
        leak-free
          NONE     0.900 ± 0     (0.95)   0.250 ± 0       2.00 ± 0
          SLICE    0.950 ± 0.050 (0.95)   0.300 ± 0.050↑  2.05 ± 0.050
          CLUB      1.00 ± 0.10  (0.95)³  0.350 ± 0.10 ↑  2.10 ± 0.10

        twins; ¹ the label is an input; ² one thread; ³ diverged

        """)
  }

  @Test(arguments: [40, 60, 80, 120]) func linesStayWithinTheWidth(_ width: Int) {
    let text = TableSheet(Self.filled).text(width: width)
    let body = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2)
    #expect(body.allSatisfy { $0.count <= width }, "\(text)")
    for method in Self.methods { #expect(text.contains("  \(method)")) }
    // Every block repeats the names; every number is in one of them.
    #expect(text.contains("2.05") && text.contains("0.350") && text.contains("0.950"))
    #expect(text.components(separatedBy: "the label is an input").count == 2)
  }

  @Test func seedsThatDifferAreRemarks() {
    let result = TableResult(
      table: "t", quick: true,
      rows: [
        TableRow(row: "a", column: "x", values: [1, 2, 3]),
        TableRow(row: "b", column: "x", values: [1, 2, 3]),
        TableRow(row: "c", column: "x", values: [1]), TableRow(row: "d", column: "x", values: []),
      ])
    let text = TableSheet(result).text()
    #expect(text.contains("over 3 seeds") && text.contains("¹ 1 seed\n"))
    #expect(text.contains("1.00") && text.contains("—"))
  }

  @Test func cautionsAreRemarks() {
    var row = TableRow(row: "a", column: "x", values: [1], note: "twins")
    row.cautions = ["of other data"]
    let result = TableResult(
      table: "t", quick: true, rows: [row, TableRow(row: "b", column: "x", values: [2])])
    #expect(TableSheet(result).text().contains("¹ twins; ² caution: of other data"))
  }

  @Test func markdownHasOneLineForEachRow() {
    let lines = TableSheet(Self.filled).markdown.split(separator: "\n")
    let table = lines.filter { $0.hasPrefix("|") }
    #expect(table.count == 8)
    #expect(table.allSatisfy { $0.filter { $0 == "|" }.count == 5 })
    #expect(table[2] == "| NONE, official<sup>1</sup> | 0.900 ± 0 (0.95) | 0.250 ± 0 | 2.00 ± 0 |")
    #expect(lines.contains("1. the label is an input"))
  }

  /// What LaTeX would stop at: signs that are not escaped, groups and formulas left open, lines with other columns.
  @Test func latexIsSound() throws {
    var result = Self.filled
    result.rows[0].note = "50 % of a_b & c#d, {x} ~ y^2 \\ z, ρ* ± 1 ≥ 0, <1 |"
    for text in [
      try result.printed(as: .latex), try result.printed(as: .latex, long: true),
    ] {
      var (groups, formulas, isEscaped, inComment) = (0, 0, false, false)
      for character in text {
        if inComment {
          inComment = character != "\n"
        } else if isEscaped {
          isEscaped = false
        } else {
          switch character {
          case "\\": isEscaped = true
          case "{": groups += 1
          case "}": groups -= 1
          case "$": formulas += 1
          case "%": inComment = true
          case "#", "~": Issue.record("`\(character)` is not escaped in \(text)")
          case "_", "^": #expect(formulas % 2 == 1, "`\(character)` outside a formula in \(text)")
          default: #expect(character.isASCII, "`\(character)` is in no font of LaTeX's own")
          }
          #expect(groups >= 0)
        }
      }
      #expect(groups == 0 && formulas % 2 == 0)
      #expect(text.components(separatedBy: "\\begin{tabular}").count == 2)
      #expect(text.components(separatedBy: "\\end{tabular}").count == 2)
      let columns = try #require(text.firstMatch(of: #/\{tabular\}\{(l[lr]*)\}/#)).1.count
      for line in text.split(separator: "\n") where line.hasSuffix(" \\\\") {
        if line.contains("multicolumn") { continue }
        #expect(
          line.replacing("\\&", with: "").filter { $0 == "&" }.count == columns - 1, "\(line)")
      }
    }
  }

  @Test func csvHasEveryCellWithAllItsDigits() throws {
    let lines = try Self.filled.printed(as: .csv).split(separator: "\n")
    #expect(lines.count == 19)
    #expect(lines[1] == "\"NONE, official\",utility,0.9,0.0,2,0.95,,,,twins; the label is an input")
    #expect(lines[2].hasPrefix("\"NONE, official\",hidden now,0.25,0.0,2,,0.0,0.26,within,"))
  }
}
