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
  /// The protected groups of the test rows.
  let groups: FairnessGroups

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
    if let value = sharedAttribute {
      result.notes.append(
        "dependence is left out: \(data.featureNames.last ?? "T") is \(value) in all \(data.tTest.count) test rows"
      )
    } else {
      _ = try rho(
        "dependence.coded", .oneSided(hidden: [200]), passes: evaluation.passes, false)
      _ = try rho(
        "dependence.twoSided", .twoSided(hidden: 200), passes: evaluation.twoSidedPasses, false)
      _ = try rho("dependence.slice", .slices(count: evaluation.slices), passes: 1, false)
    }
    let learned = try rho(
      "utility.coded", .oneSided(hidden: [width, width]), passes: evaluation.utilityPasses, true)
    if let value = Self.onlyValue(of: data.yTest) {
      for name in result.scalars.keys where name.hasPrefix("utility.coded") {
        result.scalars[name] = nil
      }
      result.notes.append(
        "utility.coded is left out: the outcome is \(value) in all \(data.yTest.count) test rows")
    }
    try addGroups(learned, using: random.stream("bootstrap"), to: &result)
    return result
  }

  /// What all test rows have in common that measures of dependence look at, as text; `nil` where rows differ.
  private var sharedAttribute: String? {
    let columns = hidden.test.transposed
    let isShared = (0..<columns.shape[0]).allSatisfy {
      Set(columns.rows($0..<$0 + 1).scalars).count == 1
    }
    guard isShared else { return nil }
    guard let labels = data.sensitiveLabels else { return Self.onlyValue(of: data.tTest) }
    let words = Set(data.tTest.scalars.map { labels[Int($0)] })
    return words.count == 1 ? words.first : "one of \(words.count) rare words"
  }

  /// The value that all rows of a column have, as text; `nil` where there are several.
  private static func onlyValue(of column: Tensor<Float>) -> String? {
    let values = Set(column.scalars)
    return values.count == 1 ? values.first.map { GroupScheme.text(Double($0)) } : nil
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
    groups.rates(
      predictions, outcomes, bootstrap: configuration.evaluation.bootstrap, using: random,
      into: &result)
    let hits = zip(predictions, outcomes).count { $0 == $1 }
    result.scalars["utility.accuracy"] = Double(hits) / Double(outcomes.count)
    if Set(outcomes).count == 2 {
      result.scalars["utility.areaUnderROC"] = try areaUnderROC(
        scores: predictor.testScores.scalars.map { Double($0) }, outcomes: outcomes)
    }
  }
}
