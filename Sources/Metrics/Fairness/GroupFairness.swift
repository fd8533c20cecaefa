import TensorCore

/// How yes-or-no predictions treat the groups of a sensitive attribute.
public struct GroupFairness: Sendable, Equatable {
  /// The rates of one group.
  public struct Rates: Sendable, Equatable {
    /// The group's name.
    public var name: String
    /// The rows of the group.
    public var count: Int
    /// The share of yes predictions.
    public var positiveRate: Double
    /// The share of yes predictions among the positive outcomes; `nil` if there is none.
    public var truePositiveRate: Double?
    /// The share of yes predictions among the negative outcomes; `nil` if there is none.
    public var falsePositiveRate: Double?
  }

  /// The rates of each group, in the groups' order.
  public let rates: [Rates]
  /// What the rates are made of, kept for the bootstrap.
  let cells: [Confusion]

  /// Counts of a group's rows by outcome and prediction.
  struct Confusion: Sendable, Equatable {
    var truePositives = 0
    var falseNegatives = 0
    var falsePositives = 0
    var trueNegatives = 0

    var count: Int { truePositives + falseNegatives + falsePositives + trueNegatives }
    var positiveRate: Double { Double(truePositives + falsePositives) / Double(count) }
    var truePositiveRate: Double? { ratio(truePositives, truePositives + falseNegatives) }
    var falsePositiveRate: Double? { ratio(falsePositives, falsePositives + trueNegatives) }

    private func ratio(_ part: Int, _ whole: Int) -> Double? {
      whole > 0 ? Double(part) / Double(whole) : nil
    }
  }

  /// Counts predictions and outcomes by group.
  ///
  /// - Requires: as many predictions as outcomes as rows of the groups.
  public init(predictions: [Bool], outcomes: [Bool], groups: SensitiveGroups) {
    let rowCount = groups.assignment.count
    require(
      predictions.count == rowCount && outcomes.count == rowCount,
      "GroupFairness: expected \(rowCount) predictions and outcomes, got \(predictions.count) and \(outcomes.count)"
    )
    var cells = [Confusion](repeating: Confusion(), count: groups.names.count)
    for (row, group) in groups.assignment.enumerated() {
      switch (outcomes[row], predictions[row]) {
      case (true, true): cells[group].truePositives += 1
      case (true, false): cells[group].falseNegatives += 1
      case (false, true): cells[group].falsePositives += 1
      case (false, false): cells[group].trueNegatives += 1
      }
    }
    self.cells = cells
    rates = zip(groups.names, cells).map { name, cell in
      Rates(
        name: name, count: cell.count, positiveRate: cell.positiveRate,
        truePositiveRate: cell.truePositiveRate, falsePositiveRate: cell.falsePositiveRate)
    }
  }

  /// The largest minus the smallest share of yes predictions over the groups: 0 if all groups get yes equally often.
  public var demographicParityDifference: Double { Self.spread(cells.map(\.positiveRate)) }

  /// The larger of the spreads over the groups of the true and of the false positive rate: 0 if, given the outcome, all
  /// groups get yes equally often (Hardt, Price, Srebro 2016).
  ///
  /// - Throws: ``MetricsError/undefinedRate(metric:group:missing:)`` if a group has no positive or no negative outcome.
  public func equalizedOddsDifference() throws(MetricsError) -> Double {
    let metric = "equalised odds difference"
    for rate in rates {
      if rate.truePositiveRate == nil {
        throw .undefinedRate(metric: metric, group: rate.name, missing: "positive")
      }
      if rate.falsePositiveRate == nil {
        throw .undefinedRate(metric: metric, group: rate.name, missing: "negative")
      }
    }
    return Self.equalizedOdds(cells)!
  }

  static func spread(_ values: [Double]) -> Double { (values.max() ?? 0) - (values.min() ?? 0) }

  /// The equalised odds difference, or `nil` where a rate is undefined.
  static func equalizedOdds(_ cells: [Confusion]) -> Double? {
    let truePositive = cells.compactMap(\.truePositiveRate)
    let falsePositive = cells.compactMap(\.falsePositiveRate)
    guard truePositive.count == cells.count, falsePositive.count == cells.count else { return nil }
    return max(spread(truePositive), spread(falsePositive))
  }
}
