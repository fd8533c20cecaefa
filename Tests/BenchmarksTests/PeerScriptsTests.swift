import Foundation
import Storage
import Testing

@testable import Benchmarks

/// Peers that are there, that are not, and that answer badly.
@Suite struct PeerScriptsTests {
  /// What a context was told to show.
  final class Notes: @unchecked Sendable {
    private let lock = NSLock()
    private var lines: [String] = []
    var text: String { lock.withLock { lines.joined(separator: "\n") } }
    func add(_ line: String) { lock.withLock { lines.append(line) } }
  }

  /// A folder with `script.py`, which a shell runs: the peers' Python is any program that takes a path.
  private func withPeer(
    _ script: String, python: String = "sh", _ body: (BenchmarkContext, Notes) throws -> Void
  ) throws {
    let folder = NSTemporaryDirectory() + "tessera-peers-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/script.py"))
    let notes = Notes()
    let context = BenchmarkContext(
      threads: 2, repeats: 2, peerFolder: folder, python: python, report: { notes.add($0) })
    try body(context, notes)
  }

  private func rows(_ context: BenchmarkContext) throws -> [BenchmarkRow] {
    try BenchmarkSession(suite: "test", context).rows([
      BenchmarkCase("alpha", operations: 1e6, peer: .script("script.py")) { {} },
      BenchmarkCase("beta") { {} },
    ])
  }

  @Test func mergesWhatThePeerPrints() throws {
    // The answer repeats the arguments that the script was given.
    let script = """
      echo "a note" >&2
      test "$1 $2 $3 $4 $5 $6" = "--threads 2 --repeat 3 --case alpha" || exit 3
      echo '[{"case": "other", "threads": 2, "seconds": 9, "peer": "No"},'
      echo ' {"case": "alpha", "threads": 2, "seconds": 0.5, "peer": "Fake 1.0"}]'
      """
    try withPeer(script) { context, _ in
      let rows = try rows(context)
      try #require(rows.map(\.caseName) == ["alpha", "beta"])
      #expect(rows[0].peer == "Fake 1.0")
      #expect(rows[0].peerSeconds == 0.5)
      #expect(rows[0].ratio == 0.5 / rows[0].seconds)
      #expect(rows[0].share != nil && rows[0].peakBytes != nil)
      #expect(rows[1].peer == nil && rows[1].ratio == nil && rows[1].gflops == nil)
    }
  }

  @Test(arguments: [
    ("echo nothing", "sh", "no array|position|expected"),
    ("echo '[]'", "sh", "no case alpha"),
    ("echo '[{\"case\": \"alpha\", \"seconds\": \"fast\", \"peer\": \"x\"}]'", "sh", "fast"),
    ("echo \"No module named 'numpy'\" >&2; exit 1", "sh", "No module named 'numpy'"),
    ("", "no-such-python-here", "no-such-python-here"),
  ])
  func leavesColumnsEmpty(_ script: String, _ python: String, _ expected: String) throws {
    try withPeer(script, python: python) { context, notes in
      let row = try #require(try rows(context).first)
      #expect(row.peer == nil && row.peerSeconds == nil && row.ratio == nil)
      #expect(expected.split(separator: "|").contains { notes.text.contains($0) }, "\(notes.text)")
      #expect(notes.text.contains("its columns stay empty"))
      // Once a script, not once a round.
      #expect(notes.text.components(separatedBy: "stay empty").count == 2)
    }
  }

  @Test func namesWhatToInstall() throws {
    try withPeer("exit 1") { context, notes in
      _ = try rows(context)
      for word in ["pip install numpy", "TESSERA_PEER_PYTHON", "Benchmarks/peers/README.md"] {
        #expect(notes.text.contains(word), "\(notes.text)")
      }
    }
  }

  @Test func namesTheFolderThatHasNoScript() throws {
    let notes = Notes()
    let context = BenchmarkContext(
      threads: 1, repeats: 1, peerFolder: "/nowhere", report: { notes.add($0) })
    #expect(PeerScripts(context).measure("script.py", "alpha") == nil)
    #expect(notes.text.contains("/nowhere") && notes.text.contains("--peers"), "\(notes.text)")
  }
}
