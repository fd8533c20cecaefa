/// The settings of the study of independence tests (spec §8.5; the protocol is our own).
public struct IndependenceConfiguration: ExperimentConfiguration {
  /// The experiment.
  public var experiment = "independence"
  /// The seed of every stream.
  public var seed = 0
  /// Threads of the run.
  public var threads = 1
  /// Relations of `T` to `Z`; `independent` gives the size.
  public var families = IndependenceFamily.allCases
  /// Columns of `Z` and of `T`.
  public var dimensions = [1, 2, 5, 10, 50]
  /// Rows of a sample.
  public var rows = [200, 500, 1000, 2000, 5000]
  /// Replications of a test, by number of rows.
  public var replications = [100, 50, 30, 15, 5]
  /// The statistics.
  public var statistics = IndependenceStatistic.allCases
  /// Slices of a side in the sliced statistics.
  public var slices = 20
  /// Permutations of a test.
  public var permutations = 200
  /// The level of a test.
  public var level = 0.05

  /// The curves of what independent data give.
  public struct Bias: Codable, Sendable, Hashable {
    /// Slices of a side.
    public var slices = [5, 20, 100]
    /// Columns of `Z` and of `T`.
    public var dimension = 10
    /// Fits of each point.
    public var replications = 10
  }
  /// The curves of what independent data give.
  public var bias = Bias()

  /// The full study.
  public init() {}

  /// One line a key.
  public static let documentation: [String: String] = [
    "experiment": "the experiment: independence",
    "seed": "seed of samples, slices, networks and permutations; 0 or more",
    "threads": "threads of the run, 1 to 1024; replications run side by side; changes no decision",
    "families": "relations of T to Z, each column of T on the same column of Z; independent: size",
    "dimensions": "columns of Z and of T, each 1 to 1000",
    "rows": "rows of a sample, each 100 to 20000 (distances are n × n)",
    "replications":
      "tests of a cell for each number of rows, as many values as `rows`, each 1 to 10000",
    "statistics": "the statistics that are tested",
    "slices": "S, slices of each side of the sliced statistics, 1 to 2000",
    "permutations": "permutations of a test, 19 to 100000",
    "level": "a test rejects where its p-value is at most this, in (0, 1)",
    "bias.slices":
      "S of the curves of in-sample and held-out values on independent data, each 1 to 2000",
    "bias.dimension": "columns of Z and of T on these curves, 1 to 1000",
    "bias.replications": "fits of each of their points, 1 to 10000",
  ]

  /// A grid of minutes.
  public static let quickOverrides: [(key: String, value: String)] = [
    ("dimensions", "[1, 5]"), ("rows", "[200, 1000]"), ("replications", "[20, 10]"),
    ("bias.replications", "5"),
  ]

  /// Checks ranges.
  public func validate() throws {
    try ConfigChecks.atLeast([("seed", seed, 0)])
    try ConfigChecks.within([
      ("threads", threads, ConfigRanges.threads), ("slices", slices, ConfigRanges.slices),
      ("permutations", permutations, 19...100_000), ("bias.dimension", bias.dimension, 1...1000),
      ("bias.replications", bias.replications, 1...10_000),
    ])
    for (key, values, range) in [
      ("dimensions", dimensions, 1...1000), ("rows", rows, 100...20_000),
      ("replications", replications, 1...10_000),
      ("bias.slices", bias.slices, ConfigRanges.slices),
    ] {
      try ConfigChecks.check(
        key, !values.isEmpty && values.allSatisfy(range.contains),
        "one or more numbers from \(range.lowerBound) to \(range.upperBound)", values)
      let isSet = key == "replications" || Set(values).count == values.count
      try ConfigChecks.check(key, isSet, "each number once", values)
    }
    try ConfigChecks.check(
      "replications", replications.count == rows.count,
      "as many values as `rows` has (\(rows.count))", replications)
    try ConfigChecks.check("level", level > 0 && level < 1, "a number between 0 and 1", level)
    try ConfigChecks.check(
      "families", !families.isEmpty && Set(families).count == families.count,
      "one or more families, each once", families.map(\.rawValue))
    try ConfigChecks.check(
      "statistics", !statistics.isEmpty && Set(statistics).count == statistics.count,
      "one or more statistics, each once", statistics.map(\.rawValue))
  }
}
