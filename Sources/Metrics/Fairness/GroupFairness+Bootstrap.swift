import TensorCore

/// A figure with the interval that resampling gives it.
public struct IntervalEstimate: Sendable, Equatable {
  /// The figure from the rows themselves.
  public var value: Double
  /// The lower end of the interval.
  public var low: Double
  /// The upper end of the interval.
  public var high: Double

  /// A figure with its interval.
  public init(value: Double, low: Double, high: Double) {
    self.value = value
    self.low = low
    self.high = high
  }
}

/// ``GroupFairness`` with bootstrap intervals.
public struct BootstrappedGroupFairness: Sendable, Equatable {
  /// The rates of one group, with intervals.
  public struct Rates: Sendable, Equatable {
    /// The group's name.
    public var name: String
    /// The rows of the group.
    public var count: Int
    /// The share of yes predictions.
    public var positiveRate: IntervalEstimate
    /// The share of yes predictions among the positive outcomes; `nil` if there is none.
    public var truePositiveRate: IntervalEstimate?
    /// The share of yes predictions among the negative outcomes; `nil` if there is none.
    public var falsePositiveRate: IntervalEstimate?
  }

  /// The rates of each group, in the groups' order.
  public var rates: [Rates]
  /// See ``GroupFairness/demographicParityDifference``.
  public var demographicParityDifference: IntervalEstimate
  /// See ``GroupFairness/equalizedOddsDifference()``; `nil` if a group has no positive or no negative outcome.
  public var equalizedOddsDifference: IntervalEstimate?
}

extension GroupFairness {
  /// The figures with percentile bootstrap intervals: rows are drawn again with replacement within each group.
  ///
  /// A replicate that leaves a rate without denominator does not count for that rate.
  ///
  /// - Note: A difference of largest and smallest rate is never negative, so that its interval lies above 0 even where the
  ///   groups are treated alike; compare it with its width.
  /// - Parameters:
  ///   - replicates: how many times the rows are drawn, at least 2.
  ///   - level: the share of replicates within the interval, between 0 and 1.
  ///   - random: where the draws come from; replicate r draws from `random.stream("bootstrap", r)`.
  public func bootstrapped(
    replicates: Int = 1000, level: Double = 0.95, using random: Philox
  ) -> BootstrappedGroupFairness {
    require(
      replicates >= 2,
      "GroupFairness.bootstrapped: replicates must be at least 2, got \(replicates)")
    require(
      level > 0 && level < 1,
      "GroupFairness.bootstrapped: level must lie between 0 and 1, got \(level)")
    let cells = cells
    let draws = parallelMap(over: replicates) { replicate in
      var stream = random.stream("bootstrap", replicate)
      return cells.map { $0.resampled(using: &stream) }
    }
    func estimate(_ value: Double?, _ read: ([Confusion]) -> Double?) -> IntervalEstimate? {
      guard let value else { return nil }
      let sorted = draws.compactMap(read).sorted()
      guard !sorted.isEmpty else { return IntervalEstimate(value: value, low: value, high: value) }
      return IntervalEstimate(
        value: value, low: quantile(ofSorted: sorted, (1 - level) / 2),
        high: quantile(ofSorted: sorted, (1 + level) / 2))
    }
    return BootstrappedGroupFairness(
      rates: rates.enumerated().map { group, rate in
        .init(
          name: rate.name, count: rate.count,
          positiveRate: estimate(rate.positiveRate) { $0[group].positiveRate }!,
          truePositiveRate: estimate(rate.truePositiveRate) { $0[group].truePositiveRate },
          falsePositiveRate: estimate(rate.falsePositiveRate) { $0[group].falsePositiveRate })
      },
      demographicParityDifference: estimate(demographicParityDifference) {
        Self.spread($0.map(\.positiveRate))
      }!,
      equalizedOddsDifference: estimate(Self.equalizedOdds(cells)) { Self.equalizedOdds($0) })
  }
}

extension GroupFairness.Confusion {
  /// As many rows drawn with replacement; only the counts of the four cells matter.
  func resampled(using random: inout Philox) -> Self {
    var drawn = Self()
    let (first, second, third) = (
      truePositives, truePositives + falseNegatives, truePositives + falseNegatives + falsePositives
    )
    for _ in 0..<count {
      let row = random.next(below: count)
      if row < first {
        drawn.truePositives += 1
      } else if row < second {
        drawn.falseNegatives += 1
      } else if row < third {
        drawn.falsePositives += 1
      } else {
        drawn.trueNegatives += 1
      }
    }
    return drawn
  }
}
