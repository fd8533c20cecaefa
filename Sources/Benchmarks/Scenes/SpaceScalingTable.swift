import Scenes
import TensorCore
import Trials

/// Seconds of a gradient step against the number of cells and against the number of background segments (the paper's
/// figure of timings).
struct SpaceScalingTable: MeasuredTable {
  static let name = "space-scaling"
  static let summary = "seconds a gradient step of SPACE against cells and background segments"
  static let expectedTime =
    "2 minutes on two cores (x86-64, AVX-512), 20 with PyTorch; --quick seconds, at 64 pixels"

  static func run(_ context: TableContext) throws -> TableResult {
    let messages = BenchmarkMessages()
    let session = BenchmarkSession(
      suite: SpaceSuite.name,
      BenchmarkContext(
        threads: context.threads, repeats: context.quick ? 1 : 3, report: { messages.add($0) }))
    let side = context.quick ? 64 : 128
    var rows: [TableRow] = []
    var first: Double?
    for grid in [4, 8, 16] {
      let found = try session.rows([step(side, grid: grid, components: 5, context).step])
      first = first ?? found.first?.seconds
      rows += cells("\(grid) × \(grid) cells, K = 5", found, first: first)
    }
    first = nil
    for components in [1, 3, 5, 7] {
      let found = try session.rows([step(side, grid: 8, components: components, context).step])
      first = first ?? found.first?.seconds
      rows += cells("K = \(components), 8 × 8 cells", found, first: first)
    }
    if let missing = messages.missingPeer {
      rows.append(
        TableRow(row: "PyTorch", column: "seconds per step", values: [], note: missing))
    }
    rows.append(
      TableRow(
        row: "SPAIR, IODINE, GENESIS", column: "seconds per step", values: [],
        note: "not built here yet; the paper's figure gives no numbers to quote"))
    rows.append(
      TableRow(
        row: "hardware", column: "differs", values: [],
        note:
          "ours: a CPU, \(context.threads) threads, float32 products at \(Int(session.ceiling)) GFLOP/s in this run; "
          + "the paper's: a GPU, and its figure gives no numbers to quote"))
    return TableResult(table: name, quick: context.quick, rows: rows)
  }

  /// The peer has the same step for the full sizes; the quick form leaves it out.
  private static func step(_ side: Int, grid: Int, components: Int, _ context: TableContext)
    -> SpaceStep
  {
    SpaceStep(
      name: "s\(side)-g\(grid)-k\(components)-p32-w1", side: side, grid: grid,
      components: components, hasPeer: !context.quick)
  }

  private static func cells(_ label: String, _ found: [BenchmarkRow], first: Double?) -> [TableRow]
  {
    found.flatMap { row in
      var rows = [
        TableRow(
          row: label, column: "seconds per step", values: [row.seconds],
          note: "batch 12, forward, backward and both optimisers"),
        TableRow(
          row: label, column: "over the first row", values: first.map { [row.seconds / $0] } ?? []),
      ]
      if let seconds = row.peerSeconds {
        rows.append(
          TableRow(
            row: label, column: "PyTorch, seconds per step", values: [seconds], note: row.peer ?? ""
          ))
      }
      return rows
    }
  }
}
