import Foundation
import Synchronization
import Testing
import Trials

@Suite(.serialized) struct SweepTests {
  @Test func givesTheSameBitsForAnyNumberOfThreads() throws {
    try withTemporaryFolder { runs in
      let configs = try walks.resolve(
        experiment: "walk", overrides: ["seed=0,1,2,3", "method=none,slice"])
      func sweep(_ threads: Int) throws -> [RunOutcome] {
        try Sweep.run(
          configs, registry: walks, options: RunOptions(runsFolder: "\(runs)/\(threads)"),
          threads: threads
        ).map { try $0.get() }
      }
      for (one, other) in zip(try sweep(1), try sweep(3)) { expectSame(one.folder, other.folder) }
      #expect(RunFolder.all(in: runs + "/1").count == 8)
    }
  }

  @Test func runsEqualConfigurationsOnce() throws {
    try withTemporaryFolder { runs in
      let config = try walks.resolve(experiment: "walk")[0]
      let configs = [config, config]
      let outcomes = try Sweep.run(
        configs, registry: walks, options: RunOptions(runsFolder: runs), threads: 2
      ).map { try $0.get() }
      #expect(outcomes.count == 2 && outcomes[0].folder == outcomes[1].folder)
    }
  }

  @Test func reportsWholeLines() throws {
    try withTemporaryFolder { runs in
      let lines = Mutex<[String]>([])
      let reporter = ProgressReporter(isTerminal: false) { text in
        lines.withLock { $0.append(text) }
      }
      let configs = try walks.resolve(experiment: "walk", overrides: ["seed=0,1,2"])
      _ = Sweep.run(
        configs, registry: walks, options: RunOptions(runsFolder: runs), threads: 2,
        observer: reporter)
      let shown = lines.withLock { $0 }
      #expect(shown.filter { $0.contains(": done in ") }.count == 3)
      #expect(shown.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\r") })
    }
  }

  @Test func redrawsOneLineOnTerminal() throws {
    try withTemporaryFolder { runs in
      let lines = Mutex<[String]>([])
      let reporter = ProgressReporter(isTerminal: true) { text in
        lines.withLock { $0.append(text) }
      }
      let config = try walks.resolve(experiment: "walk", overrides: ["pauseMilliseconds=10"])[0]
      _ = try walks.run(config, options: RunOptions(runsFolder: runs), observer: reporter)
      let shown = lines.withLock { $0 }
      #expect(
        shown.contains { $0.hasPrefix("\r\u{1B}[Kwalk ") && $0.contains("/40 · loss/distance 0.0") }
      )
      #expect(shown.contains { $0.contains(" · ETA 0:0") })
      #expect(shown.last == "\r\u{1B}[K")
      #expect(!shown.contains { $0.contains("\n") })
    }
  }
}
