import Datasets
import Foundation
import TensorCore
import Testing

@testable import Trials

/// The keys of a table of one's own, and what a run says of how it was read.
@Suite struct OwnTableRunTests {
  private func write(_ text: String) throws -> String {
    let path = NSTemporaryDirectory() + "own-\(UUID().uuidString).csv"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func settings(_ overrides: [String]) throws -> FairnessConfiguration.OwnTable {
    let config = try ExperimentRegistry.standard.resolve(
      experiment: "fairness", overrides: overrides, quick: false)[0]
    return try ConfigDecoder.decode(FairnessConfiguration.self, from: config.settings).data.csv
  }

  @Test func keysSetTheLayout() throws {
    let usual = try settings([]).layout
    #expect(usual == FairnessTable.Layout(optionPrefix: "data.csv."))
    let layout = try settings([
      "data.csv.separator=;", "data.csv.decimal=,", "data.csv.thousands=.",
      "data.csv.encoding=latin-1", "data.csv.missingMarkers=[x, \"-\"]", "data.csv.positive=1",
      "data.csv.spellings=merge",
    ]).layout
    #expect(layout.separator == ";" && layout.encoding == .latin1 && layout.positive == "1")
    #expect(layout.numbers.decimal == "," && layout.numbers.grouping == .dot)
    #expect(layout.missingMarkers == ["x", "-"] && layout.spellings == .merge)
    #expect(
      try settings(["data.csv.missingMarkers=[usual, -99]"]).layout.missingMarkers
        == FairnessTable.usualMissingMarkers + ["-99"])
    #expect(try settings(["data.csv.missingMarkers=[]"]).layout.missingMarkers.isEmpty)
    #expect(try settings(["data.csv.separator=tab"]).layout.separator == "\t")
    #expect(try settings(["data.csv.separator=,"]).layout.separator == ",")
    #expect(try settings(["data.csv.thousands=space"]).layout.numbers.grouping == .space)
  }

  @Test(arguments: [
    ("data.csv.separator=x", "data.csv.separator"), ("data.csv.separator=ab", "tab, space, pipe"),
    ("data.csv.separator='\"'", "data.csv.separator"), ("data.csv.decimal=;", "`.` or `,`"),
    ("data.csv.decimal=..", "data.csv.decimal"), ("data.csv.thousands=.", "data.csv.thousands"),
    ("data.csv.thousands=5", "apostrophe"), ("data.csv.thousands=\"\"", "apostrophe"),
    ("data.csv.encoding=utf8", "utf-8, latin-1"),
    ("data.csv.spellings=join", "fail, merge, separate"),
    ("data.csv.missingMarkers=NA", "brackets"),
  ]) func valuesThatCannotBeMeantAreRefused(override: String, part: String) {
    #expect {
      _ = try settings([override])
    } throws: { "\($0)".contains(part) }
  }

  @Test func keysAtTheirDefaultLeaveTheHashOfBefore() throws {
    let config = try ExperimentRegistry.standard.resolve(
      experiment: "fairness", overrides: [], quick: false)[0]
    let separator = try ExperimentRegistry.standard.resolve(
      experiment: "fairness", overrides: ["data.csv.separator=auto"], quick: false)[0]
    let decimal = try ExperimentRegistry.standard.resolve(
      experiment: "fairness", overrides: ["data.csv.decimal=,"], quick: false)[0]
    #expect(config.hash == separator.hash && config.hash != decimal.hash)
  }

  private func prepared(_ words: (Int) -> String) throws -> PreparedFairness {
    let rows = (0..<300).map { "\($0 % 13),\(words($0)),\($0 * 7 % 11 > 5 ? "yes" : "no")" }
    let path = try write("score,group,hired\n" + rows.joined(separator: "\n") + "\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try FairnessTable.read(csv: path, target: "hired", sensitive: "group").prepared()
  }

  @Test func wordsWithoutAnOrderAreColumnsOfTheirOwn() throws {
    let data = try prepared { ["b", "a", "c", "d"][$0 % 4] }
    let hidden = HiddenAttribute(data)
    #expect(hidden.columnCount == 4 && hidden.notes.count == 1)
    #expect(hidden.block.shape == [data.trainingBlock.t.shape[0], 4])
    for (row, code) in data.tTest.scalars.enumerated() {
      #expect((0..<4).map { hidden.test[row, $0] } == (0..<4).map { $0 == Int(code) ? 1 : 0 })
    }
    // Another name for the words changes their order in the alphabet and the order of columns, nothing else.
    let renamed = HiddenAttribute(try prepared { ["z", "a", "c", "d"][$0 % 4] })
    #expect(
      (0..<hidden.test.shape[0]).allSatisfy { hidden.test[$0, 1] == renamed.test[$0, 3] })
  }

  @Test func rareWordsShareAColumnAndNumbersStayOne() throws {
    let rare = HiddenAttribute(
      try prepared { $0 % 30 == 0 ? "r\($0 % 60)" : ["a", "b", "c"][$0 % 3] })
    #expect(rare.columnCount == 4)
    #expect(
      rare.notes[0].contains("5 words") && rare.notes[0].contains("2 words of fewer than 20 rows"))
    #expect(rare.block.sum() == Float(rare.block.shape[0]))
    let two = HiddenAttribute(try prepared { $0 % 2 == 0 ? "a" : "b" })
    #expect(two.columnCount == 1 && two.notes.isEmpty)
    let numbers = HiddenAttribute(try prepared { "\($0 % 9)" })
    #expect(numbers.columnCount == 1 && numbers.notes.isEmpty)
  }

  @Test(arguments: ["slice", "pearson", "distance", "renyi", "tc", "club"])
  func everyMethodHidesWordsOfManyKinds(method: String) throws {
    let rows = (0..<300).map {
      "\($0),\($0 % 13),g\($0 % 8),\($0 * 7 % 11 > 5 ? "yes" : "no"),x\($0)"
    }
    let path = try write(",score,group,hired,name\n" + rows.joined(separator: "\n") + "\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let config = try ExperimentRegistry.standard.resolve(
      experiment: "fairness",
      overrides: [
        "data.csv.path=\(path)", "data.csv.target=hired", "data.csv.sensitive=group",
        "method=\(method)", "epochs=1", "batchSize=64", "inner.batchSize=64", "inner.passes=1",
        "evaluation.passes=1", "evaluation.utilityPasses=1", "evaluation.twoSidedPasses=1",
        "evaluation.permutations=20", "evaluation.bootstrap=20", "model.hidden=8",
        "model.representation=4", "model.predictor=8",
      ], quick: false)[0]
    let configuration = try ConfigDecoder.decode(FairnessConfiguration.self, from: config.settings)
    var experiment = try FairnessExperiment(
      configuration: configuration, environment: RunEnvironment(dataDirectories: []))
    var log = StepLog(step: 0)
    try experiment.advance(step: 0, log: &log)
    let monitor = RunMonitor()
    let result = try experiment.finish(monitor)
    for part in [
      "column 1 has no name", "column \"name\" left out", "hired: \"yes\" is 1",
      "8 words without an order, hidden and measured as 8 columns",
    ] { #expect(result.notes.contains { $0.contains(part) }, "\(part)") }
    #expect(result.scalars["dependence.slice"]?.isFinite == true)
  }
}
