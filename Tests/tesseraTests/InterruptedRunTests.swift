import Foundation
import Testing
import Trials

/// A real experiment on generated data, interrupted in every way, through the built program.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built"))
struct InterruptedRunTests {
  private static let config = """
    experiment: fairness
    data: {source: adult-twin, rows: 400}
    model: {hidden: 16, representation: 8, predictor: 8}
    epochs: 40
    slice: {count: 10}
    evaluation: {passes: 4, twoSidedPasses: 4, permutations: 20, bootstrap: 20}
    """

  private func arguments(_ folder: String, _ runs: String, _ more: String...) throws -> [String] {
    let path = folder + "/config.yaml"
    try Data(InterruptedRunTests.config.utf8).write(to: URL(fileURLWithPath: path))
    return ["run", path, "--runs", folder + "/" + runs, "--checkpoint-every", "1"] + more
  }

  private func only(_ folder: String, _ runs: String) throws -> RunFolder {
    let all = RunFolder.all(in: folder + "/" + runs)
    try #require(all.count == 1)
    return all[0]
  }

  private func expectSame(_ one: RunFolder, _ other: RunFolder, _ comment: Comment) throws {
    let (a, b) = (try one.metrics(), try other.metrics())
    #expect(a.map(\.step) == b.map(\.step), comment)
    #expect(
      a.map { $0.values.map(\.value.bitPattern) } == b.map { $0.values.map(\.value.bitPattern) },
      comment)
    var results = (try #require(try one.result()), try #require(try other.result()))
    (results.0.seconds, results.1.seconds) = (0, 0)
    #expect(results.0 == results.1, comment)
  }

  /// The lives of one run: each is killed at a random moment and works on another number of threads.
  @Test func endsWithTheSameBitsAfterManyKills() throws {
    try Program.withFolder { folder in
      let start = ContinuousClock.now
      #expect(try Program.run(arguments(folder, "whole")).code == 0)
      let length = (ContinuousClock.now - start) / Duration.microseconds(1)
      let whole = try only(folder, "whole")
      #expect(try whole.metrics().count == 40)
      // How long a run takes depends on what else the machine does, so rounds go on, with shorter lives, until enough
      // kills have hit a living run.
      var kills = 0
      var round = 0
      while kills < 8 && round < 16 {
        defer { round += 1 }
        let longest = length / Double(2 + round)
        for life in 0..<10 {
          let ending = try Program.run(
            arguments(folder, "\(round)", "threads=\(1 + life % 2)"), signal: SIGKILL,
            after: UInt32(Double.random(in: 0...longest)))
          if ending.wasKilled { kills += 1 } else { break }
        }
        #expect(try Program.run(arguments(folder, "\(round)", "threads=2")).code == 0)
        try expectSame(only(folder, "\(round)"), whole, "round \(round)")
      }
      #expect(kills >= 8, "only \(kills) kills hit a living run")
    }
  }

  @Test(arguments: [SIGINT, SIGTERM]) func savesOnSignal(_ signal: Int32) throws {
    try Program.withFolder { folder in
      #expect(try Program.run(arguments(folder, "whole")).code == 0)
      // Long enough not to be over: the signal comes once the first step is logged.
      let long = try arguments(folder, "parts", "epochs=100000")
      let ending = try Program.run(long, signal: signal, after: 1_500_000)
      #expect(ending.code == 128 + signal && !ending.wasKilled, "\(ending)")
      #expect(ending.error.contains("the state is saved, the same command resumes"))
      let run = try only(folder, "parts")
      let record = try run.record()
      #expect(record.status == .interrupted && record.step > 0)
      #expect(try run.metrics().count == record.step)
    }
  }

  @Test func refusesSecondRunInOneFolder() throws {
    try Program.withFolder { folder in
      let long = try arguments(folder, "runs", "epochs=100000")
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
      #expect(try only(folder, "runs").record().pid == Int(first.processIdentifier))
    }
  }

  @Test func printsResultOfDoneRun() throws {
    try Program.withFolder { folder in
      let once = try Program.run(arguments(folder, "runs", "epochs=2"))
      let again = try Program.run(arguments(folder, "runs", "epochs=2"))
      #expect(once.code == 0 && again.code == 0)
      #expect(once.output == again.output)
      #expect(once.output.hasPrefix(try only(folder, "runs").path + "\n"))
    }
  }

  @Test func runsSweepOnSeveralThreads() throws {
    try Program.withFolder { folder in
      let swept = try Program.run(
        arguments(folder, "sweep", "epochs=3", "seed=0,1,2", "threads=2", "--json"))
      #expect(swept.code == 0, "\(swept)")
      let rows = try JSONSerialization.jsonObject(with: Data(swept.output.utf8)) as? [[String: Any]]
      #expect(rows?.map { $0["label"] as? String } == ["seed=0", "seed=1", "seed=2"])
      #expect(try Program.run(arguments(folder, "one", "epochs=3", "seed=1")).code == 0)
      let one = try only(folder, "one")
      let same = RunFolder.all(in: folder + "/sweep").first {
        $0.path.split(separator: "/").last == one.path.split(separator: "/").last
      }
      try expectSame(try #require(same), one, "seed 1")
      let lines = swept.error.split(separator: "\n")
      #expect(lines.filter { $0.contains(": done in ") }.count == 3)
    }
  }
}
