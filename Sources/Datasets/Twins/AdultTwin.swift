import TensorCore

/// A generated stand-in for ``Adult``: the same columns and number of rows, with known dependence on age.
///
/// T = 45 + 7 g years. Nine features load on g, `fnlwgt` and `race` do not, `hours-per-week` does by its square alone (its
/// correlation with T is 0, its dependence is not). A quarter of the outcomes is positive.
public enum AdultTwin {
  /// The rows of the complete Adult table.
  public static let rowCount = 45_222

  /// The structural equations.
  public static let model = TwinModel(
    name: "adult-twin",
    features: [
      .init("workclass", .linear(0.15), weight: 0.1, .codes(levels: 7)),
      .init("fnlwgt", .linear(0), weight: 0, .numbers(mean: 190_000, standardDeviation: 40_000)),
      .init("education", .linear(-0.1), weight: 0, .codes(levels: 16)),
      .init("education-num", .linear(0.1), weight: 1, .numbers(mean: 10, standardDeviation: 2.5)),
      .init("marital-status", .linear(-0.5), weight: -0.6, .codes(levels: 7)),
      .init("occupation", .linear(0.1), weight: 0.2, .codes(levels: 14)),
      .init("relationship", .linear(-0.4), weight: -0.6, .codes(levels: 6)),
      .init("race", .linear(0), weight: 0.1, .codes(levels: 5)),
      .init("sex", .linear(0.1), weight: 0.4, .codes(levels: 2)),
      .init(
        "capital-gain", .linear(0.3), weight: 0.5, .numbers(mean: 1100, standardDeviation: 250)),
      .init("capital-loss", .linear(0.2), weight: 0.2, .numbers(mean: 90, standardDeviation: 20)),
      .init(
        "hours-per-week", .quadratic(-0.6), weight: 0, .numbers(mean: 40, standardDeviation: 4)),
      .init("native-country", .linear(0), weight: 0, .codes(levels: 41)),
    ],
    noise: 0.5, targetName: "income >50K", target: .binary(positiveShare: 0.25),
    sensitiveName: "age", sensitiveMean: 45, sensitiveDeviation: 7)

  /// Draws a table.
  ///
  /// - Parameters:
  ///   - rowCount: the number of rows.
  ///   - seed: the same seed gives the same bits.
  ///   - labelLeak: whether the inputs hold age a second time (first) and the outcome as `income` (before T), as
  ///     ``Adult/read(from:labelLeak:)`` has them.
  /// - Throws: ``DatasetError/tooFewRows(path:expected:found:)`` below 2 rows.
  public static func table(
    rowCount: Int = rowCount, seed: UInt64 = 0, labelLeak: Bool = false
  ) throws(DatasetError) -> FairnessTable {
    let table = try model.table(
      rowCount: rowCount, from: Philox(seed: seed).stream("twin/adult"))
    guard labelLeak else { return table }
    let names = table.featureNames.dropLast()
    var features: [(name: String, values: [Double])] = [("age", table.t.scalars.map(Double.init))]
    for name in names { features.append((name, try table.column(name).map(Double.init))) }
    features.append(("income", table.y.scalars.map { $0 > 0 ? 2 : 0 }))
    return try FairnessTable(
      name: "adult-twin-official", features: features,
      target: (table.targetName, table.y.scalars.map(Double.init)),
      sensitive: ("sensitive age", table.t.scalars.map(Double.init)),
      provenance: table.provenance
        + "; as the authors' code: the inputs hold the coded income (label leak) and age twice",
      isSynthetic: true)
  }
}
