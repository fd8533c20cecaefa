import Settings

/// The settings of the study of independence tests (spec §8.5; the protocol is our own). The quick form is a grid of minutes.
public struct IndependenceConfiguration: ExperimentConfiguration {
  /// `independence`
  @Setting("the experiment") public var experiment = "independence"
  /// The seed of every stream.
  @Setting("seed of samples, slices, networks and permutations", 0...) public var seed = 0
  /// Threads of the run; replications run side by side.
  @Setting(.threads) public var threads = 1
  /// Relations of `T` to `Z`; `independent` gives the size.
  @Setting(
    "relations of T to Z, each column of T on the same column of Z; independent: size", .eachOnce)
  public var families = IndependenceFamily.allCases
  /// Columns of `Z` and of `T`.
  @Setting("columns of Z and of T", .each(1...1000, once: true), quick: [1, 5])
  public var dimensions = [1, 2, 5, 10, 50]
  /// Rows of a sample.
  @Setting(
    "rows of a sample (distances are n × n)", .each(100...20_000, once: true), quick: [200, 1000])
  public var rows = [200, 500, 1000, 2000, 5000]
  /// Replications of a test, by number of rows.
  @Setting(
    "tests of a cell for each number of rows, as many values as `rows`", .each(1...10_000),
    quick: [20, 10])
  public var replications = [100, 50, 30, 15, 5]
  /// The statistics.
  @Setting("the statistics that are tested", .eachOnce)
  public var statistics = IndependenceStatistic.allCases
  /// Slices of a side in the sliced statistics.
  @Setting("S, slices of each side of the sliced statistics", ConfigRanges.slices)
  public var slices = 20
  /// Permutations of a test.
  @Setting("permutations of a test", 19...100_000) public var permutations = 200
  /// The level of a test.
  @Setting("a test rejects where its p-value is at most this", .between(0, 1))
  public var level = 0.05

  /// The curves of what independent data give.
  public struct Bias: Codable, Sendable, Hashable {
    /// Slices of a side.
    @Setting(
      "S of the curves of in-sample and held-out values on independent data",
      .each(ConfigRanges.slices, once: true))
    public var slices = [5, 20, 100]
    /// Columns of `Z` and of `T`.
    @Setting("columns of Z and of T on these curves", 1...1000) public var dimension = 10
    /// Fits of each point.
    @Setting("fits of each of their points", 1...10_000, quick: 5) public var replications = 10
  }
  /// The curves of what independent data give.
  public var bias = Bias()

  /// The full study.
  public init() {}

  /// Checks that there are replications for each number of rows.
  public func validate() throws {
    try ConfigChecks.check(
      "replications", replications.count == rows.count,
      "as many values as `rows` has (\(rows.count))", replications)
  }
}
