import Datasets
import Foundation

/// A made-up table of a user's own, 60 rows, of which single columns are changed.
struct OwnTableFixture {
  static let layout = FairnessTable.Layout(optionPrefix: "data.csv.")

  var columns = ["age", "town", "score", "hired"]
  var rows: [[String]] = (0..<60).map { row in
    [
      "\(20 + row % 37).5", ["Rome", "Bern", "Oslo"][row % 3], "\(Double(row * 7 % 23) / 4 - 2)",
      row * 5 % 7 > 3 ? "yes" : "no",
    ]
  }

  /// A column's fields given again, by row.
  func with(_ column: String, _ field: (Int) -> String) -> OwnTableFixture {
    var copy = self
    let place: Int
    if let known = columns.firstIndex(of: column) {
      place = known
    } else {
      place = columns.count
      copy.columns.append(column)
      for row in rows.indices { copy.rows[row].append("") }
    }
    for row in rows.indices { copy.rows[row][place] = field(row) }
    return copy
  }

  /// The same rows with another column in front.
  func withFirst(_ column: String, _ field: (Int) -> String) -> OwnTableFixture {
    var copy = self
    copy.columns.insert(column, at: 0)
    for row in rows.indices { copy.rows[row].insert(field(row), at: 0) }
    return copy
  }

  func text(separator: String = ",", ending: String = "") -> String {
    func quoted(_ field: String) -> String {
      let special = [separator, "\"", "\n"].contains { field.contains($0) }
      return special || field.hasSuffix(" ")
        ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }
    return ([columns] + rows).map { $0.map(quoted).joined(separator: separator) + ending + "\n" }
      .joined()
  }

  func read(
    target: String = "hired", sensitive: String = "age", ignoring: [String] = [],
    text: Set<String> = [], missing: MissingValues = .fail, layout: FairnessTable.Layout = layout
  ) throws -> FairnessTable {
    try Self.read(
      Array(self.text().utf8), target: target, sensitive: sensitive, ignoring: ignoring, text: text,
      missing: missing, layout: layout)
  }

  static func read(
    _ bytes: [UInt8], target: String = "hired", sensitive: String = "age", ignoring: [String] = [],
    text: Set<String> = [], missing: MissingValues = .fail, layout: FairnessTable.Layout = layout
  ) throws -> FairnessTable {
    try withTemporaryFolder { folder in
      let path = folder + "/own.csv"
      try Data(bytes).write(to: URL(filePath: path))
      return try FairnessTable.read(
        csv: path, target: target, sensitive: sensitive, ignoring: ignoring, textColumns: text,
        missing: missing, constantColumns: .drop, layout: layout)
    }
  }
}

extension FairnessTable.Layout {
  /// The layout of the fixture with one thing changed.
  static func own(_ change: (inout FairnessTable.Layout) -> Void) -> FairnessTable.Layout {
    var layout = OwnTableFixture.layout
    change(&layout)
    return layout
  }
}
