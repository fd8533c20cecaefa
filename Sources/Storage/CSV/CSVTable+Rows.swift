extension CSVTable {
  /// The table without the rows that miss a value in one of these columns, or in any where none is named.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` if a column is not there.
  public func droppingRows(
    withMissing columns: [String]? = nil
  ) throws(StorageError) -> CSVTable {
    var indices: [Int] = []
    for column in columns ?? [] { indices.append(try columnIndex(column)) }
    let watched = columns == nil ? Array(self.columns.indices) : indices
    return keeping(
      rows: (0..<rowCount).filter { row in !watched.contains { isMissing(row: row, column: $0) } })
  }

  /// The table of these rows, in this order.
  public func keeping(rows: some Sequence<Int>) -> CSVTable {
    var kept: [Field] = []
    var keptLines: [Int32] = []
    for row in rows {
      kept += fields[(row * columns.count)..<((row + 1) * columns.count)]
      keptLines.append(lines[row])
    }
    return CSVTable(
      path: path, columns: columns, bytes: bytes, fields: kept, lines: keptLines,
      missingMarkers: missingMarkers, notation: notation, notes: notes)
  }

  /// A column of words as codes: the distinct words sorted, and for each row the place of its word.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` if the column is not there.
  public func categories(
    _ column: String
  ) throws(StorageError) -> (codes: [Int], levels: [String]) {
    let words = try strings(column)
    let levels = Set(words).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(levels, levels.indices))
    return (words.map { places[$0]! }, levels)
  }
}
