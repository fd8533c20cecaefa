import Testing

/// Both experiments on images, with generated digits, killed again and again, through the built program.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built"))
struct InterruptedImagesTests {
  /// A max-step every third step: most kills come between two, and the slices must come back.
  private static let shared = """
    seed: 3
    model: {representation: 4, widthDivisor: 16}
    epochs: 8
    batchSize: 8
    decayEpoch: 6
    logEvery: 1
    fit: {every: 3, sampleSize: 20}
    slice: {count: 3}
    inner: {passes: 2}
    evaluation: {trainCount: 50, passes: 2, twoSidedPasses: 2, slices: 3, permutations: 20, pictures: 2}
    """

  private static let disentangling = KilledRun(
    config: """
      experiment: disentangling
      data: {source: digitTwin, label: digit, channels: 1, train: 24, validation: 2, test: 40}
      \(shared)
      """, rows: 24, files: ["figures/swaps.png", "figures/traversals.png", "figures/scatter.png"])

  private static let adaptation = KilledRun(
    config: """
      experiment: adaptation
      data: {source: digitTwin, target: digitTwinShifted, label: digit, train: 24, test: 40, augments: true}
      \(shared)
      """, rows: 24, files: ["figures/predictions.png", "figures/scatter.png"])

  @Test func aDisentanglingRunEndsWithTheSameBits() throws {
    try Self.disentangling.endsWithTheSameBits()
  }

  @Test func anAdaptationRunEndsWithTheSameBits() throws {
    try Self.adaptation.endsWithTheSameBits()
  }
}
