import Datasets

/// What a table must have before a run on it begins: rows enough in every part, and outcomes to learn from.
enum FairnessRows {
  /// The fewest test rows: ρ* of fewer is mostly chance, and without ρ* of anything a run has no result.
  ///
  /// A table with so many has enough in its other parts for every estimator.
  static let leastTest = 20

  /// Looks at the parts of a table.
  ///
  /// - Throws: `DatasetError.unexpected` with the rows of each part, and how many the table needs.
  static func check(_ table: FairnessTable, sizes: SplitSizes) throws(DatasetError) {
    if sizes.test >= leastTest { return }
    // Parts are rounded: of 94 rows 19 are to test, of 93 there are 20.
    let least = (1...1000).last { SplitSizes.proportional(rowCount: $0).test < leastTest }! + 1
    let dropped = table.notes.first { $0.contains("dropped") }.map { " (\($0))" } ?? ""
    throw .unexpected(
      path: table.source, at: "rows",
      expected: "at least \(least), of which \(told(.proportional(rowCount: least)))",
      found: "\(table.rowCount)\(dropped), of which \(told(sizes))",
      advice:
        "dependence and utility are measured on at least \(leastTest) test rows: give more rows")
  }

  private static func told(_ sizes: SplitSizes) -> String {
    "\(sizes.train) to fit, \(sizes.validation) to validate and \(sizes.test) to test"
  }

  /// Looks at whether there is anything to hide among the rows of the fit: words that hardly any two rows share are one column
  /// of the same value.
  ///
  /// - Throws: `DatasetError.unexpected`.
  static func checkHidden(
    _ hidden: HiddenAttribute, of table: FairnessTable
  ) throws(DatasetError) {
    guard hidden.columnCount == 1, Set(hidden.train.scalars).count == 1 else { return }
    throw .unexpected(
      path: table.source, at: "column \"\(table.sensitiveName)\"",
      expected: "words to hide that at least \(HiddenAttribute.floor) rows share",
      found: "\(table.sensitiveLabels?.count ?? 1) words of fewer rows each",
      advice: "choose a column of fewer words, or join its rare words")
  }

  /// Looks at whether there is anything to predict among the rows of the fit.
  ///
  /// - Throws: `DatasetError.unexpected`.
  static func checkOutcome(
    _ data: PreparedFairness, of table: FairnessTable
  ) throws(DatasetError) {
    let values = Set(data.yTrain.scalars)
    guard values.count == 1, let value = values.first else { return }
    let word = table.targetLabels.map { $0[value > 0 ? 1 : 0] } ?? "\(value)"
    throw .unexpected(
      path: table.source, at: "column \"\(table.targetName)\"",
      expected: "at least two outcomes among the \(data.yTrain.count) rows to fit",
      found: "\(word) in all of them",
      advice: "choose another target, or a split by the seed with data.split=shuffled")
  }
}
