import Attention
import TensorCore
import Trials

/// Attention forward, backward and decoding beside PyTorch at the same threads, the two timed in turn.
struct AttentionSpeedTable: MeasuredTable {
  static let name = "attention-speed"
  static let summary =
    "attention beside PyTorch: forward, backward, decoding; GFLOP/s over kept pairs"
  static let expectedTime =
    "35 minutes on two cores (x86-64, AVX-512) with PyTorch, 5 without; --quick 1 minute"

  /// The cases of the quick form end in these.
  private static let quickCases = [
    "forward-h8d64-dense-float32-512", "forward-h8d64-causal-float32-512",
    "forward-h8d64-causal-float32-2k", "forward-h32d128-causal-float32-512",
    "forward-h8d64-causal-bfloat16-2k", "backward-h8d64-causal-float32-512",
    "standard-h8d64-causal-float32-2k", "decode-h32kv32-float32-4k",
    "decode-h32kv32-float32-4k-read",
    "decode-h32kv8-float32-4k", "decode-h32kv8-bfloat16-4k", "prefill-h32kv8-float32-4k-512",
  ]

  static func run(_ context: TableContext) throws -> TableResult {
    let messages = BenchmarkMessages()
    let session = AttentionTables.session(context, messages)
    let all = AttentionSuite.timedCases
    let chosen = context.quick ? all.filter { quickCases.contains($0.name) } : all
    let measured = try session.rows(chosen)
    return TableResult(
      table: name, quick: context.quick,
      rows: measured.flatMap { rows($0, missingPeer: messages.missingPeer) } + paperRows + [
        AttentionTables.machineRow(context, session)
      ])
  }

  /// The cells of one case.
  static func rows(_ row: BenchmarkRow, missingPeer: String? = nil) -> [TableRow] {
    let expected = bar(row.caseName).map { (low: $0, high: 100.0) }
    if row.caseName.hasSuffix("-read") {
      return [
        TableRow(
          row: String(row.caseName.dropLast("-read".count)), column: "share of plain reads",
          values: row.ratio.map { [$0] } ?? [],
          expected: expected.map { _ in (low: 0.8, high: 1.1) },
          note: "keys and values read, beside as many bytes read and nothing done with them")
      ]
    }
    var cells: [TableRow] = []
    if let problem = AttentionSuite.decodeProblems.first(where: {
      row.caseName == "decode-\($0.name)"
    }) {
      cells.append(
        TableRow(
          row: row.caseName, column: "GB/s", values: [Double(problem.bytes) / row.seconds * 1e-9]))
    } else if let gflops = row.gflops {
      cells.append(TableRow(row: row.caseName, column: "GFLOP/s", values: [gflops]))
      if row.threads == 1, row.caseName.contains("dense-float32"), let share = row.share {
        cells.append(
          TableRow(
            row: row.caseName, column: "share of sgemm", values: [share], expected: (0.88, 2)))
      }
    }
    let isStandard = row.caseName.hasPrefix("standard")
    cells.append(
      TableRow(
        row: row.caseName, column: isStandard ? "× standard attention" : "× PyTorch",
        values: row.ratio.map { [$0] } ?? [], paper: isStandard ? 10.7 : nil, expected: expected,
        note: row.ratio.flatMap { _ in row.peer }.map {
          isStandard ? "\($0); paper: up to 10.7 on an Ascend NPU, lengths not known" : $0
        } ?? missingPeer ?? "no peer"))
    return cells
  }

  /// What to reach at least, as a multiple of PyTorch's speed.
  static func bar(_ name: String) -> Double? {
    let parts = name.split(separator: "-").map(String.init)
    switch parts[0] {
    case "forward" where parts[3] == "bfloat16": return parts[2] == "causal" ? 2 : 1.8
    case "forward" where parts[2] == "dense": return 1.15
    case "forward": return ["512": 1.8, "2k": 1.35, "8k": 1.2][parts[4]]
    case "backward": return parts[2] == "causal" ? 1.4 : 1.2
    case "standard": return parts[4] == "4k" ? (parts[1] == "h8d64" ? 10.7 : 7.5) : nil
    case "decode":
      return ["h32kv32-float32": 2, "h32kv8-float32": 5, "h32kv8-bfloat16": 10][
        parts[1] + "-" + parts[2]]
    default: return nil
    }
  }

  /// What is known of the paper beside its headline.
  private static var paperRows: [TableRow] {
    [
      AttentionTables.paperRow(
        "Llama-7B throughput", "× standard attention", 5.16,
        "paper's abstract: up to 5.16 on an Ascend NPU; a whole model is not measured here"),
      AttentionTables.paperRow(
        "V100, causal, D 128", "× xformers", 1.43,
        "paper's abstract: up to 1.43; causal and D 128 second hand, from reviews"),
      AttentionTables.paperRow(
        "V100, D 64, least", "× xformers", 1.03, "second hand, from reviews: 1.03 to 1.17"),
      AttentionTables.paperRow(
        "PanGu-38B on 8 V100, end to end", "× without", 1.46, "paper's abstract: up to 1.46"),
    ]
  }
}
