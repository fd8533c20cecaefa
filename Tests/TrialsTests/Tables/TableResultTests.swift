import Storage
import Testing

@testable import Trials

@Suite struct TableResultTests {
  @Test func summarisesSeeds() {
    let row = TableRow(
      row: "SLICE", column: "ρ*(Z;T)", values: [0.1, 0.2, 0.3], paper: 0.07, expected: (0, 0.25))
    #expect(row.ours.map { abs($0 - 0.2) < 1e-15 } == true)
    // Sample deviation 0.1, over the square root of 3.
    #expect(row.standardError.map { abs($0 - 0.1 / 3.0.squareRoot()) < 1e-15 } == true)
    #expect(row.seeds == 3)
    #expect(row.verdict == .within)
    #expect(TableRow(row: "", column: "", values: [1], expected: (0, 0.5)).verdict == .above)
    #expect(TableRow(row: "", column: "", values: [-1], expected: (0, 0.5)).verdict == .below)
    #expect(TableRow(row: "", column: "", values: [1]).verdict == .none)
    #expect(TableRow(row: "", column: "", values: [1]).standardError == nil)
    #expect(TableRow(row: "", column: "", values: [], expected: (0, 1)).ours == nil)
  }

  @Test func printsContract() {
    let result = TableResult(
      table: "t", quick: true,
      rows: [
        TableRow(row: "a", column: "b", values: [0.5], expected: (0, 1), note: "county"),
        TableRow(row: "c", column: "d", values: [], paper: 2),
      ], commit: "abc")
    #expect(
      result.json.description == """
        {"table": "t", "quick": true, "commit": "abc", "rows": [\
        {"row": "a", "column": "b", "ours": 0.5, "standardError": null, "seeds": 1, "paper": null, \
        "expected": [0.0, 1.0], "verdict": "within", "note": "county"}, \
        {"row": "c", "column": "d", "ours": null, "standardError": null, "seeds": 0, "paper": 2.0, \
        "expected": null, "verdict": null, "note": ""}]}
        """)
    #expect(result.text.contains("t (quick), commit abc"))
    #expect(result.text.contains("0.5000"))
  }

  @Test func cellsShowWhatTheirRunsWereCautionedOf() {
    var result = RunResult(experiment: "walk", seed: 0)
    result.notes = ["a note", "caution: of other data"]
    let row = TableRow(row: "a", column: "b", values: [0.5], note: "county")
      .cautioned(by: [result, result])
    let table = TableResult(table: "t", quick: true, rows: [row], commit: "abc")
    #expect(table.json["rows"]?.description.contains(#""cautions": ["of other data"]"#) == true)
    #expect(table.text.contains("county; caution: of other data"))
  }

  @Test func fillsFromRuns() throws {
    struct Walks: Table {
      static let name = "walks"
      static let summary = "walks"
      static let expectedTime = "a second"
      static func run(_ context: TableContext) throws -> TableResult {
        let results = try context.run(experiment: "walk", ["seed=0,1,2"])
        return TableResult(
          table: name, quick: context.quick,
          rows: [TableRow(row: "walk", column: "x", values: results.map { $0.scalars["x"]! })])
      }
    }
    try withTemporaryFolder { runs in
      let context = TableContext(
        quick: true, registry: walks, options: RunOptions(runsFolder: runs), threads: 2)
      let result = try TableCatalog([TableEntry(Walks.self)]).table(named: "walks").fill(context)
      #expect(result.rows[0].seeds == 3)
      #expect(RunFolder.all(in: runs).count == 3)
      // The quick form has four steps.
      #expect(try RunFolder.all(in: runs).allSatisfy { try $0.record().stepCount == 4 })
    }
    #expect { try TableCatalog([TableEntry(Walks.self)]).table(named: "walk") } throws: {
      "\($0)" == "no table is called `walk`; did you mean `walks`?"
    }
  }

  @Test func showsRowsThatAreAskedFor() throws {
    let filled = TableResult(
      table: "t", quick: true,
      rows: ["S = 5, Adult", "S = 5, dSprites"].map { TableRow(row: $0, column: "x", values: [1]) })
    func names(_ rows: String?) throws -> [String] {
      try TableContext(quick: true, rows: rows).onlyWanted(filled).rows.map(\.row)
    }
    #expect(try names(nil) == ["S = 5, Adult", "S = 5, dSprites"])
    #expect(try names("dsprites") == ["S = 5, dSprites"])
    #expect { try names("PIE") } throws: {
      "\($0)" == "no row of t has `PIE` in its name; the rows are S = 5, Adult; S = 5, dSprites"
    }
  }
}
