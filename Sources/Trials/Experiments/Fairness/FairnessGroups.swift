import Datasets
import Metrics
import TensorCore

/// The protected groups of a run: named by the words or the unit of the table, the same for every seed and split.
struct FairnessGroups {
  /// What T is.
  let attribute: String
  /// The groups of the test rows.
  let division: GroupScheme.Division

  /// Divides the test rows of a table.
  ///
  /// - Parameter leastCount: the fewest test rows of a group of its own.
  init(of data: PreparedFairness, leastCount: Int) throws {
    attribute = data.featureNames.last ?? "T"
    func values(_ t: Tensor<Float>) -> [Double] { t.scalars.map { Double($0) } }
    let scheme = try GroupScheme(
      attribute: attribute,
      values: values(data.tTrain) + values(data.tValidation) + values(data.tTest),
      words: data.sensitiveLabels)
    division = scheme.division(of: values(data.tTest), leastCount: leastCount)
  }

  /// Adds the rates of each group and the differences between groups to a result, and says what is left out.
  func rates(
    _ predictions: [Bool], _ outcomes: [Bool], bootstrap: Int, using random: Philox,
    into result: inout RunResult
  ) {
    result.notes += division.notes
    guard let groups = division.groups else { return }
    let all = GroupFairness(predictions: predictions, outcomes: outcomes, groups: groups)
      .bootstrapped(replicates: bootstrap, using: random)
    result.groups = all.rates.map {
      GroupRow(
        attribute: attribute, group: $0.name, count: $0.count,
        positiveRate: Self.estimate($0.positiveRate),
        truePositiveRate: Self.estimate($0.truePositiveRate),
        falsePositiveRate: Self.estimate($0.falsePositiveRate))
    }
    var compared = all
    if division.compared.count < groups.names.count {
      let (large, rows) = groups.keeping(division.compared)
      compared = GroupFairness(
        predictions: rows.map { predictions[$0] }, outcomes: rows.map { outcomes[$0] },
        groups: large
      ).bootstrapped(replicates: bootstrap, using: random)
    }
    result.fairness["demographic parity difference"] = Self.estimate(
      compared.demographicParityDifference)
    if let odds = compared.equalizedOddsDifference {
      result.fairness["equalised odds difference"] = Self.estimate(odds)
    } else {
      let missing = compared.rates.compactMap { rate -> String? in
        let outcome =
          rate.truePositiveRate == nil
          ? "positive" : rate.falsePositiveRate == nil ? "negative" : nil
        return outcome.map { "\"\(rate.name)\" has no test row with a \($0) outcome" }
      }
      result.notes.append(
        "the equalised odds difference is left out: \(NameText.short(missing))")
    }
  }

  private static func estimate(_ value: IntervalEstimate?) -> Estimate {
    guard let value else { return Estimate(value: .nan, low: .nan, high: .nan) }
    return Estimate(value: value.value, low: value.low, high: value.high)
  }
}
