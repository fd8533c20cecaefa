import Foundation
import Storage
import TensorCore
import Testing

@testable import Trials

/// Runs of few steps give the bits that are on record, with one thread and with two.
///
/// `TESSERA_RECORD=1 Scripts/test --filter RecordedRunTests` writes the record again for this machine. That is right only where
/// numbers change on purpose; the commit says why.
@Suite(.serialized) struct RecordedRunTests {
  private static let path =
    URL(filePath: #filePath).deletingLastPathComponent().path + "/digests.json"

  private typealias Record = [String: [String: String]]

  private static func record() throws -> Record {
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    return try JSONDecoder().decode(Record.self, from: Data(contentsOf: URL(filePath: path)))
  }

  private static func note(_ digest: String, of run: RecordedRun) throws {
    var record = try record()
    record[RecordedMachine.key, default: [:]][run.name] = digest
    let coder = JSONEncoder()
    coder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write([UInt8](try coder.encode(record)) + [10], to: path)
  }

  @Test(arguments: RecordedRun.all) func bitsAreThoseOnRecord(_ run: RecordedRun) throws {
    try withTemporaryFolder { runs in
      defer { Parallelism.threads = 1 }
      var digests: [String] = []
      for threads in [1, 2] {
        Parallelism.threads = threads
        digests.append(try run.digest(threads: threads, in: runs))
      }
      #expect(digests[0] == digests[1], "threads change bits of \(run.name)")
      if ProcessInfo.processInfo.environment["TESSERA_RECORD"] != nil {
        try Self.note(digests[0], of: run)
      } else if let known = try Self.record()[RecordedMachine.key] {
        #expect(known[run.name] == digests[0], "\(run.name) gives other bits than those on record")
      }
    }
  }
}
