import Settings
import Storage

/// What to do with rows that miss a value.
public enum MissingValues: String, Sendable, Codable, CaseIterable {
  /// Stop with the line and column of the first one.
  case fail
  /// Leave such rows out; the provenance says how many.
  case dropRows = "drop-rows"
}

extension FairnessTable {
  /// Reads a table of one's own: a CSV file with a header line, packed with gzip or not.
  ///
  /// Every column but the target and the ignored ones becomes an input, the sensitive one last. A column of text is
  /// coded 0…k−1 in the sorted order of its words; a target of two words or values is coded −1 and 1 in that order, or by
  /// ``Layout/positive``. ``sensitiveLabels`` and ``targetLabels`` keep the words.
  ///
  /// Left out, and named in ``notes``: columns without a name (the index that pandas writes), columns without a value, columns
  /// of words most of which stand in one row only (names, identifiers, dates), unless `textColumns` names them.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - target: the column to predict: numbers, or two words, or any words with ``Layout/positive``.
  ///   - sensitive: the column to hide.
  ///   - ignoring: columns to leave out, such as identifiers.
  ///   - textColumns: columns of codes that look like numbers, to be taken as words.
  ///   - missing: what becomes of rows with missing values: empty fields and ``Layout/missingMarkers``.
  ///   - constantColumns: whether a column with one value, or none, is an error or is left out.
  ///   - layout: how the file is written; by default the contents tell separators and packing, and numbers have a dot.
  /// - Throws: ``DatasetError`` for an unknown column (with the nearest name), text among numbers, words that look like
  ///   numbers (with the option that reads them), a word in two spellings, more than two words to predict, a missing, NaN or
  ///   infinite value (with line and column), a constant column, a ragged or empty file, bytes that are not UTF-8, a file of
  ///   another kind.
  public static func read(
    csv path: String, target: String, sensitive: String, ignoring: [String] = [],
    textColumns: Set<String> = [], missing: MissingValues = .fail,
    constantColumns: ConstantColumns = .fail, layout: Layout = Layout()
  ) throws(DatasetError) -> FairnessTable {
    try OwnTableReader(
      path: path, target: target, sensitive: sensitive, ignoring: ignoring,
      textColumns: textColumns, missing: missing, constantColumns: constantColumns, layout: layout
    ).table()
  }
}

extension CSVTable {
  /// The place of a column; where there is none, an error with the nearest name.
  ///
  /// - Parameter option: the option that names it, for the message.
  func place(of column: String, option: String = "") throws(DatasetError) -> Int {
    if let place = place(column), !column.isEmpty { return place }
    // The shell's comma lies between two values: `invited, y/n` came as `invited`.
    let whole = columns.first { $0.contains(",") && $0.hasPrefix(column + ",") }
    if let whole, !option.isEmpty, !column.isEmpty {
      throw .unexpected(
        path: path, at: "columns", expected: "a column \"\(column)\"", found: "none",
        advice:
          "did you mean \"\(whole)\"? on a command line, put quotes of both kinds around a name with a "
          + "comma: '\(option)=\"\(whole)\"'")
    }
    throw .unknownColumn(
      path: path, column: column, suggestion: NearMiss.nearest(to: column, among: columns),
      columns: columns)
  }

  /// A column as finite numbers.
  func numbers(_ column: String) throws(DatasetError) -> [Double] {
    let place = try place(of: column)
    let values: [Double]
    do throws(StorageError) { values = try doubles(column) } catch {
      let row = (0..<rowCount).first {
        !isMissing(row: $0, column: place) && number(row: $0, column: place) == nil
      }
      guard case .malformed = error, let row else { throw .storage(error) }
      throw .mixedColumn(
        path: path, column: column, row: "line \(line(ofRow: row))",
        text: String(text(row: row, column: place).prefix(60)))
    }
    if let row = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(
        path: path, column: column, row: "line \(line(ofRow: row))",
        value: text(row: row, column: place))
    }
    return values
  }
}
