/// The sliced estimator: its max-step, its objective, whole epochs of fair representation learning, and training steps of the
/// networks on images.
enum InfominSuite: BenchmarkSuite {
  static let name = "infomin"
  static let summary =
    "max-step and objective of the sliced estimator, an epoch on Adult, a step on images; beside NumPy and PyTorch"

  static func run(_ context: BenchmarkContext) throws -> [BenchmarkRow] {
    try BenchmarkSession(suite: name, context).rows(cases)
  }

  /// All that is timed.
  static var cases: [BenchmarkCase] {
    SolveCase.all.map(\.benchmark) + SolveCase.all[3...4].flatMap(\.otherForms) + SolveParts.cases
      + ObjectiveCase.all + EpochCase.all
      + EpochParts.cases + ImageStepCase.all
  }
}
