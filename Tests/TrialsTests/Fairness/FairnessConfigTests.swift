import Foundation
import Testing

@testable import Trials

/// The configs in Experiments/fairness say what the tables run.
@Suite struct FairnessConfigTests {
  private static let experiments = URL(filePath: #filePath)
    .appending(path: "../../../../Experiments/fairness").standardizedFileURL

  @Test(arguments: [
    ("epochs=0", "epochs"), ("utilityWeight=-1", "utilityWeight"), ("slice.ridge=0", "slice.ridge"),
    ("batchSize=3", "batchSize"), ("evaluation.permutations=5", "evaluation.permutations"),
    ("inner.passes=0", "inner.passes"), ("data.csv.path=own.csv", "data.csv.target"),
  ]) func rangesAreChecked(override: String, key: String) {
    #expect {
      try ExperimentRegistry.standard.resolve(
        experiment: "fairness", overrides: [override], quick: false)
    } throws: { error in
      "\(error)".contains(key) && "\(error)".contains("expected")
    }
  }

  @Test func aTableOfOnesOwnTakesThePlaceOfTheSource() throws {
    let path = NSTemporaryDirectory() + "own-\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let rows = (0..<60).map { "\($0),\($0 % 7),\($0 % 2 == 0 ? "a" : "b"),\($0 % 5 + $0 % 3)" }
    try ("id,age,group,score\n" + rows.joined(separator: "\n") + "\n")
      .write(toFile: path, atomically: true, encoding: .utf8)
    var configuration = FairnessConfiguration()
    configuration.data.csv.path = path
    configuration.data.csv.target = "score"
    configuration.data.csv.sensitive = "group"
    configuration.data.csv.ignored = ["id"]
    try configuration.check()
    let table = try configuration.data.table(in: [])
    #expect(table.featureNames == ["age", "group"])
    #expect(table.targetName == "score")
    configuration.data.csv.target = "scores"
    #expect {
      try configuration.data.table(in: [])
    } throws: {
      "\($0)".contains("did you mean \"score\"?")
    }
  }
}
