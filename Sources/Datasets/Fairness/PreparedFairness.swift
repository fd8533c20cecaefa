import TensorCore

/// What to do with an input column that holds one value only among the rows that standardise it.
public enum ConstantColumns: String, Sendable, Codable, CaseIterable {
  /// Stop with the column's name.
  case fail
  /// Leave the column out.
  case drop
}

/// Mean and unbiased standard deviation of each column.
public struct ColumnMoments: Sendable, Equatable {
  /// The means.
  public var mean: [Double]
  /// The standard deviations, with `n − 1` in the denominator.
  public var standardDeviation: [Double]

  /// The moments of a matrix's columns, of shape `[rows, columns]` with at least 2 rows.
  public init(of x: Tensor<Float>) {
    require(
      x.rank == 2 && x.shape[0] >= 2,
      "ColumnMoments: x must be [rows, columns] with at least 2 rows, got \(x.shape)")
    let (rows, columns) = (x.shape[0], x.shape[1])
    var mean = [Double](repeating: 0, count: columns)
    var square = mean
    x.withUnsafeBufferPointer { x in
      for i in 0..<rows { for j in 0..<columns { mean[j] += Double(x[i * columns + j]) } }
      for j in 0..<columns { mean[j] /= Double(rows) }
      for i in 0..<rows {
        for j in 0..<columns {
          let difference = Double(x[i * columns + j]) - mean[j]
          square[j] += difference * difference
        }
      }
    }
    self.mean = mean
    self.standardDeviation = square.map { ($0 / Double(rows - 1)).squareRoot() }
  }

  /// `(x − mean) / standardDeviation`, column by column, for x of shape `[rows, columns]`.
  public func standardized(_ x: Tensor<Float>) -> Tensor<Float> {
    let columns = mean.count
    require(
      x.rank == 2 && x.shape[1] == columns,
      "ColumnMoments.standardized: x must be [rows, \(columns)], got \(x.shape)")
    return Tensor(shape: x.shape) { out in
      x.withUnsafeBufferPointer { x in
        for i in 0..<x.count {
          out[i] = Float((Double(x[i]) - mean[i % columns]) / standardDeviation[i % columns])
        }
      }
    }
  }
}

/// A table split and standardised, ready to train on.
public struct PreparedFairness: Sendable {
  /// The table's name.
  public var name: String
  /// Standardised inputs to fit on, of shape `[rows, inputs]`; the last column is T's.
  public var xTrain: Tensor<Float>
  /// Outcomes to fit on, of shape `[rows, 1]`, as read.
  public var yTrain: Tensor<Float>
  /// Sensitive attributes to fit on, of shape `[rows, 1]`, as read.
  public var tTrain: Tensor<Float>
  /// Inputs to validate on.
  public var xValidation: Tensor<Float>
  /// Outcomes to validate on.
  public var yValidation: Tensor<Float>
  /// Sensitive attributes to validate on.
  public var tValidation: Tensor<Float>
  /// Inputs to test on.
  public var xTest: Tensor<Float>
  /// Outcomes to test on.
  public var yTest: Tensor<Float>
  /// Sensitive attributes to test on.
  public var tTest: Tensor<Float>
  /// The names of the input columns that are left.
  public var featureNames: [String]
  /// The constant columns that were left out.
  public var droppedColumns: [String]
  /// What standardised the fit and validation rows.
  public var moments: ColumnMoments
  /// What standardised the test rows: ``moments``, or their own under ``SplitProtocol/official``.
  public var testMoments: ColumnMoments
  /// Which rows of the table went where.
  public var split: FairnessSplit
  /// The table's provenance.
  public var provenance: String
  /// Whether the rows were generated and not measured.
  public var isSynthetic: Bool
  /// The words of T's codes, where T is a column of words: `t == i` is the word `sensitiveLabels[i]`.
  public var sensitiveLabels: [String]?
  /// The words of Y's codes, where Y is a column of two words: the one of −1, then the one of 1.
  public var targetLabels: [String]?
  /// For each row of the table (the numbers in ``split``) the line of the file on which it starts, from 1, where the rows are
  /// those of one file.
  public var rowLines: [Int]?
  /// For each row of the table the name of its file, where the rows are those of several.
  public var rowFiles: [String]?
  /// What a reader of results must know about how the file was read.
  public var notes: [String] = []

  /// The number of input columns, T included.
  public var inputCount: Int { xTrain.shape[1] }
  /// The fit rows and then the validation rows, of shape `[rows, inputs]`, with their outcomes and sensitive attributes.
  public var trainingBlock: (x: Tensor<Float>, y: Tensor<Float>, t: Tensor<Float>) {
    (
      .concatenate([xTrain, xValidation]), .concatenate([yTrain, yValidation]),
      .concatenate([tTrain, tValidation])
    )
  }
}

extension FairnessTable {
  /// Splits the rows and standardises X; Y and T stay as read.
  ///
  /// - Parameters:
  ///   - splitting: the order of the rows and whose moments standardise them; by default shuffled with seed 0.
  ///   - sizes: rows a part; by default ``SplitSizes/usual(rowCount:)``.
  ///   - constantColumns: what becomes of a column that is constant among the rows that standardise it.
  /// - Throws: ``DatasetError/constantColumn(path:column:value:rows:)`` with the column,
  ///   ``DatasetError/tooFewRows(path:expected:found:)``.
  public func prepared(
    _ splitting: SplitProtocol = .shuffled(seed: 0), sizes: SplitSizes? = nil,
    constantColumns: ConstantColumns = .fail
  ) throws(DatasetError) -> PreparedFairness {
    let split = try FairnessSplit(rowCount: rowCount, splitting, sizes: sizes, source: source)
    let isOfficial = splitting == .official
    let standardizing = isOfficial ? split.train + split.validation : split.train
    var columns = Array(0..<inputCount)
    var constant = constantColumnIndices(rows: standardizing)
    if isOfficial { constant.formUnion(constantColumnIndices(rows: split.test)) }
    if !constant.isEmpty {
      let sensitive = inputCount - 1
      if constantColumns == .fail || constant.contains(sensitive) {
        let column = constant.contains(sensitive) ? sensitive : constant.min()!
        throw .constantColumn(
          path: source, column: featureNames[column], value: Double(x[standardizing[0], column]),
          rows: isOfficial ? "the training or the test rows" : "the fit rows")
      }
      columns.removeAll { constant.contains($0) }
    }
    let kept =
      columns.count == inputCount ? x : x.transposed.gather(rows: columns).transposed
    let moments = ColumnMoments(of: kept.gather(rows: standardizing))
    let xTest = kept.gather(rows: split.test)
    let testMoments = isOfficial ? ColumnMoments(of: xTest) : moments
    return PreparedFairness(
      name: name,
      xTrain: moments.standardized(kept.gather(rows: split.train)),
      yTrain: y.gather(rows: split.train), tTrain: t.gather(rows: split.train),
      xValidation: moments.standardized(kept.gather(rows: split.validation)),
      yValidation: y.gather(rows: split.validation), tValidation: t.gather(rows: split.validation),
      xTest: testMoments.standardized(xTest), yTest: y.gather(rows: split.test),
      tTest: t.gather(rows: split.test), featureNames: columns.map { featureNames[$0] },
      droppedColumns: constant.sorted().map { featureNames[$0] }, moments: moments,
      testMoments: testMoments, split: split, provenance: provenance, isSynthetic: isSynthetic,
      sensitiveLabels: sensitiveLabels, targetLabels: targetLabels, rowLines: rowLines,
      rowFiles: rowFiles, notes: notes
    )
  }

  private func constantColumnIndices(rows: [Int]) -> Set<Int> {
    x.withUnsafeBufferPointer { x in
      Set(
        (0..<inputCount).filter { column in
          let first = x[rows[0] * inputCount + column]
          return rows.allSatisfy { x[$0 * inputCount + column] == first }
        })
    }
  }
}
