import Metrics
import TensorCore
import Testing

struct GroupFairnessTests {
  /// Group a: 3 positive outcomes (2 predicted yes), 2 negative (1 yes); group b: 2 (1), 4 (1).
  static let outcomes = [true, true, true, false, false, true, true, false, false, false, false]
  static let predictions = [true, true, false, true, false, true, false, true, false, false, false]
  static let groups = try! SensitiveGroups(
    names: ["a", "b"], assignment: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])

  @Test func ratesCountedByHand() throws {
    let fairness = GroupFairness(
      predictions: Self.predictions, outcomes: Self.outcomes, groups: Self.groups)
    let (a, b) = (fairness.rates[0], fairness.rates[1])
    #expect(a.name == "a" && a.count == 5 && b.count == 6)
    #expect(a.positiveRate == 3.0 / 5 && b.positiveRate == 2.0 / 6)
    #expect(a.truePositiveRate == 2.0 / 3 && b.truePositiveRate == 1.0 / 2)
    #expect(a.falsePositiveRate == 1.0 / 2 && b.falsePositiveRate == 1.0 / 4)
    #expect(fairness.demographicParityDifference == 3.0 / 5 - 2.0 / 6)
    // The spread of the false positive rates, 1/4, is larger than that of the true ones, 1/6.
    #expect(try fairness.equalizedOddsDifference() == 0.25)
  }

  @Test func aPerfectPredictorHasEqualOddsAndTheParityOfTheOutcomes() throws {
    let fairness = GroupFairness(
      predictions: Self.outcomes, outcomes: Self.outcomes, groups: Self.groups)
    #expect(try fairness.equalizedOddsDifference() == 0)
    #expect(fairness.demographicParityDifference == 3.0 / 5 - 2.0 / 6)
  }

  @Test(arguments: [true, false])
  func aConstantPredictorIsFair(prediction: Bool) throws {
    let fairness = GroupFairness(
      predictions: [Bool](repeating: prediction, count: 11), outcomes: Self.outcomes,
      groups: Self.groups)
    #expect(try fairness.equalizedOddsDifference() == 0)
    #expect(fairness.demographicParityDifference == 0)
  }

  @Test func aDuplicatedGroupIsTreatedAlikeAndDuplicatedRowsChangeNothing() throws {
    let duplicated = GroupFairness(
      predictions: Self.predictions + Self.predictions, outcomes: Self.outcomes + Self.outcomes,
      groups: try SensitiveGroups(
        names: ["first", "copy"],
        assignment: [Int](repeating: 0, count: 11) + [Int](repeating: 1, count: 11)))
    #expect(duplicated.demographicParityDifference == 0)
    #expect(try duplicated.equalizedOddsDifference() == 0)

    let twice = GroupFairness(
      predictions: Self.predictions + Self.predictions, outcomes: Self.outcomes + Self.outcomes,
      groups: try SensitiveGroups(
        names: ["a", "b"], assignment: Self.groups.assignment + Self.groups.assignment))
    #expect(try twice.equalizedOddsDifference() == 0.25)
  }

  @Test func undefinedRatesAreErrors() throws {
    let fairness = GroupFairness(
      predictions: [true, false, true], outcomes: [true, false, true],
      groups: try SensitiveGroups(names: ["a", "b"], assignment: [0, 0, 1]))
    #expect(fairness.rates[1].falsePositiveRate == nil)
    #expect(
      throws: MetricsError.undefinedRate(
        metric: "equalised odds difference", group: "b", missing: "negative")
    ) { try fairness.equalizedOddsDifference() }
    #expect(fairness.bootstrapped(using: Philox(seed: 1)).equalizedOddsDifference == nil)
  }

  @Test func groupsOfAContinuousAttribute() throws {
    let halves = try SensitiveGroups(of: [1, 2, 3, 4, 5])
    #expect(halves.names == ["≤ 3", "> 3"])
    #expect(halves.assignment == [0, 0, 0, 1, 1])
    let thirds = try SensitiveGroups(of: [1, 2, 3, 4, 5, 6, 7], atQuantiles: [1.0 / 3, 2.0 / 3])
    #expect(thirds.names == ["≤ 3", "> 3, ≤ 5", "> 5"])
    #expect(thirds.assignment == [0, 0, 0, 1, 1, 2, 2])
    let values = try SensitiveGroups(values: [2, 0, 2])
    #expect(values.names == ["= 0", "= 2"])
    #expect(values.assignment == [1, 0, 1])
  }

  @Test func anEmptyGroupIsAnError() {
    #expect(throws: MetricsError.emptyGroup(metric: "sensitive groups", group: "> 7", rowCount: 3))
    {
      try SensitiveGroups(of: [7, 7, 7])
    }
    #expect(throws: MetricsError.emptyGroup(metric: "sensitive groups", group: "b", rowCount: 1)) {
      try SensitiveGroups(names: ["a", "b"], assignment: [0])
    }
    #expect(throws: MetricsError.tooFewRows(metric: "sensitive groups", expected: 1, found: 0)) {
      try SensitiveGroups(of: [])
    }
    #expect(throws: MetricsError.self) { try SensitiveGroups(values: [1, .nan]) }
  }
}

struct BootstrapTests {
  /// 400 rows a group with these shares of yes.
  func fairness(_ shares: [Double]) throws -> GroupFairness {
    var predictions: [Bool] = []
    var assignment: [Int] = []
    for (group, share) in shares.enumerated() {
      for row in 0..<400 {
        predictions.append(Double(row) < share * 400)
        assignment.append(group)
      }
    }
    return GroupFairness(
      predictions: predictions, outcomes: predictions.indices.map { $0 % 2 == 0 },
      groups: try SensitiveGroups(names: shares.map { "\($0)" }, assignment: assignment))
  }

  @Test func theIntervalHasTheWidthOfTheBinomial() throws {
    let result = try fairness([0.5, 0.2]).bootstrapped(
      replicates: 2000, using: Philox(seed: 4))
    for (rate, share) in zip(result.rates, [0.5, 0.2]) {
      let halfWidth = 1.96 * (share * (1 - share) / 400).squareRoot()
      #expect(rate.positiveRate.value == share)
      #expect(abs(rate.positiveRate.low - (share - halfWidth)) < 0.005)
      #expect(abs(rate.positiveRate.high - (share + halfWidth)) < 0.005)
    }
    let parity = result.demographicParityDifference
    let halfWidth = 1.96 * ((0.25 + 0.16) / 400).squareRoot()
    #expect(abs(parity.value - 0.3) < 1e-12)
    #expect(abs(parity.low - (0.3 - halfWidth)) < 0.007)
    #expect(abs(parity.high - (0.3 + halfWidth)) < 0.007)
    let odds = try #require(result.equalizedOddsDifference)
    #expect(odds.low <= odds.value && odds.value <= odds.high)
  }

  @Test func aCertainRateHasNoWidth() throws {
    let result = try fairness([1, 0]).bootstrapped(replicates: 50, using: Philox(seed: 4))
    #expect(result.demographicParityDifference == IntervalEstimate(value: 1, low: 1, high: 1))
  }

  @Test func theSameSeedGivesTheSameIntervals() throws {
    let fairness = try fairness([0.5, 0.2])
    let first = fairness.bootstrapped(replicates: 200, using: Philox(seed: 9))
    #expect(fairness.bootstrapped(replicates: 200, using: Philox(seed: 9)) == first)
    #expect(fairness.bootstrapped(replicates: 200, using: Philox(seed: 10)) != first)
    let narrow = fairness.bootstrapped(replicates: 200, level: 0.5, using: Philox(seed: 9))
    #expect(
      narrow.demographicParityDifference.high < first.demographicParityDifference.high)
  }
}
