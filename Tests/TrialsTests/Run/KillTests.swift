import Foundation
import Storage
import Testing

@testable import Trials

/// Kills a process that runs the walk, at moments spread over its whole life, and lets the next one go on.
@Suite(.serialized) struct KillTests {
  private static func config() throws -> ResolvedConfig {
    try walks.resolve(experiment: "walk", overrides: ["pauseMilliseconds=1"])[0]
  }

  private static func options(_ runs: String) -> RunOptions {
    RunOptions(
      runsFolder: runs, cadence: .steps(1), environment: RunEnvironment(dataDirectories: []),
      pendingSignal: { nil })
  }

  /// Each life of the run is a child process that ends itself after `microseconds`, wherever it is then.
  private static func live(_ runs: String, microseconds: UInt32) async {
    await #expect(processExitsWith: .signal(SIGKILL)) { [runs, microseconds] in
      Thread.detachNewThread {
        usleep(microseconds)
        kill(getpid(), SIGKILL)
      }
      _ = try? Runner.run(Walk.self, config: KillTests.config(), options: KillTests.options(runs))
      // Done before its time: the kill still comes.
      while true { sleep(1) }
    }
  }

  @Test func resumesToTheSameBitsAfterManyKills() async throws {
    let folder = NSTemporaryDirectory() + "tessera-kill-\(UInt64.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let config = try KillTests.config()
    let whole = try walks.run(config, options: KillTests.options(folder + "/whole"))
    var resumes = 0
    var generator = SystemRandomNumberGenerator()
    for round in 0..<4 {
      let runs = "\(folder)/\(round)"
      for _ in 0..<8 {
        await KillTests.live(runs, microseconds: .random(in: 500...120_000, using: &generator))
      }
      let last = try walks.run(config, options: KillTests.options(runs))
      if last.resumedAt != nil || last.wasDone { resumes += 1 }
      expectSame(last.folder, whole.folder)
      #expect(last.folder.isDone)
    }
    #expect(resumes > 0, "no kill left anything to resume; the walk is too short or too long")
  }
}
