import Foundation
import Testing

@testable import Trials

@Suite(.serialized) struct SignalTests {
  private static func config() throws -> ResolvedConfig {
    try walks.resolve(experiment: "walk", overrides: ["pauseMilliseconds=5"])[0]
  }

  /// A child that runs the walk, gets `signal` on the way and ends as the command line does.
  private static func live(_ runs: String, signal: Int32, sweep: Bool) async {
    await #expect(processExitsWith: .exitCode(128 + signal)) { [runs, signal, sweep] in
      SignalTrap.install()
      Thread.detachNewThread {
        usleep(60_000)
        kill(getpid(), signal)
      }
      let configs =
        sweep
        ? try walks.resolve(experiment: "walk", overrides: ["pauseMilliseconds=5", "seed=0,1,2,3"])
        : [try SignalTests.config()]
      let outcomes = Sweep.run(
        configs, registry: walks,
        options: RunOptions(runsFolder: runs, environment: RunEnvironment(dataDirectories: [])),
        threads: 2)
      for case .failure(let error) in outcomes { exit(ExitStatus.code(for: error)) }
      exit(0)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM]) func savesAndResumes(_ signal: Int32) async throws {
    let folder = NSTemporaryDirectory() + "tessera-signal-\(UInt64.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let config = try SignalTests.config()
    await SignalTests.live(folder + "/parts", signal: signal, sweep: false)
    let run = RunFolder(of: config, in: folder + "/parts")
    let record = try run.record()
    #expect(record.status == .interrupted)
    #expect(record.step > 0 && record.step < 40, "\(record.step)")
    #expect(try run.metrics().count == record.step)
    let options = RunOptions(runsFolder: folder + "/parts", pendingSignal: { nil })
    let rest = try walks.run(config, options: options)
    #expect(rest.resumedAt == record.step)
    let whole = try walks.run(
      config, options: RunOptions(runsFolder: folder + "/whole", pendingSignal: { nil }))
    expectSame(rest.folder, whole.folder)
  }

  @Test func stopsSweep() async throws {
    let folder = NSTemporaryDirectory() + "tessera-signal-\(UInt64.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    await SignalTests.live(folder, signal: SIGTERM, sweep: true)
    let records = try RunFolder.all(in: folder).map { try $0.record() }
    #expect(records.count == 2 && records.allSatisfy { $0.status == .interrupted })
  }
}
