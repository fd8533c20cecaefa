import Foundation
import Testing

@testable import Trials

/// What experiments declare of the numbers of their results.
@Suite struct MetricTests {
  /// Names of numbers, and which of them lead.
  @Test(arguments: [
    ("fairness", "utility.coded", "utility", "ρ* coded", Metric.Role.main, Metric.Direction.higher),
    ("fairness", "dependence.coded", "dependence", "ρ* coded", .headline, .lower),
    ("fairness", "dependence.coded.validation", "dependence", "coded validation", .detail, .lower),
    ("fairness", "dependence.twoSided.pValue", "dependence", "two-sided p value", .detail, .none),
    ("fairness", "dependence.slice.null95", "dependence", "slice null 95 %", .hidden, .none),
    ("scenes", "AP@0.5", "boxes", "AP@0.5", .headline, .higher),
    ("scenes", "AP@0.75", "boxes", "AP@0.75", .detail, .higher),
    ("scenes", "count error", "counts", "count error", .main, .lower),
    ("scenes", "means/AP@0.5", "means", "AP@0.5", .detail, .higher),
    ("scenes", "means/count error", "means", "count error", .detail, .lower),
    ("scenes", "means/recall@0.5/large", "means", "recall@0.5/large", .detail, .higher),
    ("scenes", "objects", "counts", "objects", .main, .none),
    ("toy-gaussian", "mutual information.300", "mutual information", "step 300", .detail, .lower),
    ("independence", "sine.d2.n200.power/slice", "power", "sine.d2.n200, slice", .detail, .higher),
    ("disentangling", "factors.MIG", "factors", "MIG", .main, .higher),
    ("walk", "accuracyOfSteps", "", "accuracy of steps", .main, .none),
  ])
  func numbersHaveTheirNames(
    experiment: String, id: String, family: String, title: String, role: Metric.Role,
    better: Metric.Direction
  ) {
    let metric = ExperimentRegistry.standard.metrics(of: experiment).metric(id)
    #expect(metric.id == id && metric.family == family && metric.title == title)
    #expect(metric.role == role && metric.better == better)
  }

  @Test func nullsHangOnTheirMetric() {
    let metrics = ExperimentRegistry.standard.metrics(of: "fairness")
    #expect(metrics.metric("dependence.twoSided").nulls == ["dependence.twoSided.null95"])
    // Runs of before had one null.
    #expect(metrics.metric("dependence.coded").nulls.last == "dependence.null95")
  }

  @Test func patternsMatchWhatTheySay() {
    let list = MetricList([
      Metric("a.*.b/*", title: "* of *", nulls: ["n.*"]), Metric("a.*", title: "*"),
      .way("w", "w:*"),
    ])
    #expect(list.metric("a.x.y.b/z").title == "x.y of z" && list.metric("a.x.b/z").nulls == ["n.x"])
    #expect(list.metric("a.x.b/").title == "x.b/" && list.metric("a.").title == "a.")
    #expect(list.metric("w:a.q").base == "a.q" && list.metric("w:a.q").title == "q")
  }

  @Test func orderIsThatOfTheDeclaration() {
    let list = ExperimentRegistry.standard.metrics(of: "scenes")
    let ids = ["zebra", "squared error", "ARI", "count error", "AP@0.5", "AP", "objects", "apple"]
    #expect(
      list.metrics(of: ids).map(\.id)
        == ["AP", "AP@0.5", "count error", "objects", "ARI", "squared error", "apple", "zebra"])
  }

  /// Each number that a run of few steps has is declared by its experiment.
  @Test(arguments: [
    ("toy-gaussian", ["method=pearson", "steps=100", "batchSize=40"])
  ]) func allNumbersAreDeclared(experiment: String, overrides: [String]) throws {
    try withTemporaryFolder { runs in
      let config = try ExperimentRegistry.standard.resolve(
        experiment: experiment, overrides: overrides)[0]
      let result = try ExperimentRegistry.standard.run(
        config, options: RunOptions(runsFolder: runs)
      ).result
      let metrics = ExperimentRegistry.standard.metrics(of: experiment)
      for id in result.scalars.keys {
        #expect(metrics.declared.contains { $0.matched(id, known: metrics.metric) != nil }, "\(id)")
      }
    }
  }

  @Test func aResultOfAnUndeclaredExperimentHasAHeadline() {
    var result = RunResult(experiment: "walk", seed: 0)
    #expect(MetricList([]).headline(of: result) == nil)
    result.scalars = ["y": 2, "x": 1]
    #expect(MetricList([]).headline(of: result)?.metric.id == "x")
  }
}
