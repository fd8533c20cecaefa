import Foundation
import Storage
import TensorCore
import Testing

@testable import Trials

@Suite struct IndependenceTests {
  static func small() -> IndependenceConfiguration {
    var configuration = IndependenceConfiguration()
    configuration.families = [.independent, .linear]
    configuration.dimensions = [1]
    configuration.rows = [100]
    configuration.replications = [3]
    configuration.statistics = [.sliceJoint, .distance, .pearson]
    configuration.slices = 3
    configuration.permutations = 19
    configuration.bias.slices = [3]
    configuration.bias.dimension = 2
    configuration.bias.replications = 2
    return configuration
  }

  static func run(_ configuration: IndependenceConfiguration, from first: IndependenceExperiment?)
    throws -> IndependenceExperiment
  {
    var experiment = try IndependenceExperiment(
      configuration: configuration, environment: RunEnvironment(dataDirectories: []))
    var start = 0
    if let first {
      try experiment.restore(try first.checkpoint())
      start = first.found.count
    }
    for step in start..<experiment.stepCount {
      var log = StepLog(step: step)
      try experiment.advance(step: step, log: &log)
      #expect(!log.entries.isEmpty)
    }
    return experiment
  }

  /// Means and variances of both arrays are 0 and 1 (1.09/2 on the circle), and correlations are those of the definition.
  @Test(arguments: IndependenceFamily.allCases)
  func familiesHaveTheirMoments(family: IndependenceFamily) {
    let (z, t) = family.sample(rows: 40_000, columns: 1, using: Philox(seed: 3))
    let variance: Float = family == .circle ? 0.59 : 1
    #expect(abs(z.mean()) < 0.02 && abs(t.mean()) < 0.02)
    #expect(abs(square(z).mean() - variance) < 0.03)
    #expect(
      abs(square(t).mean() - (family == .sine ? 0.75 + 0.25 * (1 - exp(-8.0 as Float)) : variance))
        < 0.06)
    let correlation: Float =
      switch family {
      case .linear: 0.2
      // 0.5 √2 E[Z sin 2Z] = 0.5 √2 · 2 exp(−2).
      case .sine: 0.1914
      default: 0
      }
    #expect(abs((z * t).mean() - correlation) < 0.03)
  }

  @Test func cellsResumeToTheSameDecisions() throws {
    let configuration = Self.small()
    let whole = try Self.run(configuration, from: nil)
    #expect(whole.stepCount == 3 && whole.found.count == 3)
    var part = try IndependenceExperiment(
      configuration: configuration, environment: RunEnvironment(dataDirectories: []))
    var log = StepLog(step: 0)
    try part.advance(step: 0, log: &log)
    let resumed = try Self.run(configuration, from: part)
    for cell in whole.cells {
      let names = cell.names(configuration)
      for (place, name) in names.enumerated() where !name.hasPrefix("seconds") {
        #expect(whole.found[cell.label]![place] == resumed.found[cell.label]![place])
      }
    }
  }

  @Test func poolsTheSizeOfIndependentCells() throws {
    var experiment = try Self.run(Self.small(), from: nil)
    let result = try experiment.finish(RunMonitor())
    let size = try #require(result.scalars["size.distance"])
    #expect(size == result.scalars["independent.d1.n100.power/distance"])
    let interval = try #require(result.intervals["size.distance"])
    #expect(interval.low <= size && size <= interval.high)
    #expect(result.scalars["seconds.pearson.n100"]! > 0)
    let (inSample, heldOut) = (
      result.scalars["bias.s3.n100.joint/in-sample"]!,
      result.scalars["bias.s3.n100.joint/held-out"]!
    )
    #expect(inSample > heldOut)
  }

  @Test func wilsonIntervalIsThatOfTheTextbook() {
    // 5 of 100: 0.0215 … 0.1118 (Brown, Cai, DasGupta 2001, by their formula).
    let interval = IndependenceExperiment.wilson(0.05, of: 100)
    #expect(abs(interval.low - 0.0215) < 5e-4 && abs(interval.high - 0.1118) < 5e-4)
  }

  @Test func tableHasARowForEveryCell() throws {
    try withTemporaryFolder { runs in
      var registry = ExperimentRegistry()
      registry.register(IndependenceExperiment.self)
      let overrides = [
        "families=[linear]", "dimensions=[1]", "rows=[100]", "replications=[2]", "slices=3",
        "permutations=19", "bias.slices=[3]", "bias.replications=1",
        "statistics=[pearson, distance]",
      ]
      let config = try registry.resolve(experiment: "independence", overrides: overrides)[0]
      let configuration = try config.configuration(as: IndependenceConfiguration.self)
      let result = try registry.run(config, options: RunOptions(runsFolder: runs)).result
      let rows = IndependenceTable.rows(configuration, result)
      // No independent family, no size; seconds, power, and four values of the null.
      #expect(rows.count == 2 + 2 + 4)
      #expect(Set(rows.map(\.row)).isSuperset(of: ["PEARSON max", "DC"]))
      #expect(rows.allSatisfy { $0.ours != nil })
    }
  }

  /// `2 Φ(−1.96/√v)` of the comment, by moments of normal and uniform numbers; and no expectation away from one column.
  @Test func blindSpotsAreExpectedAtTheirLevel() throws {
    func range(_ statistic: IndependenceStatistic, _ family: IndependenceFamily, columns: Int = 1)
      -> (low: Double, high: Double)?
    {
      IndependenceTable.expected(
        statistic, family, columns: columns, isLargest: true, replications: 1_000_000)
    }
    for (family, share) in [
      (IndependenceFamily.quadratic, 0.1259), (.circle, 0.0144), (.product, 0.2578),
    ] {
      let range = try #require(range(.pearson, family))
      #expect(range.low - 1e-3 < share && share < range.high + 1e-3)
    }
    #expect(range(.renyi, .product) == nil && range(.distance, .linear, columns: 2) == nil)
    #expect(range(.sliceJoint, .circle)?.low == 0.8)
    #expect(range(.pearson, .independent) == nil)
  }

  @Test func namesTheBadKey() {
    var configuration = IndependenceConfiguration()
    configuration.replications = [3]
    #expect {
      try configuration.validate()
    } throws: { error in
      "\(error)".contains("`replications`") && "\(error)".contains("as many values as `rows`")
    }
  }
}
