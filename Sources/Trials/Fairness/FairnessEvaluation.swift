import Datasets
import Infomin
import Layers
import Metrics
import TensorCore

/// The evaluation of a frozen representation: ρ* to T and to Y in every form, and the rates of protected groups.
struct FairnessEvaluation {
  let configuration: FairnessConfiguration
  let data: PreparedFairness
  let block: (x: Tensor<Float>, y: Tensor<Float>, t: Tensor<Float>)
  /// T as the measures of dependence see it.
  let hidden: HiddenAttribute
  /// The predictor that was trained with the encoder: the utility's metric goes on from it.
  let predictor: MLP<Float>

  /// Measures representations of the training block (fit rows, then validation rows) and of the test rows.
  func measure(
    _ train: Tensor<Float>, _ test: Tensor<Float>, using random: Philox, monitor: RunMonitor
  ) throws -> RunResult {
    let evaluation = configuration.evaluation
    var result = RunResult(
      experiment: FairnessExperiment.name, method: configuration.label,
      protocolName: "\(configuration.data.split.rawValue) split", dataset: data.name,
      seed: configuration.seed)
    let measurement = DependenceMeasurement(
      patience: evaluation.patience, permutations: evaluation.permutations, monitor: monitor)
    func rho(_ label: String, _ functions: RhoStar.Functions, passes: Int, _ toOutcome: Bool)
      throws -> RhoStar.Measurement<Float>
    {
      let targets =
        toOutcome ? (train: block.y, test: data.yTest) : (train: hidden.block, test: hidden.test)
      return try measurement.measure(
        label, functions, passes: passes, train: (train, targets.train), test: (test, targets.test),
        startingFrom: toOutcome ? predictor : nil, using: random, into: &result)
    }
    let width = configuration.model.predictor
    _ = try rho(
      "dependence.coded", .oneSided(hidden: [200]), passes: evaluation.passes, false)
    _ = try rho(
      "dependence.twoSided", .twoSided(hidden: 200), passes: evaluation.twoSidedPasses, false)
    _ = try rho("dependence.slice", .slices(count: evaluation.slices), passes: 1, false)
    let learned = try rho(
      "utility.coded", .oneSided(hidden: [width, width]), passes: evaluation.utilityPasses, true)
    try addGroups(learned, using: random.stream("bootstrap"), to: &result)
    return result
  }

  /// Two groups of a continuous attribute, cut at the training median and named alike for every seed and split.
  private func halves(of values: [Double]) throws -> SensitiveGroups {
    let sorted = block.t.scalars.sorted()
    let median = Double(sorted[sorted.count / 2])
    return try SensitiveGroups(
      names: ["up to the median", "above the median"],
      assignment: values.map { $0 > median ? 1 : 0 })
  }

  /// Rates of a binary decision: the learned predictor's score above the level that as many training rows exceed as have
  /// a positive outcome (for a continuous outcome: one above its training median).
  private func addGroups(
    _ predictor: RhoStar.Measurement<Float>, using random: Philox, to result: inout RunResult
  ) throws {
    let isBinary = Set(block.y.scalars).count == 2
    let sortedOutcomes = block.y.scalars.sorted()
    let level =
      isBinary
      ? (sortedOutcomes[0] + sortedOutcomes[sortedOutcomes.count - 1]) / 2
      : sortedOutcomes[sortedOutcomes.count / 2]
    let share =
      Double(block.y.scalars.count { $0 > level }) / Double(block.y.count)
    let scores = predictor.trainScores.scalars.sorted()
    let place = min(Int(Double(scores.count) * (1 - share)), scores.count - 1)
    let predictions = positives(predictor.testScores, above: scores[max(place, 0)])
    let outcomes = positives(data.yTest.reshaped(to: [data.yTest.count]), above: level)
    let values = data.tTest.scalars.map { Double($0) }
    let groups =
      Set(values).count <= 6
      ? try SensitiveGroups(values: values) : try halves(of: values)
    let rates = GroupFairness(predictions: predictions, outcomes: outcomes, groups: groups)
      .bootstrapped(replicates: configuration.evaluation.bootstrap, using: random)
    func estimate(_ value: IntervalEstimate?) -> Estimate {
      guard let value else { return Estimate(value: .nan, low: .nan, high: .nan) }
      return Estimate(value: value.value, low: value.low, high: value.high)
    }
    result.groups = rates.rates.map {
      GroupRow(
        attribute: data.featureNames.last ?? "T", group: $0.name, count: $0.count,
        positiveRate: estimate($0.positiveRate), truePositiveRate: estimate($0.truePositiveRate),
        falsePositiveRate: estimate($0.falsePositiveRate))
    }
    result.fairness["demographic parity difference"] = estimate(rates.demographicParityDifference)
    if let odds = rates.equalizedOddsDifference {
      result.fairness["equalised odds difference"] = estimate(odds)
    }
    let hits = zip(predictions, outcomes).count { $0 == $1 }
    result.scalars["utility.accuracy"] = Double(hits) / Double(outcomes.count)
    if Set(outcomes).count == 2 {
      result.scalars["utility.areaUnderROC"] = try areaUnderROC(
        scores: predictor.testScores.scalars.map { Double($0) }, outcomes: outcomes)
    }
  }
}
