import TensorCore

/// A generated stand-in for the county table of ``Census``: the same columns and number of rows, with known dependence on
/// the share of men.
///
/// T = 0.5 + 0.02 g; Y = 17 + 4 s per cent.
public enum CensusTwin {
  /// The complete rows of the county table of 2015.
  public static let rowCount = 3_218

  /// The structural equations.
  public static let model = TwinModel(
    name: "census-twin", features: columns.map(feature), noise: 0.6, targetName: "Poverty",
    target: .numbers(mean: 17, standardDeviation: 4), sensitiveName: "Men/(Men+Women)",
    sensitiveMean: 0.5, sensitiveDeviation: 0.02)

  /// Draws a table; the same seed gives the same bits.
  ///
  /// - Throws: ``DatasetError/tooFewRows(path:expected:found:)`` below 2 rows.
  public static func table(
    rowCount: Int = rowCount, seed: UInt64 = 0
  ) throws(DatasetError) -> FairnessTable {
    try model.table(rowCount: rowCount, from: Philox(seed: seed).stream("twin/census"))
  }

  /// Name, loading on T, weight in Y, mean and standard deviation.
  private static let columns: [(String, Double, Double, Double, Double)] = [
    ("TotalPop", -0.1, 0, 99_409, 20_000), ("Hispanic", 0.1, 0.2, 11, 2.5),
    ("White", 0.2, -0.3, 75, 5), ("Black", -0.4, 0.5, 9, 2), ("Native", 0.1, 0.2, 1.8, 0.4),
    ("Asian", -0.1, -0.1, 1.2, 0.3), ("Pacific", 0, 0, 0.1, 0.02),
    ("Citizen", -0.1, 0, 70_804, 15_000), ("-log(Income)", -0.2, 1, -10.7, 0.25),
    ("IncomeErr", 0.2, 0.1, 2_638, 500), ("IncomePerCap", 0.1, -0.6, 23_982, 1_500),
    ("IncomePerCapErr", 0.2, 0.1, 1_217, 250), ("ChildPoverty", -0.2, 1, 23, 4),
    ("Professional", -0.3, -0.3, 31, 3), ("Service", 0.1, 0.2, 18, 1.7),
    ("Office", -0.4, 0, 22, 1.5), ("Construction", 0.4, 0.1, 13, 2), ("Production", 0, 0.1, 16, 3),
    ("Drive", -0.2, 0, 79, 3.5), ("Carpool", 0.2, 0.1, 10, 1.4), ("Transit", -0.1, 0, 1, 0.2),
    ("Walk", 0.3, 0, 3.3, 0.8), ("OtherTransp", 0.1, 0, 1.6, 0.4),
    ("WorkAtHome", 0.3, -0.1, 4.6, 1), ("MeanCommute", -0.2, 0, 23, 2.5),
    ("Employed", -0.1, -0.1, 46_387, 9_000), ("PrivateWork", -0.4, -0.1, 74, 4),
    ("PublicWork", 0.3, 0.1, 17, 3), ("SelfEmployed", 0.2, 0, 8, 1.5),
    ("FamilyWork", 0, 0, 0.3, 0.05), ("Unemployment", -0.3, 0.6, 8, 1.5),
  ]

  private static func feature(
    _ column: (String, Double, Double, Double, Double)
  ) -> TwinModel.Feature {
    let (name, loading, weight, mean, deviation) = column
    // One column depends on T without any correlation, so that linear measures miss it.
    return .init(
      name, name == "FamilyWork" ? .quadratic(0.6) : .linear(loading), weight: weight,
      .numbers(mean: mean, standardDeviation: deviation))
  }
}
