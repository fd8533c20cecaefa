import Settings
import Storage
import TensorCore

/// A table for fair representation: inputs X, an outcome Y to predict and a sensitive attribute T to hide.
///
/// The last column of X is T itself, as in the setting of Chen et al. 2022, section 5. The values are raw (text as codes), but for
/// columns that single precision cannot hold, which are stored in a ``StoredUnit``;
/// ``prepared(_:sizes:constantColumns:)`` splits and standardises them.
public struct FairnessTable: Sendable {
  /// The name under which results are reported, such as `adult`.
  public var name: String
  /// The names of X's columns; the last is the sensitive attribute's.
  public var featureNames: [String]
  /// X, of shape `[rows, inputs]`, each column in the unit of ``units``.
  public var x: Tensor<Float>
  /// Y, of shape `[rows, 1]`; a binary outcome is −1 or 1.
  public var y: Tensor<Float>
  /// T, of shape `[rows, 1]`, as it stands in X.
  public var t: Tensor<Float>
  /// The unit in which each column of X is stored, and, last, that of Y.
  public var units: [StoredUnit]
  /// What Y is.
  public var targetName: String
  /// What T is.
  public var sensitiveName: String
  /// Where the rows come from: files, rows dropped, columns left out, substitutes named.
  public var provenance: String
  /// Whether the rows were generated and not measured.
  public var isSynthetic: Bool
  /// The file or generator, for messages.
  public var source: String
  /// The words of T's codes, where T is a column of words: `t == i` is the word `sensitiveLabels[i]`.
  public var sensitiveLabels: [String]?
  /// The words of Y's codes, where Y is a column of two words: the one of −1, then the one of 1.
  public var targetLabels: [String]?
  /// The line of the file on which each row starts, from 1, where the rows are those of files.
  public var rowLines: [Int]?
  /// The name of the file that each row is from, where the rows are those of several; ``rowLines`` counts in each.
  public var rowFiles: [String]?
  /// What a reader of results must know about how the file was read: what was left out, coded or taken as missing.
  public var notes: [String] = []

  /// The number of rows.
  public var rowCount: Int { x.shape[0] }
  /// The number of columns of X, T included.
  public var inputCount: Int { x.shape[1] }
  /// Whether Y takes two values, −1 and 1.
  public var hasBinaryTarget: Bool { y.scalars.allSatisfy { $0 == 1 || $0 == -1 } }

  /// A table from arrays.
  ///
  /// - Parameters:
  ///   - features: X's columns without T, each with one value a row.
  ///   - target: Y, one value a row.
  ///   - sensitive: T, one value a row; it becomes X's last column.
  /// - Throws: ``DatasetError/notFinite(path:column:row:value:)`` with column and row,
  ///   ``DatasetError/constantColumn(path:column:value:rows:)`` if Y or T has one value only,
  ///   ``DatasetError/tooFewRows(path:expected:found:)`` below 2 rows.
  public init(
    name: String, features: [(name: String, values: [Double])],
    target: (name: String, values: [Double]), sensitive: (name: String, values: [Double]),
    provenance: String, isSynthetic: Bool = false, source: String? = nil
  ) throws(DatasetError) {
    let source = source ?? name
    let rowCount = target.values.count
    guard rowCount >= 2 else {
      throw .tooFewRows(path: source, expected: "at least 2 rows", found: rowCount)
    }
    let columns = features + [sensitive]
    for column in columns + [target] {
      require(
        column.values.count == rowCount,
        "FairnessTable: column \(column.name) must have \(rowCount) values, got \(column.values.count)"
      )
      // A number beyond single precision among others that are far within it is a mistake, not a unit.
      let middle = column.values.map(\.magnitude).sorted()[rowCount / 2]
      if let row = column.values.firstIndex(where: {
        !$0.isFinite || !Float($0).isFinite && $0.magnitude > 1e3 * middle
      }) {
        throw .notFinite(
          path: source, column: column.name, row: "row \(row + 1)", value: "\(column.values[row])")
      }
    }
    for column in [target, sensitive]
    where column.values.allSatisfy({ $0 == column.values[0] }) {
      throw .constantColumn(
        path: source, column: column.name, value: column.values[0], rows: "all \(rowCount) rows")
    }
    self.name = name
    self.featureNames = columns.map(\.name)
    let units = (columns + [target]).map { StoredUnit(for: $0.values) }
    self.units = units
    self.x = Tensor(shape: [rowCount, columns.count]) { out in
      for (j, column) in columns.enumerated() {
        for (i, value) in column.values.enumerated() {
          out[i * columns.count + j] = units[j].stored(value)
        }
      }
    }
    let last = columns.count - 1
    self.y = Tensor(
      shape: [rowCount, 1], scalars: target.values.map { units[last + 1].stored($0) })
    self.t = Tensor(shape: [rowCount, 1], scalars: sensitive.values.map { units[last].stored($0) })
    self.targetName = target.name
    self.sensitiveName = sensitive.name
    let notes = zip((columns + [target]).map(\.name), units).compactMap { $1.note(column: $0) }
    self.provenance = ([provenance] + notes).joined(separator: "; ")
    self.isSynthetic = isSynthetic
    self.source = source
  }

  /// One column of X.
  ///
  /// - Throws: ``DatasetError/unknownColumn(path:column:suggestion:columns:)`` with the nearest name.
  public func column(_ name: String) throws(DatasetError) -> [Float] {
    guard let index = featureNames.firstIndex(of: name) else {
      throw .unknownColumn(
        path: source, column: name, suggestion: NearMiss.nearest(to: name, among: featureNames),
        columns: featureNames)
    }
    return (0..<rowCount).map { Float(units[index].value(x[$0, index])) }
  }

  /// The table as CSV: X's columns without T, then T, then Y, under their names.
  ///
  /// - Throws: ``DatasetError/storage(_:)`` if the file cannot be written.
  public func write(csv path: String) throws(DatasetError) {
    let rows = (0..<rowCount).lazy.map { row in
      (0..<inputCount).map { units[$0].text(x[row, $0]) } + [units[inputCount].text(y[row, 0])]
    }
    let columns = featureNames + [targetName]
    try wrappingStorage { () throws(StorageError) in
      try CSVWriter.write(columns: columns, rows: rows, to: path)
    }
  }
}
