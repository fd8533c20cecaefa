import Foundation

/// A table of text with named columns, read from a file of separated values.
///
/// The fields stay where they were in the file's bytes; a column is turned into numbers or strings when
/// it is asked for.
public struct CSVTable: Sendable {
  /// The part of ``bytes`` that a field takes.
  struct Field: Sendable {
    var start: UInt32
    var end: UInt32
  }

  /// The file, for the errors.
  public let path: String
  /// The column names in order.
  public let columns: [String]
  /// How many rows, the header not counted.
  public var rowCount: Int { lines.count }

  /// The file's bytes with quoted fields unescaped in place, and a zero behind.
  let bytes: [UInt8]
  /// Row by row.
  let fields: [Field]
  /// The line of the file on which each row starts, from 1.
  let lines: [Int32]
  let missingMarkers: [[UInt8]]
  /// How numbers are written.
  public let notation: NumberNotation
  /// What was done to read the file: unpacked, a last separator passed over.
  public internal(set) var notes: [String]
  /// The place of each column by its name: tables of genes have tens of thousands.
  private let places: [String: Int]

  init(
    path: String, columns: [String], bytes: [UInt8], fields: [Field], lines: [Int32],
    missingMarkers: [[UInt8]], notation: NumberNotation, notes: [String]
  ) {
    self.path = path
    self.columns = columns
    self.bytes = bytes
    self.fields = fields
    self.lines = lines
    self.missingMarkers = missingMarkers
    self.notation = notation
    self.notes = notes
    places = Dictionary(zip(columns, columns.indices), uniquingKeysWith: { first, _ in first })
  }

  /// Reads a table; a file that gzip packed is unpacked.
  ///
  /// - Throws: ``StorageError`` if the file cannot be read, is of another kind (which is named) or holds no row, if bytes are
  ///   not of the encoding (with line and column), if a row has more or fewer fields than there are columns (with its line), if
  ///   a quote is not closed, or if two columns have one name.
  public static func read(
    from path: String, options: CSVOptions = CSVOptions()
  ) throws(StorageError) -> CSVTable {
    let file = try TextFile.read(
      from: path, encoding: options.encoding, optionPrefix: options.optionPrefix)
    var table = try parse(file.bytes, path: path, options: options)
    table.notes = file.notes + table.notes
    return table
  }

  /// Reads a table from bytes in UTF-8; `path` is for the errors.
  ///
  /// - Throws: ``StorageError`` as ``read(from:options:)`` does.
  public static func parse(
    _ bytes: [UInt8], path: String, options: CSVOptions = CSVOptions()
  ) throws(StorageError) -> CSVTable {
    try CSVParser(bytes: bytes, path: path, options: options).table()
  }

  /// The place of a column.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` with the names that are there.
  public func columnIndex(_ name: String) throws(StorageError) -> Int {
    guard let index = places[name] else {
      throw .missing(
        path: path, at: "columns", expected: "\"\(name)\"", found: listing(columns))
    }
    return index
  }

  /// The place of a column, or nil if there is none of that name.
  public func place(_ name: String) -> Int? { places[name] }

  /// A column as text, missing values as they stand in the file.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` if there is no such column.
  public func strings(_ column: String) throws(StorageError) -> [String] {
    let index = try columnIndex(column)
    return (0..<rowCount).map { text(row: $0, column: index) }
  }

  /// A column as numbers.
  ///
  /// - Parameter missing: what a missing value becomes; by default it is an error.
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` if there is no such column,
  ///   ``StorageError/malformed(path:at:expected:found:advice:)`` with the column, the line and the text of
  ///   the first field that is no number.
  public func doubles(_ column: String, missing: Double? = nil) throws(StorageError) -> [Double] {
    let index = try columnIndex(column)
    var values: [Double] = []
    values.reserveCapacity(rowCount)
    for row in 0..<rowCount {
      let field = fields[row * columns.count + index]
      if let value = number(field) {
        values.append(value)
      } else if isMissing(field) {
        guard let missing else { throw notANumber(row, column, isMissing: true) }
        values.append(missing)
      } else {
        throw notANumber(row, column, isMissing: false)
      }
    }
    return values
  }

  /// The line of the file on which a row starts, from 1.
  public func line(ofRow row: Int) -> Int { Int(lines[row]) }

  /// Whether the field is one of the missing markers.
  public func isMissing(row: Int, column: Int) -> Bool {
    isMissing(fields[row * columns.count + column])
  }

  /// The text of one field.
  public func text(row: Int, column: Int) -> String {
    let field = fields[row * columns.count + column]
    return String(decoding: bytes[Int(field.start)..<Int(field.end)], as: UTF8.self)
  }

  /// The number that a field spells in the table's format; nil if it is anything else.
  public func number(row: Int, column: Int) -> Double? {
    number(fields[row * columns.count + column])
  }

  private func number(_ field: Field) -> Double? {
    let (start, end) = (Int(field.start), Int(field.end))
    if notation == NumberNotation(), let value = NumberText.double(in: bytes, from: start, to: end)
    {
      return value
    }
    // Only what begins as a number may, or has letters beyond ASCII around it, is looked at as text.
    guard start < end,
      notation != NumberNotation() || bytes[start] >= 0x80 || bytes[end - 1] >= 0x80
        || bytes[start] == 0x20 || bytes[end - 1] == 0x20
    else { return nil }
    return notation.value(String(decoding: bytes[start..<end], as: UTF8.self))
  }

  func isMissing(_ field: Field) -> Bool {
    let (start, count) = (Int(field.start), Int(field.end - field.start))
    return missingMarkers.contains { marker in
      guard marker.count == count else { return false }
      for offset in 0..<count where marker[offset] != bytes[start + offset] { return false }
      return true
    }
  }

  private func notANumber(_ row: Int, _ column: String, isMissing: Bool) -> StorageError {
    let index = places[column] ?? 0
    let text = text(row: row, column: index)
    return .malformed(
      path: path, at: "line \(lines[row]), column \"\(column)\"", expected: "a number",
      found: isMissing ? "the missing value \"\(text)\"" : "\"\(text.prefix(60))\"",
      advice: isMissing
        ? "drop the rows with missing values or say what they become"
        : "correct the field, name its text as a missing marker, or read the column as text")
  }
}
