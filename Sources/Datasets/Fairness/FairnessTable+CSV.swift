import Storage

/// What to do with rows that miss a value.
public enum MissingValues: String, Sendable, Codable, CaseIterable {
  /// Stop with the line and column of the first one.
  case fail
  /// Leave such rows out; the provenance says how many.
  case dropRows = "drop-rows"
}

extension FairnessTable {
  /// Reads a table of one's own: a CSV file with a header line.
  ///
  /// Every column but the target and the ignored ones becomes an input, the sensitive one last. A column of text is
  /// coded 0…k−1 in the sorted order of its words; a target of two words or values is coded −1 and 1 in that order.
  /// Empty fields, `?`, `NA` and `N/A` are missing values.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - target: the column to predict.
  ///   - sensitive: the column to hide.
  ///   - ignoring: columns to leave out, such as identifiers.
  ///   - textColumns: columns of codes that look like numbers now and then.
  ///   - missing: what becomes of rows with missing values.
  ///   - constantColumns: whether a column with one value is an error or is left out.
  /// - Throws: ``DatasetError`` for an unknown column (with the nearest name), text among numbers, a missing, NaN or
  ///   infinite value (with line and column), a constant column, a ragged or empty file.
  public static func read(
    csv path: String, target: String, sensitive: String, ignoring: [String] = [],
    textColumns: Set<String> = [], missing: MissingValues = .fail,
    constantColumns: ConstantColumns = .fail
  ) throws(DatasetError) -> FairnessTable {
    let options = CSVOptions(missingMarkers: ["", "?", "NA", "N/A"])
    var table = try wrappingStorage { () throws(StorageError) in
      try CSVTable.read(from: path, options: options)
    }
    for name in [target, sensitive] + ignoring + textColumns.sorted() {
      _ = try table.place(of: name)
    }
    guard target != sensitive else {
      throw .unexpected(
        path: path, at: "target and sensitive attribute", expected: "two different columns",
        found: "\"\(target)\" for both", advice: "name the column to predict and the one to hide")
    }
    let used = table.columns.filter { !ignoring.contains($0) }
    let before = table.rowCount
    if missing == .dropRows {
      table = try wrappingStorage { () throws(StorageError) in
        try table.droppingRows(withMissing: used)
      }
    }
    guard table.rowCount >= 2 else {
      throw .tooFewRows(path: path, expected: "at least 2 complete rows", found: table.rowCount)
    }
    var notes: [String] = []
    var features: [(name: String, values: [Double])] = []
    var targetValues: [Double] = []
    var sensitiveValues: [Double] = []
    for name in used {
      let (values, levels) = try table.numbersOrCodes(name, asText: textColumns.contains(name))
      if let levels { notes.append("\(name) coded 0…\(levels.count - 1) in sorted order") }
      if name == target {
        targetValues = binaryAsSigns(values)
      } else if name == sensitive {
        sensitiveValues = values
      } else if Set(values).count > 1 {
        features.append((name, values))
      } else if constantColumns == .drop {
        notes.append("constant column \(name) left out")
      } else {
        throw .constantColumn(
          path: path, column: name, value: values[0], rows: "all \(values.count) rows")
      }
    }
    let dropped = before - table.rowCount
    if dropped > 0 { notes.insert("\(dropped) rows with missing values dropped", at: 0) }
    return try FairnessTable(
      name: path.split(separator: "/").last.map(String.init) ?? path, features: features,
      target: (target, targetValues), sensitive: (sensitive, sensitiveValues),
      provenance: (["\(path): \(table.rowCount) rows"] + notes).joined(separator: "; "),
      source: path)
  }

  /// A column of two values as −1 and 1; any other column as it is.
  private static func binaryAsSigns(_ values: [Double]) -> [Double] {
    let levels = Set(values)
    guard levels.count == 2, let low = levels.min() else { return values }
    return values.map { $0 == low ? -1 : 1 }
  }
}

extension CSVTable {
  /// The place of a column; where there is none, an error with the nearest name.
  func place(of column: String) throws(DatasetError) -> Int {
    guard let place = place(column) else {
      throw .unknownColumn(
        path: path, column: column, suggestion: NearMiss.nearest(to: column, among: columns),
        columns: columns)
    }
    return place
  }

  /// A column as finite numbers, or as codes with their words if no field of it is a number.
  func numbersOrCodes(
    _ column: String, asText: Bool = false
  ) throws(DatasetError) -> (values: [Double], levels: [String]?) {
    let place = try place(of: column)
    if let row = (0..<rowCount).first(where: { isMissing(row: $0, column: place) }) {
      throw .unexpected(
        path: path, at: "line \(line(ofRow: row)), column \"\(column)\"", expected: "a value",
        found: "the missing value \"\(text(row: row, column: place))\"",
        advice: "fill it in, ignore the column or drop rows with missing values")
    }
    let looksLikeText = Double(text(row: 0, column: place)) == nil
    guard asText || looksLikeText else { return (try numbers(column), nil) }
    if !asText {
      let row = (0..<rowCount).first { Double(text(row: $0, column: place)) != nil }
      if row != nil {
        throw .mixedColumn(
          path: path, column: column, row: "line \(line(ofRow: 0))",
          text: text(row: 0, column: place))
      }
    }
    let coded = try wrappingStorage { () throws(StorageError) in try categories(column) }
    return (coded.codes.map(Double.init), coded.levels)
  }

  /// A column as finite numbers.
  func numbers(_ column: String) throws(DatasetError) -> [Double] {
    let place = try place(of: column)
    let values: [Double]
    do throws(StorageError) { values = try doubles(column) } catch {
      let row = (0..<rowCount).first {
        !isMissing(row: $0, column: place) && Double(text(row: $0, column: place)) == nil
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
