import Foundation
import Storage

/// A filled table as a small text file with its provenance, as `Experiments/results/` keeps it.
public enum TableFiling {
  /// The table below a header that says how it came about: command, commits of the runs, machine, time.
  ///
  /// - Parameters:
  ///   - command: as typed.
  ///   - runs: the records of the runs behind the table; none for a table without runs.
  ///   - seconds: wall time of the table, used where there are no runs.
  ///   - body: the table as it is printed; a line for each cell where none is given.
  public static func text(
    _ result: TableResult, command: String, runs: [RunRecord], seconds: Double, body: String? = nil
  ) -> String {
    func list(_ values: [String]) -> String {
      var seen: [String] = []
      for value in values where !seen.contains(value) { seen.append(value) }
      return seen.joined(separator: ", ")
    }
    var header = ["command   \(command)"]
    if runs.isEmpty {
      header.append("commit    \(result.commit)")
      header.append("machine   \(HostFacts.current.processor), \(HostFacts.current.cores) cores")
      header.append("time      \(Int(seconds.rounded())) s")
    } else {
      let computing = runs.reduce(0) { $0 + $1.seconds }
      header.append("commit    \(list(runs.map(\.commit))) (runs)")
      header.append(
        "machine   \(list(runs.map { "\($0.host.processor), \($0.host.cores) cores" }))")
      header.append("BLAS      \(list(runs.map(\.blas)))")
      header.append(
        "time      \(runs.count) runs, \(Int((computing / 60).rounded())) minutes in all, "
          + "one thread each, \(runs.map(\.started).min() ?? "") to \(runs.map(\.updated).max() ?? "")"
      )
    }
    return header.joined(separator: "\n") + "\n\n" + (body ?? result.text)
  }

  /// Writes ``text(_:command:runs:seconds:body:)`` for the runs in these folders.
  ///
  /// - Throws: ``RunError``, `StorageError`.
  public static func write(
    _ result: TableResult, to path: String, command: String, folders: [String], seconds: Double,
    body: String? = nil
  ) throws {
    // A record that is damaged says nothing of commit and machine; its numbers are in the table all the same.
    let runs = folders.compactMap { try? RunFolder($0).record() }
    try AtomicFile.write(
      text(result, command: command, runs: runs, seconds: seconds, body: body), to: path)
  }
}
