import Foundation
import Storage
import Testing

@testable import Trials

/// The tables of `Experiments/tables`: what they run is what they ran, so that the folders of earlier runs are found again.
@Suite struct StandardTablesTests {
  private func context(
    quick: Bool, runs: String, data: [String] = [], onlyDone: Bool = true, rows: String? = nil
  ) -> TableContext {
    TableContext(
      quick: quick,
      options: RunOptions(
        runsFolder: runs, environment: RunEnvironment(dataDirectories: data)),
      onlyDone: onlyDone, rows: rows)
  }

  private func file(_ name: String) throws -> TableFile {
    let (path, text) = try #require(
      ExperimentFiles.tables.first { $0.path == "tables/\(name).yaml" })
    return try TableFile(text: text, path: path, files: ExperimentFiles(folder: nil))
  }

  /// How many runs a table has without any data, and a digest of their hashes in order, in full and quick: recorded from the
  /// tables when they were lists in Swift.
  @Test(arguments: [
    ("adapt-cifar", 24, "f06a7334a4652145", 8, "60bb28a900270732"),
    ("adapt-mnistm", 24, "db0164237915f591", 8, "a26af13d4277b6ba"),
    ("disentangle-dsprites", 21, "c714212640afc2aa", 7, "9cbc3891db7253fe"),
    ("disentangle-faces", 42, "4ccb1abb86ad9c4c", 14, "7fcb4c98291bde47"),
    ("disentangle-morpho", 21, "84278d4f78b2743b", 7, "078697bd64ec91ec"),
    ("fairness-adult", 33, "c71ca6a289865ca6", 17, "319f3c2cd764d140"),
    ("fairness-census", 40, "b8c85782768b500b", 24, "55dd66c9ad9011e3"),
    ("inner-steps", 7, "00deb31f69a8dc74", 7, "ffd15104e3825347"),
    ("slice-count", 30, "785f515e1de2c6f1", 20, "33588cc2ef6e9758"),
    ("space-ablation", 6, "3d8e7df7864291bc", 2, "64582e07bb00626f"),
    ("space-scenes", 3, "019ede57197a7ff2", 1, "ed7bd4c37eb5244b"),
    ("toy-gaussian", 18, "469ca91a865392be", 6, "55005db51fd4ca70"),
  ]) func runsAreThoseOfBefore(
    name: String, count: Int, digest: String, quickCount: Int, quickDigest: String
  ) throws {
    for (quick, count, digest) in [(false, count, digest), (true, quickCount, quickDigest)] {
      let hashes = try file(name).configurations(context(quick: quick, runs: "")).map(\.hash)
      #expect(hashes.count == count, "\(name)")
      #expect(SHA256.hex(of: hashes.joined(separator: "\n").utf8).prefix(16) == digest, "\(name)")
    }
  }

  @Test(arguments: TableCatalog.standard.tables.map(\.name), [false, true])
  func doneStartsNothing(name: String, quick: Bool) throws {
    try withTemporaryFolder { runs in
      let result = try TableCatalog.standard.table(named: name)
        .fill(context(quick: quick, runs: runs))
      #expect(!result.rows.isEmpty && result.rows.allSatisfy { $0.ours == nil })
      #expect(RunFolder.all(in: runs).isEmpty)
      for format in TableFormat.allCases { _ = try result.printed(as: format) }
    }
  }

  /// The quick form has a slice count of its own, which must not stand over that of the row.
  @Test func aRowTrainsWithItsNumberOfSlices() throws {
    try withTemporaryFolder { runs in
      let result = try TableCatalog.standard.table(named: "slice-count")
        .fill(context(quick: true, runs: runs, onlyDone: false, rows: "S = 400, CMU faces"))
      #expect(Set(result.rows.map(\.row)) == ["S = 400, CMU faces"])
      let cell = try #require(result.rows.first { $0.column == "ρ*(Z;T)" })
      #expect(cell.ours?.isFinite == true && cell.paper == 0.05)
      #expect(cell.note.contains("GENERATED images faceTwin") && cell.note.contains("CMU-PIE"))
      #expect(result.rows.last?.column == "seconds per max-step" && result.rows.last?.ours != nil)
      let folders = RunFolder.all(in: runs)
      #expect(folders.count == 1)
      let config = try String(contentsOfFile: folders[0].file("config.yaml"), encoding: .utf8)
      #expect(config.contains("count: 400"))
    }
  }

  @Test func hasThePapersCountsOfSprites() throws {
    try withTemporaryFolder { runs in
      let result = try TableCatalog.standard.table(named: "slice-count")
        .fill(context(quick: true, runs: runs, rows: "dSprites"))
      let cells = result.rows.filter { $0.column == "ρ*(Z;T)" }
      #expect(cells.map(\.row) == [10, 50, 100, 200, 400].map { "S = \($0), dSprites" })
      #expect(cells.map(\.paper) == [0.51, 0.26, 0.13, 0.08, 0.07])
      #expect(cells.allSatisfy { $0.ours == nil && $0.note.contains("0 of 1 seeds done") })
    }
  }

  /// A row without data names the command that makes it; one of another method has a note alone.
  @Test func rowsWithoutDataSaySo() throws {
    try withTemporaryFolder { runs in
      for quick in [false, true] {
        let rooms = try file("space-rooms").fill(
          context(quick: quick, runs: runs, data: [runs], onlyDone: false))
        let first = try #require(rooms.rows.first)
        #expect(first.ours == nil && first.paper == 0.906)
        #expect(
          first.note.hasPrefix("no data: make it with `tessera data make rooms --sets small"))
        #expect(first.note.hasSuffix("recollected, not read again"))
        #expect(rooms.rows.filter { $0.row == "SPAIR" }.map(\.column) == ["AP"])
      }
    }
  }

  /// The acceptance is about steps from 700 on; the quick form has some of them, too, and as many columns as steps.
  @Test func expectationsAreThoseOfTheAcceptance() throws {
    let toy = try file("toy-gaussian").fill(context(quick: true, runs: "none"))
    func cell(_ row: String, _ step: Int) -> TableRow? {
      toy.rows.first { $0.row == row && $0.column == "true MI at step \(step), nats" }
    }
    #expect(cell("SLICE", 600)?.expected == nil && cell("SLICE", 300)?.paper == 0.195)
    #expect(try #require(cell("SLICE", 700)?.expected) == (0, 0.02))
    #expect(cell("CLUB", 700)?.expected?.low == 0.02 && cell("DC", 700)?.expected == nil)
    let adult = try file("fairness-adult")
    for (quick, count) in [(false, 13), (true, 0)] {
      let filled = try adult.fill(context(quick: quick, runs: "none"))
      #expect(filled.rows.filter { $0.expected != nil }.count == count)
    }
  }

  /// The row's settings do not stand over those of the quick form.
  @Test func quickTablesEndInSeconds() throws {
    try withTemporaryFolder { runs in
      let result = try file("space-scenes")
        .fill(context(quick: true, runs: runs, onlyDone: false))
      #expect(result.rows.first { $0.column == "AP@0.5" }?.ours != nil)
      #expect(try RunFolder.all(in: runs).map { try $0.record().stepCount } == [20])
    }
  }

  /// All rows run together; each shows the numbers of its own run.
  @Test func rowsKeepTheirOwnRuns() throws {
    try withTemporaryFolder { runs in
      let result = try file("space-ablation")
        .fill(context(quick: true, runs: runs, onlyDone: false))
      let errors = try RunFolder.all(in: runs).map { folder in
        (
          try folder.configuration().contains("boundarySteps: -1"),
          try folder.result()?.scalars["squared error a value"]
        )
      }
      for (without, name) in [(true, "without"), (false, "with boundary loss for 12 steps")] {
        let row = result.rows.first {
          $0.row.hasPrefix(name) && $0.column == "squared error a value"
        }
        let own = errors.first { $0.0 == without }?.1
        #expect(row?.ours != nil && row?.ours == own, "\(name)")
      }
      #expect(errors.count == 2 && errors[0].1 != errors[1].1)
    }
  }
}
