import Foundation
import Testing

@testable import Trials

@Suite struct SliceCountTableTests {
  private func table(_ runs: String, rows: String, onlyDone: Bool) throws -> TableResult {
    try SliceCountTable.run(
      TableContext(
        quick: true,
        options: RunOptions(
          runsFolder: runs, environment: RunEnvironment(dataDirectories: [])),
        onlyDone: onlyDone, rows: rows))
  }

  /// The quick form has a slice count of its own, which must not stand over that of the row.
  @Test func aRowTrainsWithItsNumberOfSlices() throws {
    try withTemporaryFolder { runs in
      let result = try table(runs, rows: "S = 400, CMU faces", onlyDone: false)
      #expect(Set(result.rows.map(\.row)) == ["S = 400, CMU faces"])
      let cell = try #require(result.rows.first { $0.column == "ρ*(Z;T)" })
      #expect(cell.ours?.isFinite == true && cell.paper == 0.05)
      #expect(cell.note.contains("GENERATED images faceTwin") && cell.note.contains("CMU-PIE"))
      let folders = RunFolder.all(in: runs)
      #expect(folders.count == 1)
      let config = try String(contentsOfFile: folders[0].file("config.yaml"), encoding: .utf8)
      #expect(config.contains("count: 400"))
    }
  }

  @Test func hasThePapersCountsOfSprites() throws {
    try withTemporaryFolder { runs in
      let result = try table(runs, rows: "dSprites", onlyDone: true)
      let cells = result.rows.filter { $0.column == "ρ*(Z;T)" }
      #expect(cells.map(\.row) == [10, 50, 100, 200, 400].map { "S = \($0), dSprites" })
      #expect(cells.map(\.paper) == [0.51, 0.26, 0.13, 0.08, 0.07])
      #expect(cells.allSatisfy { $0.ours == nil && $0.note.contains("0 of 1 seeds done") })
      #expect(RunFolder.all(in: runs).isEmpty)
    }
  }
}
