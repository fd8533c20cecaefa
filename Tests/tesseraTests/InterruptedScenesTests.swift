import Foundation
import Testing
import Trials

/// A small scene model, killed again and again, through the built program.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built"))
struct InterruptedScenesTests {
  private static let config = """
    experiment: scenes
    seed: 3
    data:
      procedural: {side: 32, train: 20, validation: 4, test: 5, leastSize: 6, mostSize: 10}
    model: {side: 32, grid: 4, glimpse: 8, widthDivisor: 4, components: 2}
    batchSize: 3
    steps: 24
    logEvery: 1
    evaluation: {every: 6, validationCount: 4, testCount: 5, batchSize: 2, pictures: 2}
    health: {step: 4}
    """

  private func arguments(_ folder: String, _ runs: String, _ more: String...) throws -> [String] {
    let path = folder + "/config.yaml"
    try Data(Self.config.utf8).write(to: URL(fileURLWithPath: path))
    return ["run", path, "--runs", folder + "/" + runs, "--checkpoint-every", "1"] + more
  }

  /// Kills hit at any moment, also while a state is written; each life works on another number of threads.
  @Test func endsWithTheSameBitsAfterKills() throws {
    try Program.withFolder { folder in
      let start = ContinuousClock.now
      #expect(try Program.run(arguments(folder, "whole")).code == 0)
      let length = (ContinuousClock.now - start) / Duration.microseconds(1)
      let whole = try #require(RunFolder.all(in: folder + "/whole").first)
      #expect(try whole.metrics().count == 24)
      var kills = 0
      for round in 0..<12 where kills < 3 {
        let runs = "parts-\(round)"
        for life in 0..<4 {
          let ending = try Program.run(
            arguments(folder, runs, "threads=\(1 + life % 2)"), signal: SIGKILL,
            after: UInt32(Double.random(in: 0.2...0.8) * length / Double(1 + round / 2)))
          if ending.wasKilled { kills += 1 } else { break }
        }
        #expect(try Program.run(arguments(folder, runs, "threads=2")).code == 0)
        let parts = try #require(RunFolder.all(in: folder + "/" + runs).first)
        let (a, b) = (try parts.metrics(), try whole.metrics())
        #expect(a.map(\.step) == b.map(\.step))
        #expect(
          a.map { $0.values.map(\.value.bitPattern) } == b.map { $0.values.map(\.value.bitPattern) }
        )
        var results = (try #require(try parts.result()), try #require(try whole.result()))
        (results.0.seconds, results.1.seconds) = (0, 0)
        #expect(results.0 == results.1)
        for file in ["detections.jsonl", "figures/panels.png", "figures/samples.png"] {
          let (one, other) = (parts.file(file), whole.file(file))
          #expect(
            try Data(contentsOf: URL(fileURLWithPath: one))
              == Data(contentsOf: URL(fileURLWithPath: other)), "\(file)")
        }
      }
      #expect(kills >= 3, "only \(kills) kills hit a living run")
    }
  }
}
