import Datasets
import Foundation
import Storage
import Testing

@testable import Trials

/// Groups with names, rows that can be matched with the file, and what is checked before the first step.
@Suite(.serialized) struct FairnessGroupsTests {
  /// Rows of `skill,age,job,invited`, written with a few seeds of a congruence so that they need no generator.
  private static func rows(_ count: Int, job: (Int) -> String, age: (Int) -> String) -> [String] {
    (0..<count).map { row in
      let skill = Double(row * 7919 % 1000) / 1000
      let isInvited = skill + Double(row * 104_729 % 100) / 300 > 0.6
      return "\(skill),\(age(row)),\(job(row)),\(isInvited ? "yes" : "no")"
    }
  }

  private static func age(_ row: Int) -> String { "\(20 + row * 31 % 45)" }

  private static let small = [
    "data.csv.target=invited", "epochs=2", "batchSize=50", "evaluation.passes=2",
    "evaluation.utilityPasses=2", "evaluation.twoSidedPasses=2", "evaluation.slices=4",
    "slice.count=4", "evaluation.permutations=20", "evaluation.bootstrap=20", "model.hidden=8",
    "model.representation=3", "model.predictor=4", "keepsFrom=0",
  ]

  /// Runs the rows as a table, and hands over the result and the folder.
  private func run(
    _ rows: [String], sensitive: String, _ more: [String] = [],
    body: (RunOutcome) throws -> Void = { _ in }
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/people.csv"
      try (["skill,age,job,invited"] + rows).joined(separator: "\n").appending("\n")
        .write(toFile: path, atomically: true, encoding: .utf8)
      let config = try ExperimentRegistry.standard.resolve(
        experiment: "fairness",
        overrides: Self.small + ["data.csv.path=\(path)", "data.csv.sensitive=\(sensitive)"] + more)[
          0]
      do {
        try body(
          ExperimentRegistry.standard.run(
            config,
            options: RunOptions(
              runsFolder: folder + "/runs", environment: RunEnvironment(dataDirectories: []))))
      } catch {
        #expect(!FileManager.default.fileExists(atPath: folder + "/runs"), "\(error)")
        throw error
      }
    }
  }

  private func lines(_ outcome: RunOutcome) throws -> [[String]] {
    try String(contentsOfFile: outcome.folder.file("representation.csv"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
  }

  @Test func eightWordsAreEightGroupsEverywhere() throws {
    let names = ["A0", "B1", "C2", "D3", "E4", "F5", "G6", "H7"]
    let rows = Self.rows(600, job: { names[$0 % 8] }, age: Self.age)
    try run(rows, sensitive: "job") { outcome in
      #expect(outcome.result.groups.map(\.group) == names)
      #expect(outcome.result.groups.allSatisfy { $0.attribute == "job" })
      #expect(outcome.result.groups.reduce(0) { $0 + $1.count } == 120)
      #expect(outcome.result.fairness["demographic parity difference"] != nil)
      let saved = try #require(try outcome.folder.result())
      #expect(saved.groups.map(\.group) == names)
      let config = try ExperimentRegistry.standard.resolve(experiment: "fairness", overrides: [])[0]
      let text = OutcomeListing.text([(config, outcome)])
      let json = "\(OutcomeListing.json([(config, outcome)]))"
      let compared = try RunListing.compare([outcome.folder, outcome.folder])
      let comparison = "\(try RunListing.comparison([outcome.folder, outcome.folder]))"
      let page = try Report.page(of: outcome)
      for name in names {
        #expect(text.contains("\n\(name) "), "\(text)")
        #expect(json.contains("\"group\":\"\(name)\"") || json.contains("\"group\": \"\(name)\""))
        #expect(compared.contains("positive rate of \(name)"))
        #expect(comparison.contains("positive rate of \(name)"))
        #expect(page.contains(name))
      }
      let lines = try lines(outcome)
      #expect(lines[0].prefix(5) == ["row", "line", "part", "group", "z1"])
      #expect(lines.dropFirst().enumerated().allSatisfy { $1[3] == names[$0 % 8] })
    }
  }

  @Test func rareWordsStandTogetherWithTheirNumber() throws {
    let rows = Self.rows(
      400, job: { $0 % 40 == 0 ? "dyer" : $0 % 41 == 0 ? "monk" : $0 % 2 == 0 ? "cook" : "smith" },
      age: Self.age)
    try run(rows, sensitive: "job") { outcome in
      #expect(outcome.result.groups.map(\.group) == ["cook", "smith", "other"])
      #expect(
        outcome.result.notes.contains { $0.contains("(dyer, monk) stand together as \"other\"") })
    }
    try run(rows, sensitive: "job", ["evaluation.groupRows=1"]) { outcome in
      #expect(outcome.result.groups.map(\.group) == ["cook", "dyer", "monk", "smith"])
    }
  }

  @Test func aColumnAtItsCapIsCutBelowIt() throws {
    let rows = Self.rows(
      600, job: { _ in "cook" }, age: { $0 % 5 < 3 ? "50" : "\($0 * 31 % 50)" })
    try run(rows, sensitive: "age", ["data.csv.ignored=[job]"]) { outcome in
      #expect(outcome.result.groups.map(\.group) == ["age up to 49", "age above 49"])
      #expect(outcome.result.groups.allSatisfy { $0.count > 20 })
      #expect(outcome.result.scalars["dependence.coded"] != nil)
    }
  }

  /// What cannot be had is left out with its reason; the rest of the result stands.
  @Test func aColumnThatIsTheSameInAllTestRowsLeavesOutItsFigures() throws {
    let test = try FairnessSplit(
      rowCount: 400, .shuffled(seed: 0), sizes: .proportional(rowCount: 400)
    ).test
    let rows = Self.rows(
      400, job: { _ in "cook" }, age: { test.contains($0) ? "33" : "\(20 + $0 % 30)" })
    try run(rows, sensitive: "age", ["data.csv.ignored=[job]"]) { outcome in
      let result = outcome.result
      #expect(result.groups.isEmpty && result.scalars["dependence.coded"] == nil)
      #expect(result.scalars["utility.accuracy"] != nil && result.scalars["utility.coded"] != nil)
      #expect(result.notes.contains("dependence is left out: age is 33 in all 80 test rows"))
      #expect(result.notes.contains { $0.contains("of the 80 test rows, all have age = 33") })
      let header = try lines(outcome)[0]
      #expect(header.prefix(4) == ["row", "line", "part", "z1"])
    }
  }

  @Test func anOutcomeThatIsTheSameInAllTestRowsLeavesOutItsFigures() throws {
    var rows = Self.rows(400, job: { _ in "cook" }, age: Self.age)
    for row in 320..<400 {
      rows[row] = rows[row].replacing("yes", with: "no")
    }
    try run(rows, sensitive: "age", ["data.csv.ignored=[job]", "data.split=official"]) { outcome in
      let result = outcome.result
      #expect(
        result.scalars["utility.coded"] == nil && result.scalars["utility.areaUnderROC"] == nil)
      #expect(
        result.scalars["dependence.coded"] != nil && result.scalars["utility.accuracy"] != nil)
      #expect(result.groups.count == 2)
      #expect(result.notes.contains { $0.hasPrefix("utility.coded is left out") })
      #expect(result.notes.contains { $0.contains("has no test row with a positive outcome") })
    }
  }

  @Test func everyRowHasTheLineOfTheFile() throws {
    var rows = Self.rows(300, job: { $0 % 2 == 0 ? "cook" : "smith" }, age: Self.age)
    for row in 0..<100 { rows[row] = rows[row].replacing(/^[^,]*/, with: "?") }
    try run(rows, sensitive: "job", ["data.csv.missing=drop-rows"]) { outcome in
      let lines = try lines(outcome)
      #expect(lines.count == 201)
      // Row 1 of those that were read is the 101st of the file, below the header: line 102.
      #expect(lines[1].prefix(2) == ["1", "102"] && lines[200].prefix(2) == ["200", "301"])
      #expect(lines[1][3] == "cook" && lines[2][3] == "smith")
    }
  }

  @Test(arguments: [1, 2, 12, 13, 25, 40, 60, 94])
  func tablesThatAreTooSmallAreRefusedBeforeTheFirstStep(_ count: Int) {
    let rows = Self.rows(count, job: { $0 % 2 == 0 ? "cook" : "smith" }, age: Self.age)
    #expect {
      try run(rows, sensitive: "job")
    } throws: { error in
      let text = ExitStatus.message(for: error)
      let sizes = SplitSizes.proportional(rowCount: count)
      return ExitStatus.code(for: error) == 2
        && (count < 2
          || text.contains(
            "people.csv: rows: expected at least 95, of which 60 to fit, 15 to validate and 20 to test, found \(count)"
          )
            && text.contains(
              "\(sizes.train) to fit, \(sizes.validation) to validate and \(sizes.test) to test; "))
    }
  }

  @Test(arguments: ["slice", "distance", "renyi", "tc", "club", "pearson", "none"])
  func theSmallestTableRunsWithEveryMethod(_ method: String) throws {
    let rows = Self.rows(95, job: { $0 % 2 == 0 ? "cook" : "smith" }, age: Self.age)
    for more in [["schedule=batch"], ["fit.rows=sample", "batchSize=100000"]] {
      try run(rows, sensitive: "age", ["method=\(method)"] + more) { outcome in
        #expect(outcome.result.scalars["dependence.coded"]?.isFinite == true)
      }
    }
  }

  @Test func anOutcomeThatIsTheSameInTheFitIsRefused() {
    var rows = Self.rows(400, job: { _ in "cook" }, age: Self.age)
    for row in 0..<399 { rows[row] = rows[row].replacing("yes", with: "no") }
    rows[399] = "0.5,30,cook,yes"
    #expect {
      try run(rows, sensitive: "age", ["data.csv.ignored=[job]", "data.split=official"])
    } throws: { error in
      "\(error)".contains(
        "column \"invited\": expected at least two outcomes among the 256 rows to fit, found no in all"
      )
        && ExitStatus.code(for: error) == 2
    }
  }

  @Test func wordsThatNoRowsShareCannotBeHidden() {
    let rows = Self.rows(200, job: { "job \($0 % 90)" }, age: Self.age)
    #expect {
      try run(rows, sensitive: "job")
    } throws: { error in
      "\(error)".contains(
        "column \"job\": expected words to hide that at least 20 rows share, found 90 words of fewer rows each"
      ) && ExitStatus.code(for: error) == 2
    }
  }

  @Test func builtInTablesHaveTheirFilesAndLines() throws {
    let fixture = URL(filePath: #filePath).appending(path: "../../../../Datasets/adult/fixture")
      .standardizedFileURL.path
    let table = try Adult.read(from: fixture)
    let lines = try #require(table.rowLines)
    let files = try #require(table.rowFiles)
    #expect(lines.count == table.rowCount && files.count == table.rowCount)
    #expect(files.first == "adult.data" && files.last == "adult.test")
    for (row, (file, line)) in zip(files, lines).enumerated() {
      let text = try String(contentsOfFile: "\(fixture)/\(file)", encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)[line - 1]
      #expect(text.hasPrefix("\(Int(table.t[row, 0])),"), "\(file):\(line)")
    }
  }
}

extension Report {
  /// The page of one run.
  fileprivate static func page(of outcome: RunOutcome) throws -> String {
    let path = try Report.write(
      runs: [outcome.folder.path], to: outcome.folder.file("page.html"), figures: nil)
    return try String(contentsOfFile: path, encoding: .utf8)
  }
}
