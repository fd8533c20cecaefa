import Foundation
import Testing
import Trials

/// A real experiment on generated data, interrupted in every way, through the built program.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built"))
struct InterruptedRunTests {
  private static let run = KilledRun(
    config: """
      experiment: fairness
      data: {source: adult-twin, rows: 400}
      model: {hidden: 16, representation: 8, predictor: 8}
      epochs: 40
      slice: {count: 10}
      evaluation: {passes: 4, twoSidedPasses: 4, permutations: 20, bootstrap: 20}
      """, rows: 40, kills: 8, lives: 10, rounds: 16, moments: 0...0.5)

  @Test func endsWithTheSameBitsAfterManyKills() throws { try Self.run.endsWithTheSameBits() }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU])
  func savesOnSignal(_ signal: Int32) throws {
    try Program.withFolder { folder in
      #expect(try Program.run(Self.run.arguments(folder, "whole")).code == 0)
      // Long enough not to be over: the signal comes once the first step is logged.
      let long = try Self.run.arguments(folder, "parts", "epochs=100000")
      let ending = try Program.run(long, signal: signal, after: 1_500_000)
      #expect(ending.code == 128 + signal && !ending.wasKilled, "\(ending)")
      #expect(ending.error.contains("the state is saved, the same command resumes"))
      let run = try KilledRun.only(folder, "parts")
      let record = try run.record()
      #expect(record.status == .interrupted && record.step > 0)
      #expect(try run.metrics().count == record.step)
    }
  }

  @Test func refusesSecondRunInOneFolder() throws {
    try Program.withFolder { folder in
      let long = try Self.run.arguments(folder, "runs", "epochs=100000")
      let first = Process()
      first.executableURL = URL(fileURLWithPath: Program.path)
      first.arguments = long
      first.standardError = FileHandle.nullDevice
      try first.run()
      defer {
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
      }
      for _ in 0..<200 where RunFolder.all(in: folder + "/runs").isEmpty { usleep(50_000) }
      let ending = try Program.run(long)
      #expect(ending.code == 1, "\(ending)")
      #expect(ending.error.contains("found it in use by process \(first.processIdentifier)"))
      #expect(try KilledRun.only(folder, "runs").record().pid == Int(first.processIdentifier))
    }
  }

  @Test func printsResultOfDoneRun() throws {
    try Program.withFolder { folder in
      let once = try Program.run(Self.run.arguments(folder, "runs", "epochs=2"))
      let again = try Program.run(Self.run.arguments(folder, "runs", "epochs=2"))
      #expect(once.code == 0 && again.code == 0)
      #expect(once.output == again.output)
      #expect(once.output.hasPrefix(try KilledRun.only(folder, "runs").path + "\n"))
    }
  }

  @Test func runsSweepOnSeveralThreads() throws {
    try Program.withFolder { folder in
      let swept = try Program.run(
        Self.run.arguments(folder, "sweep", "epochs=3", "seed=0,1,2", "threads=2", "--json"))
      #expect(swept.code == 0, "\(swept)")
      let rows = try JSONSerialization.jsonObject(with: Data(swept.output.utf8)) as? [[String: Any]]
      #expect(rows?.map { $0["label"] as? String } == ["seed=0", "seed=1", "seed=2"])
      #expect(try Program.run(Self.run.arguments(folder, "one", "epochs=3", "seed=1")).code == 0)
      let one = try KilledRun.only(folder, "one")
      let same = RunFolder.all(in: folder + "/sweep").first {
        $0.path.split(separator: "/").last == one.path.split(separator: "/").last
      }
      try Self.run.expectSame(try #require(same), one, "seed 1")
      let lines = swept.error.split(separator: "\n")
      #expect(lines.filter { $0.contains(": done in ") }.count == 3)
    }
  }
}
