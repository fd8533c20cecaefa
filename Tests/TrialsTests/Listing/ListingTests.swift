import Foundation
import Storage
import Testing

@testable import Trials

@Suite struct ListingTests {
  @Test func alignsColumns() {
    var table = TextTable(["name", "ρ*"], alignments: [.left, .right])
    table.add(["a", "0.5"])
    table.add(["longer", "12.25"])
    #expect(
      table.text == """
        name       ρ*
        ──────  ─────
        a         0.5
        longer  12.25

        """)
  }

  @Test(arguments: [
    (0.12345678, "0.1235"), (12.3456, "12.35"), (0, "0"), (-0.5, "-0.5000"), (1234.4, "1234"),
    (1.23456e-7, "1.235e-7"), (2.5e9, "2.500e9"), (0.99996, "1.0000"), (.infinity, "∞"),
    (.nan, "NaN"), (.leastNonzeroMagnitude, "4.941e-324"),
  ])
  func writesNumbers(_ value: Double, _ expected: String) {
    #expect(NumberFormat.short(value) == expected)
  }

  /// One row a figure, however many ways it was found.
  @Test func figuresFoundTwoWaysShareARow() {
    var result = RunResult(experiment: "scenes", seed: 0)
    result.scalars = [
      "AP": 0.5, "means/AP": 0.25, "recall@0.5/small": 1, "means/recall@0.5/small": 0.75,
      "objects": 4, "loss/train": 2,
    ]
    #expect(
      OutcomeListing.table(of: result).text == """
        result             value   means
        ────────────────  ──────  ──────
        AP                0.5000  0.2500
        loss/train         2.000
        objects            4.000
        recall@0.5/small   1.000  0.7500

        """)
    result.scalars = ["AP": 0.5]
    result.intervals = ["AP": Interval(low: 0.25, high: 0.75)]
    #expect(
      OutcomeListing.table(of: result).text == """
        result   value  interval
        ──────  ──────  ───────────────
        AP      0.5000  0.2500 … 0.7500

        """)
  }

  /// More runs than figures, and more figures than runs.
  @Test func severalRunsAreATable() throws {
    let configs = try ExperimentRegistry.standard.resolve(
      experiment: "scenes", overrides: ["seed=0,1"])
    func text(_ scalars: [String: Double]) -> String {
      OutcomeListing.text(
        configs.enumerated().map { index, config in
          var result = RunResult(experiment: "scenes", seed: index)
          result.scalars = scalars
          return (
            config,
            RunOutcome(
              folder: RunFolder("runs/\(index)"), result: result, wasDone: false, resumedAt: nil)
          )
        })
    }
    #expect(
      text(["AP": 0.5]) == """
        run         AP  folder
        ──────  ──────  ──────
        seed=0  0.5000  runs/0
        seed=1  0.5000  runs/1

        """)
    #expect(
      text(["AP": 0.5, "ARI": 0.25, "objects": 4]) == """
        result   seed=0  seed=1
        ───────  ──────  ──────
        AP       0.5000  0.5000
        ARI      0.2500  0.2500
        objects   4.000   4.000

        seed=0: runs/0
        seed=1: runs/1

        """)
  }

  @Test func writesDurations() {
    #expect(NumberFormat.duration(42.4) == "0:42")
    #expect(NumberFormat.duration(725) == "12:05")
    #expect(NumberFormat.duration(11_045) == "3:04:05")
    #expect(NumberFormat.short(nil) == "—")
  }

  @Test func listsAndComparesRuns() throws {
    try withTemporaryFolder { runs in
      let configs = try walks.resolve(experiment: "walk", overrides: ["seed=0,1", "stepCount=3"])
      let options = RunOptions(runsFolder: runs)
      let folders = try configs.map { try walks.run($0, options: options).folder }
      #expect(try RunListing.list(RunFolder.all(in: runs)).contains("seed=1"))
      guard case .array(let rows) = try RunListing.json(folders) else {
        Issue.record("no array")
        return
      }
      #expect(rows.map { $0["status"] } == ["done", "done"])
      let comparison = try RunListing.comparison(folders)
      #expect(comparison["settings"] == ["seed": ["0", "1"]])
      let x = try #require(try folders[1].result()).scalars["x"]!
      #expect(comparison["results"]?["x"].map { "\($0)".hasSuffix("\(x)]") } == true)
      #expect(try RunListing.compare(folders).contains("total"))
      let hash = configs[0].hash
      #expect(try RunFolder.find(String(hash.prefix(6)), in: runs) == folders[0])
      #expect(throws: RunError.self) { try RunFolder.find("zzz", in: runs) }
      #expect(throws: RunError.self) { try RunFolder.find("", in: runs) }
    }
  }

  /// Method, data and main number of each run, and a label that no other run of the kind has.
  @Test func listsTellRunsApart() throws {
    try withTemporaryFolder { runs in
      func run(_ overrides: String...) throws -> RunFolder {
        let configs = try ExperimentRegistry.standard.resolve(
          experiment: "toy-gaussian", overrides: ["steps=100", "batchSize=40"] + overrides)
        return try ExperimentRegistry.standard.run(
          configs[0], options: RunOptions(runsFolder: runs)
        ).folder
      }
      let folders = [
        try run("method=pearson", "seed=0"), try run("method=pearson", "seed=0", "warp=false"),
        try run("method=pearson", "seed=0", "start=0.5"), try run("method=distance", "seed=0"),
      ]
      let lines = ListedRun.all(folders, .standard)
      #expect(lines.map(\.method) == ["PEARSON", "PEARSON", "PEARSON", "DC"])
      #expect(Set(lines.map { $0.method + $0.dataset + $0.label }).count == 4)
      #expect(lines[2].label.contains("start=0.5") && lines[3].label == "seed=0")
      let value = try #require(try folders[3].result()).scalars["mutual information.end"]
      #expect(lines[3].value == value && lines[3].metric?.id == "mutual information.end")
      let text = try RunListing.list(folders)
      #expect(text.contains("mutual information end \(NumberFormat.short(value))"))
      let json = try RunListing.json(folders)
      guard case .array(let rows) = json else { return }
      #expect(rows[3]["metric"] == "mutual information.end" && rows[3]["method"] == "DC")
    }
  }

  /// What is not declared is listed without an arrow; what is, has one, in the order of its declaration.
  @Test func comparesByDeclaration() throws {
    try withTemporaryFolder { runs in
      let config = try ExperimentRegistry.standard.resolve(
        experiment: "toy-gaussian",
        overrides: ["steps=100", "batchSize=40", "method=pearson", "seed=0,1"])
      let options = RunOptions(runsFolder: runs)
      let folders = try config.map {
        try ExperimentRegistry.standard.run($0, options: options).folder
      }
      let text = try RunListing.compare(folders)
      let rows = text.split(separator: "\n").filter { $0.hasPrefix("mutual") }
      #expect(
        rows.map { $0.prefix(24).trimmingCharacters(in: .whitespaces) }.first?.hasPrefix(
          "mutual information.end ↓") == true)
      #expect(rows.count == 3)
    }
  }

  @Test func tellsKilledFromRunning() throws {
    try withTemporaryFolder { runs in
      let config = try walks.resolve(experiment: "walk")[0]
      let options = RunOptions(runsFolder: runs)
      do {
        let session = try RunSession(config: config, options: options)
        try session.start(stepCount: 40)
        let record = try session.folder.record()
        #expect(RunListing.status(of: record, session.folder) == "running")
      }
      let folder = RunFolder(of: config, in: runs)
      #expect(try RunListing.status(of: folder.record(), folder) == "killed (resumes)")
    }
  }
}
