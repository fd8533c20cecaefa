import Attention
import TensorCore
import Trials

/// Levels of tiles and packing switched off one by one, and sizes of tiles.
struct AttentionTilesTable: MeasuredTable {
  static let name = "attention-tiles"
  static let summary = "two levels of tiles, packing and sizes of blocks, on and off; GFLOP/s"
  static let expectedTime = "2 minutes on two cores (x86-64, AVX-512); --quick 10 seconds"

  static func run(_ context: TableContext) throws -> TableResult {
    let tokens = context.quick ? 1024 : 4096
    let session = AttentionTables.session(context, BenchmarkMessages())
    var entries = AttentionSuite.tiles(width: 128, tokens: tokens)
    // The sizes are many, and their differences small: the quick form leaves them out.
    if context.quick { entries = entries.filter { !$0.name.contains("x") } }
    let problem = AttentionProblem.square(tokens, heads: 8, width: 128, causal: false)
    let measured = try session.rows(
      entries.map {
        AttentionSuite.forward($0.name, problem, half: $0.half, options: $0.options)
      })
    let whole = measured.first { $0.caseName == "both" }?.seconds
    return TableResult(
      table: name, quick: context.quick,
      rows: measured.flatMap { row in
        [
          TableRow(
            row: row.caseName, column: "GFLOP/s", values: row.gflops.map { [$0] } ?? [],
            note: note(row.caseName)),
          TableRow(
            row: row.caseName, column: "speed over both levels",
            values: whole.map { [$0 / row.seconds] } ?? []),
        ]
      } + [
        TableRow(
          row: "paper", column: "sizes of blocks and their ablation", values: [],
          note: "not known: only the principle of two levels could be read"),
        AttentionTables.machineRow(context, session),
      ])
  }

  private static func note(_ name: String) -> String {
    switch name {
    case "both": "strips in the first-level cache, blocks of keys in the second; keys packed"
    case "no-strips":
      "scores of a whole block by one library product, softmax in passes over memory"
    case "no-blocks": "one block of all keys"
    case "neither": "all scores of a block of queries by one library product: standard attention"
    case "keys-unpacked": "a dot product a score"
    case "tokens-first": "[batch, tokens, heads, width]: values copied to rows side by side"
    case "tokens-first-values-unpacked": "the same, values read where they lie"
    default: "queries of a task × keys of a block"
    }
  }
}
