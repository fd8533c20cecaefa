import Foundation

/// Writes tables of text; fields are quoted where they must be.
public enum CSVWriter {
  /// The text of a table: one line of column names, then one per row, each ended by LF.
  ///
  /// - Throws: ``StorageError/mismatched(path:at:expected:found:advice:)`` if a row has another number of
  ///   fields than there are columns.
  public static func encode(
    columns: [String], rows: some Sequence<[String]>, separator: Character = ",",
    path: String = "table"
  ) throws(StorageError) -> String {
    var text = ""
    func add(_ fields: [String]) {
      for (index, field) in fields.enumerated() {
        if index > 0 { text.append(separator) }
        text += quoted(field, separator: separator)
      }
      text += "\n"
    }
    add(columns)
    for (number, row) in rows.enumerated() {
      guard row.count == columns.count else {
        throw .mismatched(
          path: path, at: "row \(number + 1)", expected: "\(columns.count) fields",
          found: "\(row.count)", advice: "give each row one field a column")
      }
      add(row)
    }
    return text
  }

  /// Replaces the file at `path` by a table, atomically.
  ///
  /// - Throws: ``StorageError`` as ``encode(columns:rows:separator:path:)`` does, or
  ///   ``StorageError/unwritable(path:at:expected:found:advice:)``.
  public static func write(
    columns: [String], rows: some Sequence<[String]>, separator: Character = ",", to path: String
  ) throws(StorageError) {
    try AtomicFile.write(
      encode(columns: columns, rows: rows, separator: separator, path: path), to: path)
  }

  private static func quoted(_ field: String, separator: Character) -> String {
    let special = field.utf8.contains {
      $0 == 0x22 || $0 == 0x0a || $0 == 0x0d || $0 == separator.asciiValue
    }
    let hasOuterSpace = [" ", "\t"].contains { field.hasPrefix($0) || field.hasSuffix($0) }
    guard special || hasOuterSpace else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
