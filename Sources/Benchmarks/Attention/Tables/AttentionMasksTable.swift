import Attention
import TensorCore
import Trials

/// The time of each mask against that of attention without one, and what it could be at best.
struct AttentionMasksTable: MeasuredTable {
  static let name = "attention-masks"
  static let summary =
    "time of each kind of mask over that of dense attention, beside its share of pairs"
  static let expectedTime = "2 minutes on two cores (x86-64, AVX-512); --quick 10 seconds"

  static func run(_ context: TableContext) throws -> TableResult {
    let tokens = context.quick ? 2048 : 16384
    let session = AttentionTables.session(context, BenchmarkMessages())
    let entries = AttentionSuite.masks(tokens: tokens)
    let problem = AttentionProblem.square(tokens, heads: 8, width: 64, causal: false)
    func timed(_ name: String, _ mask: AttentionMask, kept: Double) -> BenchmarkCase {
      AttentionSuite.forward(
        name, problem, half: false, mask: mask, operations: 4 * 64 * 8 * kept)
    }
    let forms: [(String, MaskGenerator.Form)] = [
      ("causal from 2M × 2M", .matrix(blockSize: 1024)),
      ("causal from a line", .table(blockSize: 1024)),
    ]
    let causal = entries.first { $0.name == "causal" }!
    let measured = try session.rows(
      entries.map { timed($0.name, $0.mask, kept: $0.kept) }
        + forms.map { timed($0.0, causal.mask.generated(by: $0.1), kept: causal.kept) })
    let dense = measured[0].seconds
    let all = Double(tokens) * Double(tokens)
    var rows: [TableRow] = []
    for (index, row) in measured.enumerated() {
      let share = (index < entries.count ? entries[index].kept : causal.kept) / all
      let name = "\(row.caseName), S \(tokenText(tokens))"
      rows.append(
        TableRow(
          row: name, column: "time over dense", values: [row.seconds / dense],
          expected: index < entries.count ? (0.9 * share, 1.5 * share + 0.05) : nil,
          note:
            "share of pairs kept \(NumberFormat.short(share, digits: 3)); paper's number not known")
      )
      rows.append(
        TableRow(row: name, column: "GFLOP/s", values: row.gflops.map { [$0] } ?? []))
    }
    return TableResult(
      table: name, quick: context.quick,
      rows: rows + [AttentionTables.machineRow(context, session)])
  }
}
