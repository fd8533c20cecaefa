import Testing

/// A small scene model, killed again and again, through the built program.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built"))
struct InterruptedScenesTests {
  private static let run = KilledRun(
    config: """
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
      """, rows: 24,
    files: ["detections.jsonl", "figures/panels.png", "figures/samples.png"])

  @Test func endsWithTheSameBitsAfterKills() throws { try Self.run.endsWithTheSameBits() }
}
