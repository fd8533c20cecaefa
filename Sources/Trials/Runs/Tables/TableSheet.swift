import Foundation

/// A table as a paper prints it: methods down, metrics across, each remark once below.
struct TableSheet {
  /// A number with what stands beside it.
  struct Cell {
    /// What is printed: our number, its standard error, the paper's number in brackets, the mark of the verdict.
    var ours = "", error = "", paper = "", verdict = ""
    /// Numbers of remarks.
    var marks: [Int] = []
  }

  /// A heading.
  struct Column {
    let name: String
    var marks: [Int] = []
  }

  /// A line.
  struct Row {
    /// What rows of one kind have in common, printed once above them; empty for none.
    let section: String
    let name: String
    var marks: [Int] = []
    var cells: [Cell]
  }

  /// The name of the table, its form and its commit.
  let title: String
  /// How to read a cell.
  let legend: String
  let rowHeading = TableRow.longHeadings[0]
  private(set) var columns: [Column]
  private(set) var rows: [Row]
  /// What is said of every cell, and below it remark 1, 2, ….
  private(set) var general: [String] = []
  private(set) var remarks: [String] = []

  /// Digits of a printed number; a file for programs has all of them.
  private static let digits = 3

  /// Rows and columns in the order in which the table names them first.
  init(_ result: TableResult) {
    title = result.title
    legend = Self.legend(result)
    let names = result.rows.map(\.row).firstAppearances
    let headings = result.rows.map(\.column).firstAppearances
    let sections = Self.sections(names)
    columns = headings.map { Column(name: $0) }
    rows = zip(names, sections).map { name, section in
      Row(
        section: section, name: section.isEmpty ? name : String(name.dropLast(section.count + 2)),
        cells: headings.map { _ in Cell() })
    }
    let row = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    let column = Dictionary(uniqueKeysWithValues: zip(headings, headings.indices))
    var places: [String: Set<Place>] = [:]
    var order: [String] = []
    var filled: Set<Place> = []
    let usual = Self.usualSeeds(result)
    for entry in result.rows {
      let place = Place(row: row[entry.row]!, column: column[entry.column]!)
      filled.insert(place)
      rows[place.row].cells[place.column] = Self.cell(entry)
      var remarks = entry.remarks
      if entry.seeds > 0, let usual, usual != entry.seeds {
        remarks.append(entry.seeds == 1 ? "1 seed" : "\(entry.seeds) seeds")
      }
      for remark in remarks {
        if places[remark] == nil { order.append(remark) }
        places[remark, default: []].insert(place)
      }
    }
    for remark in order { attach(remark, to: places[remark]!, among: filled) }
    general += result.footnotes
  }

  /// One line for each cell.
  init(long result: TableResult) {
    title = result.title
    legend = ""
    columns = TableRow.longHeadings.dropFirst().map { Column(name: $0) }
    rows = result.rows.map { entry in
      Row(
        section: "", name: entry.row,
        cells: entry.longFields.dropFirst().map { Cell(ours: $0) })
    }
  }

  private struct Place: Hashable { let row, column: Int }

  private static func cell(_ entry: TableRow) -> Cell {
    Cell(
      ours: NumberFormat.short(entry.ours, digits: digits),
      error: entry.standardError.map { "± \(NumberFormat.short($0, digits: 2))" } ?? "",
      paper: entry.paper.map { "(\(NumberFormat.plain($0)))" } ?? "",
      verdict: entry.verdict == .above ? "↑" : entry.verdict == .below ? "↓" : "")
  }

  /// The seeds behind most cells that have more than one.
  private static func usualSeeds(_ result: TableResult) -> Int? {
    let counts = Dictionary(grouping: result.rows.map(\.seeds).filter { $0 > 1 }, by: { $0 })
    return counts.max { ($0.value.count, -$0.key) < ($1.value.count, -$1.key) }?.key
  }

  private static func legend(_ result: TableResult) -> String {
    var words = usualSeeds(result).map { "ours, the mean over \($0) seeds" } ?? "ours"
    if result.rows.contains(where: { $0.standardError != nil }) { words += " ± its standard error" }
    if result.rows.contains(where: { $0.paper != nil }) { words += " (the paper's)" }
    if result.rows.contains(where: { $0.expected != nil }) {
      words += "; ↑ above, ↓ below the range to expect"
    }
    return words
  }

  /// What stands behind the last comma of each name, where all names have such an end and each end covers rows in sequence, at least
  /// two of them; else nothing.
  private static func sections(_ names: [String]) -> [String] {
    let none = names.map { _ in "" }
    let ends = names.map { name -> String in
      guard let comma = name.range(of: ", ", options: .backwards) else { return "" }
      return String(name[comma.upperBound...])
    }
    var runs: [(end: String, count: Int)] = []
    for end in ends {
      if runs.last?.end == end { runs[runs.count - 1].count += 1 } else { runs.append((end, 1)) }
    }
    let isSound =
      !ends.contains("") && runs.count > 1 && runs.allSatisfy { $0.count > 1 }
      && Set(runs.map(\.end)).count == runs.count
    return isSound ? ends : none
  }

  /// Puts a remark where it covers most with the fewest marks: on all, on whole columns, on rows, on cells.
  private mutating func attach(_ remark: String, to places: Set<Place>, among filled: Set<Place>) {
    let (inRows, inColumns) = (Set(places.map(\.row)), Set(places.map(\.column)))
    if places == filled {
      general.append(remark)
      return
    }
    remarks.append(remark)
    let number = remarks.count
    let isWhole = { (rows: Set<Int>, columns: Set<Int>) in
      filled.allSatisfy {
        !rows.contains($0.row) || !columns.contains($0.column) || places.contains($0)
      }
    }
    if isWhole(Set(rows.indices), inColumns) {
      for column in inColumns { columns[column].marks.append(number) }
    } else if isWhole(inRows, inColumns), inColumns.count > 1 {
      for row in inRows { rows[row].marks.append(number) }
    } else {
      for place in places { rows[place.row].cells[place.column].marks.append(number) }
    }
  }
}
