import Foundation
import Testing

@testable import Trials

/// The configs in Experiments/fairness say what the tables run.
@Suite struct FairnessConfigTests {
  private static let experiments = URL(filePath: #filePath)
    .appending(path: "../../../../Experiments/fairness").standardizedFileURL

  @Test(arguments: ["adult", "census"]) func filesEqualTheTables(set: String) throws {
    let registry = ExperimentRegistry.standard
    let rows = set == "adult" ? FairnessMethods.adult : FairnessMethods.census
    let source = set == "adult" ? "adult-official" : "census-county-2015"
    for row in rows where !row.label.contains("(") {
      let method = try #require(row.overrides.first { $0.hasPrefix("method=") }).dropFirst(7)
      let path = Self.experiments.appending(path: "\(set)-\(method).yaml").path
      let file = try registry.load(path: path, overrides: [], quick: false)
      let table = try registry.resolve(
        experiment: "fairness",
        overrides: ["data.split=official", "fit.rows=all", "data.source=\(source)"] + row.overrides,
        quick: false)
      #expect(file.map(\.hash) == table.map(\.hash), "\(path)")
    }
  }

  @Test(arguments: [
    ("epochs=0", "epochs"), ("utilityWeight=-1", "utilityWeight"), ("slice.ridge=0", "slice.ridge"),
    ("batchSize=3", "batchSize"), ("evaluation.permutations=5", "evaluation.permutations"),
  ]) func rangesAreChecked(override: String, key: String) {
    #expect {
      try ExperimentRegistry.standard.resolve(
        experiment: "fairness", overrides: [override], quick: false)
    } throws: { error in
      "\(error)".contains(key) && "\(error)".contains("expected")
    }
  }
}
