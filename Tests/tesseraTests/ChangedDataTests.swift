import Foundation
import Testing
import Trials

/// A table that is edited between two runs of the same command, and a broken run among others, through the built program.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built"))
struct ChangedDataTests {
  private func table(_ rows: Range<Int>, _ path: String) throws {
    var text = "age,skill,invited\n"
    for row in rows {
      let skill = (row * 7919) % 1000
      text += "\(20 + (row * 37) % 50),\(skill),\(skill > 500 ? "yes" : "no")\n"
    }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func arguments(_ folder: String, _ more: String...) -> [String] {
    let config = folder + "/config.yaml"
    let text = """
      experiment: fairness
      data: {csv: {path: \(folder)/people.csv, target: invited, sensitive: age}}
      model: {hidden: 8, representation: 4, predictor: 8}
      epochs: 3
      slice: {count: 5}
      evaluation: {passes: 2, utilityPasses: 2, twoSidedPasses: 2, permutations: 20, bootstrap: 20}
      """
    try? Data(text.utf8).write(to: URL(fileURLWithPath: config))
    return ["run", config, "--runs", folder + "/runs", "--quiet"] + more
  }

  @Test func anEditedTableIsANewRun() throws {
    try Program.withFolder { folder in
      try table(0..<600, folder + "/people.csv")
      let first = try Program.run(arguments(folder))
      #expect(first.code == 0 && first.error.isEmpty, "\(first)")
      #expect(first.output.contains("600 rows"))
      let same = try Program.run(arguments(folder))
      #expect(same.output == first.output && same.error.isEmpty)
      try table(0..<400, folder + "/people.csv")
      let other = try Program.run(arguments(folder))
      #expect(other.code == 0 && other.output.contains("400 rows"), "\(other)")
      #expect(!other.output.contains("600 rows"))
      #expect(other.error.hasPrefix("caution: \(folder)/runs/fairness/"))
      #expect(other.error.contains("is of other data (data.csv.path \(folder)/people.csv: "))
      // Back to the first table: its own result.
      try table(0..<600, folder + "/people.csv")
      let back = try Program.run(arguments(folder))
      #expect(back.output == first.output && back.error.isEmpty)
      let json = try Program.run(arguments(folder, "--json"))
      #expect(json.output.contains(#""cautions": []"#))
      // Without the table, the newest result is given, and says so in JSON too.
      try FileManager.default.removeItem(atPath: folder + "/people.csv")
      let gone = try Program.run(arguments(folder, "--json"))
      #expect(gone.code == 0 && gone.error.hasPrefix("caution: "))
      #expect(gone.output.contains("cannot be read now"))
    }
  }

  @Test func anUnfinishedRunOfAnotherTableIsRefused() throws {
    try Program.withFolder { folder in
      let path = folder + "/people.csv"
      try table(0..<600, path)
      let long = arguments(folder, "epochs=100000", "--checkpoint-every", "1")
      let stopped = try Program.run(long, signal: SIGTERM, after: 2_000_000)
      #expect(stopped.code == 143, "\(stopped)")
      try table(100..<700, path)
      let refused = try Program.run(long)
      #expect(refused.code == 2 && refused.output.isEmpty)
      #expect(refused.error.contains("\(path): expected the data that the run in"))
      #expect(refused.error.contains("the same command with --new-data"))
      let anew = try Program.run(long + ["--new-data"], signal: SIGTERM, after: 2_000_000)
      #expect(anew.code == 143)
      #expect(RunFolder.all(in: folder + "/runs").count == 2)
    }
  }

  /// An empty `run.json` among others: all the others are shown, and one line says what to do.
  @Test func oneBrokenRunSpoilsNoOther() throws {
    try Program.withFolder { folder in
      try table(0..<200, folder + "/people.csv")
      #expect(try Program.run(arguments(folder, "seed=0,1,2")).code == 0)
      let runs = RunFolder.all(in: folder + "/runs")
      try #require(runs.count == 3)
      try Data().write(to: URL(fileURLWithPath: runs[1].file("run.json")))
      let place = ["--runs", folder + "/runs"]
      let list = try Program.run(["list"] + place)
      #expect(list.code == 0 && list.output.contains(runs[0].path), "\(list)")
      #expect(list.output.contains(runs[2].path) && list.output.contains("cannot be read"))
      let lines = list.error.split(separator: "\n")
      #expect(lines.count == 1 && lines[0].contains(runs[1].file("run.json")), "\(list.error)")
      #expect(!list.error.contains("delete") && list.error.contains("writes this one again"))
      let report = try Program.run(["report"] + place)
      #expect(report.code == 0 && report.output.hasSuffix("report.html\n"), "\(report)")
      #expect(report.error.split(separator: "\n").count == 1)
      // Named, it is bad input; the others are shown all the same.
      let compare = try Program.run(["compare"] + runs.map(\.path) + place)
      #expect(compare.code == 2 && compare.output.contains("utility.coded"), "\(compare)")
      let json = try Program.run(["list", "--json"] + place)
      #expect(json.output.contains(#""status": "cannot be read""#))
      // What the line advises.
      let advice = try Program.run(
        ["run", runs[1].file("config.yaml"), "--quiet"] + place)
      #expect(advice.code == 0 && advice.output.hasPrefix(runs[1].path + "\n"), "\(advice)")
      let mended = try Program.run(["list"] + place)
      #expect(mended.error.isEmpty && !mended.output.contains("cannot be read"))
    }
  }
}
