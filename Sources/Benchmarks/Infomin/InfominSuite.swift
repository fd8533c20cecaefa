/// The sliced estimator: its max-step, its objective, and whole epochs of fair representation learning.
enum InfominSuite: BenchmarkSuite {
  static let name = "infomin"
  static let summary =
    "max-step and objective of the sliced estimator, an epoch on Adult; beside NumPy and PyTorch"

  static func run(_ context: BenchmarkContext) throws -> [BenchmarkRow] {
    try BenchmarkSession(suite: name, context).rows(cases)
  }

  /// All that is timed.
  static var cases: [BenchmarkCase] {
    SolveCase.all.map(\.benchmark) + SolveParts.cases + ObjectiveCase.all + EpochCase.all
      + EpochParts.cases
  }
}
