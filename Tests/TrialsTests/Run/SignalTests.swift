import Datasets
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

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGUSR1]) func savesAndResumes(_ signal: Int32)
    async throws
  {
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

  /// Before there is anything to save, a signal ends the process at once; so it does behind a run.
  @Test(arguments: SignalTrap.signals) func endsAtOnceWhereNothingIsUnderWay(_ signal: Int32) async
  {
    let ended = await #expect(
      processExitsWith: .exitCode(128 + signal), observing: [\.standardErrorContent]
    ) { [signal] in
      SignalTrap.install()
      SignalTrap.hold()
      SignalTrap.release()
      kill(getpid(), signal)
      sleep(5)
      exit(0)
    }
    let text = String(decoding: ended?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("tessera: stopped by \(SignalName.of(signal))"))
  }

  @Test func notesTheFirstOfManyWhileARunIsHeld() async {
    await #expect(processExitsWith: .exitCode(7)) {
      SignalTrap.install()
      SignalTrap.hold()
      for signal in [SIGHUP, SIGTERM, SIGTERM, SIGUSR1, SIGINT] where signal != SIGINT {
        kill(getpid(), signal)
        usleep(20_000)
      }
      exit(SignalTrap.pending == SIGHUP ? 7 : 8)
    }
    await #expect(processExitsWith: .exitCode(128 + SIGINT)) {
      SignalTrap.install()
      SignalTrap.hold()
      kill(getpid(), SIGTERM)
      usleep(20_000)
      kill(getpid(), SIGINT)
      sleep(5)
      exit(0)
    }
  }

  @Test func leavesAnIgnoredHangUpIgnored() async {
    await #expect(processExitsWith: .exitCode(7)) {
      signal(SIGHUP, SIG_IGN)
      SignalTrap.install()
      kill(getpid(), SIGHUP)
      usleep(50_000)
      exit(SignalTrap.pending == nil ? 7 : 8)
    }
  }

  private static func beginAfterSignal(_ runs: String) async {
    await #expect(processExitsWith: .exitCode(128 + SIGUSR1)) { [runs] in
      SignalTrap.install()
      SignalTrap.hold()
      kill(getpid(), SIGUSR1)
      usleep(20_000)
      let outcome = Result {
        try walks.run(SignalTests.config(), options: RunOptions(runsFolder: runs))
      }
      if case .failure(let error) = outcome { exit(ExitStatus.code(for: error)) }
      exit(0)
    }
  }

  /// A run that was held back by another one of its sweep ends before it has begun.
  @Test func beginsNothingAfterASignal() async throws {
    let folder = NSTemporaryDirectory() + "tessera-signal-\(UInt64.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    await SignalTests.beginAfterSignal(folder)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test func stopsSweep() async throws {
    let folder = NSTemporaryDirectory() + "tessera-signal-\(UInt64.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    await SignalTests.live(folder, signal: SIGTERM, sweep: true)
    let records = try RunFolder.all(in: folder).map { try $0.record() }
    #expect(records.count == 2 && records.allSatisfy { $0.status == .interrupted })
  }
}
