import Attention
import Foundation
import Storage
import TensorCore
import Testing
import Trials

@testable import Benchmarks

/// What the suite of attention counts, and how its tables read timings.
@Suite struct AttentionSuiteTests {
  @Test func namesAreDistinctAndHaveTheirGroups() {
    let names = AttentionSuite.cases.map(\.name)
    #expect(Set(names).count == names.count)
    for name in [
      "forward-h32d128-causal-bfloat16-8k", "standard-h8d64-causal-float32-4k",
      "decode-h32kv8-bfloat16-128k", "decode-h32kv32-float32-4k-read",
      "prefill-h32kv8-float32-4k-512",
      "mask-window512-16k", "memory-h8d64-causal-float32-32k", "tiles-neither-4k",
      "tiles-bfloat16-96x128-4k", "guard-block-float32",
    ] {
      #expect(names.contains(name), "\(name)")
    }
  }

  @Test func countsKeptPairs() {
    var problem = AttentionProblem(heads: 3, keyHeads: 1, width: 8, queries: 4, keys: 7)
    #expect(problem.keptPairs == 3 * 28)
    problem.isCausal = true
    #expect(problem.keptPairs == 3 * (4 + 5 + 6 + 7))
    #expect(problem.forwardOperations == 4 * 8 * 66 && problem.backwardOperations == 10 * 8 * 66)
    let square = AttentionProblem.square(512, heads: 2, width: 1, causal: true)
    #expect(square.keptPairs == 2 * 512 * 513 / 2)
  }

  /// With queries of zeros each row's log-sum-exp is the logarithm of the number of keys that it sees.
  @Test func countsThePairsOfMasks() {
    let tokens = 1024
    let zeros = Tensor<Float>.zeros([1, 8, tokens, 16])
    for entry in AttentionSuite.masks(tokens: tokens) where entry.name != "alibi" {
      let result = attend(zeros, zeros, zeros, mask: entry.mask)
      let seen = result.logSumExp.scalars.reduce(0.0) { $0 + Foundation.exp(Double($1)) } / 8
      #expect(abs(seen - entry.kept) < 0.01 * entry.kept, "\(entry.name)")
    }
  }

  @Test func sayMemoryByTheFormula() {
    let problem = AttentionProblem(
      batch: 2, heads: 4, keyHeads: 2, width: 20, queries: 100, keys: 130)
    let tiling = AttentionTiling(queryBlock: 96, keyBlock: 128)
    // Width 20 is packed as 32, 130 keys as 192.
    let packed = 2 * 2 * 2 * 192 * 32
    let tasks = 3 * (2 * 96 * 32 + 6 * 128)
    #expect(
      AttentionMemory.bound(problem, threads: 3, tiling: tiling)
        == 4 * (packed + tasks + 2 * 4 * 100))
  }

  @Test(arguments: ["guard-block-float32", "guard-block-bfloat16", "guard-strip-float32"])
  func runsTheGuards(_ name: String) throws {
    let context = BenchmarkContext(threads: 1, repeats: 1, pattern: name, peerFolder: "/nowhere")
    let rows = try AttentionSuite.run(context)
    #expect(rows.map(\.caseName) == [name] && rows[0].peer == "Swift scalar")
  }

  @Test(arguments: [
    ("forward-h32d128-dense-float32-4k", 1.15), ("forward-h8d64-causal-float32-512", 1.8),
    ("forward-h8d64-causal-float32-1k", nil), ("forward-h8d64-causal-bfloat16-1k", 2),
    ("forward-h8d64-dense-bfloat16-1k", 1.8), ("backward-h8d64-dense-float32-1k", 1.2),
    ("standard-h8d64-causal-float32-4k", 10.7), ("standard-h32d128-causal-float32-4k", 7.5),
    ("decode-h32kv32-float32-64k", 2), ("decode-h32kv8-float32-64k", 5),
    ("decode-h32kv8-bfloat16-64k", 10), ("decode-h32kv32-bfloat16-64k", nil),
    ("prefill-h32kv8-float32-4k-512", nil),
  ])
  func knowsTheBars(_ name: String, _ bar: Double?) {
    #expect(AttentionSpeedTable.bar(name) == bar)
    #expect(AttentionSuite.cases.contains { $0.name == name } || name.hasPrefix("backward"))
  }

  @Test func readsCells() {
    var row = BenchmarkRow(
      suite: "attention", caseName: "standard-h8d64-causal-float32-4k", threads: 2, seconds: 1,
      gflops: 150, ceilingGflops: 160, peer: "PyTorch 2 formula", peerSeconds: 12)
    var cells = AttentionSpeedTable.rows(row)
    #expect(cells.map(\.column) == ["GFLOP/s", "× standard attention"])
    #expect(cells[1].ours == 12 && cells[1].paper == 10.7 && cells[1].verdict == .within)
    row.caseName = "decode-h32kv32-float32-4k-read"
    row.peerSeconds = 0.7
    cells = AttentionSpeedTable.rows(row)
    #expect(cells.map(\.row) == ["decode-h32kv32-float32-4k"])
    #expect(cells[0].ours == 0.7 && cells[0].verdict == .below)
    row.caseName = "decode-h32kv32-float32-4k"
    row.peerSeconds = nil
    cells = AttentionSpeedTable.rows(row, missingPeer: "peer x: no Python")
    #expect(cells[0].ours == Double(2 * 32 * 4096 * 128 * 4) * 1e-9 && cells[0].column == "GB/s")
    #expect(cells[1].ours == nil && cells[1].note == "peer x: no Python")
  }

  @Test func tablesOfMeasurementsAreListedOnce() throws {
    let names = TableCatalog.withMeasurements.tables.map { $0.name }
    #expect(Set(names).count == names.count)
    #expect(
      names.suffix(6) == [
        "attention-speed", "attention-memory", "attention-tiles", "attention-masks",
        "attention-tiers", "space-scaling",
      ])
    #expect(names.prefix(TableCatalog.standard.tables.count).contains("fairness-adult"))
  }

  /// What measures has nothing to show of what is done, and times nothing.
  @Test func doneTimesNothing() throws {
    for table in TableCatalog.withMeasurements.tables.suffix(6) {
      let start = ContinuousClock.now
      let result = try table.fill(TableContext(quick: false, onlyDone: true))
      #expect(result.rows.count == 1 && result.rows[0].ours == nil)
      #expect(result.rows[0].note.contains("not with --done"))
      #expect(ContinuousClock.now - start < .seconds(1))
    }
  }

  /// The formula's example: 14 GiB of 32 are taken, a layer of 256K tokens has 4 GiB.
  @Test func placesTheExample() {
    #expect(AttentionTiersTable.placementRows.map(\.ours) == [32, 32, 4, 32])
  }

  @Test func measuresTiersAndMasksOfMemory() throws {
    let rows = try AttentionTiersTable.measuredRows(
      .init(layers: 3, tokens: 512, keyHeads: 8), rounds: 1)
    #expect(rows.count == 9 && rows.allSatisfy { ($0.ours ?? 0) >= 0 })
    let masks = AttentionMemoryTable.maskRows(tokens: 65536)
    #expect(masks.map(\.ours) == [4096, 4095.0 / 1024, 4_194_304])
    #expect(masks.prefix(2).allSatisfy { $0.verdict == .within })
  }
}
