import Synchronization
import Trials

extension TableCatalog {
  /// The tables of `Trials`, and those that time things themselves.
  public static let withMeasurements = TableCatalog(
    standard.tables + [
      TableEntry(AttentionSpeedTable.self), TableEntry(AttentionMemoryTable.self),
      TableEntry(AttentionTilesTable.self), TableEntry(AttentionMasksTable.self),
      TableEntry(AttentionTiersTable.self), TableEntry(SpaceScalingTable.self),
    ])
}

/// What a session of timings said, for the notes of a table.
final class BenchmarkMessages: Sendable {
  private let lines = Mutex<[String]>([])
  func add(_ line: String) { lines.withLock { $0.append(line) } }
  /// Why a peer was not timed, if it was not.
  var missingPeer: String? { lines.withLock { $0.first { $0.hasPrefix("peer ") } } }
}

/// What the tables of attention share.
enum AttentionTables {
  /// A session of the suite; the quick form has one round.
  static func session(_ context: TableContext, _ messages: BenchmarkMessages, python: String? = nil)
    -> BenchmarkSession
  {
    BenchmarkSession(
      suite: AttentionSuite.name,
      BenchmarkContext(
        threads: context.threads, repeats: context.quick ? 1 : 3,
        python: python ?? PeerScripts.standardPython, report: { messages.add($0) }))
  }

  /// The line below each table.
  static func machineRow(_ context: TableContext, _ session: BenchmarkSession? = nil) -> TableRow {
    let rate = session.map {
      ", float32 products at \(NumberFormat.short($0.ceiling, digits: 3)) GFLOP/s in this run"
    }
    return TableRow(
      row: "hardware", column: "differs", values: [],
      note:
        "ours: a CPU, \(context.threads) thread\(context.threads == 1 ? "" : "s")\(rate ?? ""); paper: Ascend NPUs and V100 GPUs, "
        + "other baselines; no two of these numbers measure the same thing")
  }

  /// A number of the paper that has no counterpart here.
  static func paperRow(_ row: String, _ column: String, _ paper: Double, _ note: String) -> TableRow
  {
    TableRow(row: row, column: column, values: [], paper: paper, note: note)
  }
}
