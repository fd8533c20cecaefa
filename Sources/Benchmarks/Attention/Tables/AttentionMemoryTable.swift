import Attention
import TensorCore
import Trials

/// What a call of attention takes beside its arguments and its output, and what masks take.
struct AttentionMemoryTable: MeasuredTable {
  static let name = "attention-memory"
  static let summary =
    "extra bytes of long sequences against their bound, bytes of masks against S²"
  static let expectedTime = "3 minutes on two cores (x86-64, AVX-512); --quick 5 seconds"

  static func run(_ context: TableContext) throws -> TableResult {
    let lengths = context.quick ? [1024, 4096] : [4096, 16384, 32768, 65536]
    let masks = context.quick ? [1024, 65536] : [1024, 4096, 16384, 65536]
    return TableResult(
      table: name, quick: context.quick,
      rows: lengths.flatMap { rows(tokens: $0, threads: context.threads) }
        + masks.flatMap(maskRows) + [
          AttentionTables.paperRow(
            "longest input on 8 V100", "tokens", 262_144,
            "paper's abstract: 256K with cooperation of CPU and GPU; see attention-tiers"),
          AttentionTables.machineRow(context),
        ])
  }

  /// Causal attention of 8 heads of width 64 in float32.
  static func rows(tokens: Int, threads: Int) -> [TableRow] {
    let problem = AttentionProblem.square(tokens, heads: 8, width: 64, causal: true)
    let (q, k, v) = problem.inputs()
    var seconds = 0.0
    let extra = AttentionMemory.extra {
      var held = 0
      seconds = Stopwatch.seconds(1) {
        held = attend(q, k, v, mask: problem.mask).output.count * 4
      }
      return held
    }
    let bound = AttentionMemory.bound(
      problem, threads: threads, tiling: .forMachine(width: problem.width))
    let mebibyte = 1_048_576.0
    let row = "S \(tokenText(tokens)), 8 heads of width 64"
    return [
      TableRow(
        row: row, column: "extra MiB", values: [Double(extra) / mebibyte],
        expected: (0, Double(bound) * poolGrain / mebibyte),
        note:
          "bound \(NumberFormat.short(Double(bound) / mebibyte, digits: 3)) MiB: packed keys and values, a task a thread, "
          + "log-sum-exp (+ a quarter, the grain of the pool's sizes); all scores would be "
          + "\(NumberFormat.short(Double(8 * tokens * tokens * 4) / mebibyte, digits: 3)) MiB"),
      TableRow(
        row: row, column: "seconds", values: [seconds], note: "one call, \(threads) threads"),
    ]
  }

  /// Blocks of the pool come in sizes a quarter of a power of two apart.
  private static let poolGrain = 1.25

  /// The bytes of a causal mask.
  static func maskRows(tokens: Int) -> [TableRow] {
    let block = 1024
    let row = "causal mask, S \(tokenText(tokens))"
    let matrix = Double(MaskGenerator(.matrix(blockSize: block)).byteCount) / 1024
    let line = Double(MaskGenerator(.table(blockSize: block)).byteCount) / 1024
    return [
      TableRow(
        row: row, column: "2M × 2M, KiB", values: [matrix], expected: (0, 4096),
        note:
          "M 1024, one byte an element; paper: a generator of 2M × 2M in place of S × S (second hand); "
          + "the product form of CANN keeps 2048 × 2048 for every length"),
      TableRow(row: row, column: "line, KiB", values: [line], expected: (0, 4)),
      TableRow(
        row: row, column: "dense, KiB", values: [Double(tokens * tokens) / 1024],
        note: "one byte an element, for comparison; never made here"),
    ]
  }
}
