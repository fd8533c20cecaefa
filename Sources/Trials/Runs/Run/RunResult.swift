/// What a finished run found; written to `result.json`.
public struct RunResult: Codable, Sendable, Equatable {
  /// The experiment, the method and the protocol under which it ran, and the data set.
  public var experiment, method, protocolName, dataset: String
  /// The seed of the run.
  public var seed: Int
  /// Numbers by dotted name, such as `utility.coded`, `dependence.coded`, `dependence.null95`.
  public var scalars: [String: Double]
  /// Intervals of some of the scalars, under the same names.
  public var intervals: [String: Interval]
  /// Rates by protected group.
  public var groups: [GroupRow]
  /// Differences between groups, such as `demographic parity difference`.
  public var fairness: [String: Estimate]
  /// What a reader of the numbers must know: substitutes, warnings.
  public var notes: [String]
  /// Wall time of the whole run in seconds, over all its sessions; set by the runner.
  public var seconds: Double

  /// Makes a result with nothing measured yet.
  public init(
    experiment: String, method: String = "", protocolName: String = "", dataset: String = "",
    seed: Int, scalars: [String: Double] = [:], intervals: [String: Interval] = [:],
    groups: [GroupRow] = [], fairness: [String: Estimate] = [:], notes: [String] = [],
    seconds: Double = 0
  ) {
    self.experiment = experiment
    self.method = method
    self.protocolName = protocolName
    self.dataset = dataset
    self.seed = seed
    self.scalars = scalars
    self.intervals = intervals
    self.groups = groups
    self.fairness = fairness
    self.notes = notes
    self.seconds = seconds
  }

  /// The notes that speak against the numbers, without the word that marks them.
  var cautions: [String] {
    notes.filter { $0.hasPrefix(RunResult.cautionMark) }
      .map { String($0.dropFirst(RunResult.cautionMark.count)) }
  }

  /// How a note begins that speaks against the numbers.
  static let cautionMark = "caution: "
}

/// A closed interval of a number, mostly a 95 % bootstrap interval.
public struct Interval: Codable, Sendable, Equatable {
  /// The two ends, `low ≤ high`.
  public var low, high: Double

  /// Makes the interval `[low, high]`.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}

/// A number with its interval.
public struct Estimate: Codable, Sendable, Equatable {
  /// The value and the ends of its interval.
  public var value, low, high: Double

  /// Makes an estimate.
  public init(value: Double, low: Double, high: Double) {
    self.value = value
    self.low = low
    self.high = high
  }
}

/// The rates of one group of a protected attribute, each in `[0, 1]`.
public struct GroupRow: Codable, Sendable, Equatable {
  /// The protected attribute, such as `sex`, and the group's value, such as `Female`.
  public var attribute, group: String
  /// Rows in the group.
  public var count: Int
  /// `P(ŷ = 1)`, `P(ŷ = 1 | y = 1)` and `P(ŷ = 1 | y = 0)` within the group.
  public var positiveRate, truePositiveRate, falsePositiveRate: Estimate

  /// Makes a row.
  public init(
    attribute: String, group: String, count: Int, positiveRate: Estimate,
    truePositiveRate: Estimate, falsePositiveRate: Estimate
  ) {
    self.attribute = attribute
    self.group = group
    self.count = count
    self.positiveRate = positiveRate
    self.truePositiveRate = truePositiveRate
    self.falsePositiveRate = falsePositiveRate
  }
}
