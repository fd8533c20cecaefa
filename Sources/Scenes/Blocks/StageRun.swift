/// Neighbouring stages of a stack that go through the same groups of samples.
struct StageRun: Sendable {
  let stages: Range<Int>
  let groups: [Range<Int>]

  /// The numbers of a group's largest activation: a quarter of a megabyte in single precision where an image has pixels
  /// enough for a product at full speed, a megabyte where it has few.
  private static let many = 1 << 16, few = 1 << 18
  private static let fewPixels = 256

  /// The runs for stages of these extents (the pixels of a sample's output, and the numbers of its larger side).
  static func all(_ extents: [(pixels: Int, numbers: Int)], batch: Int) -> [StageRun] {
    let sizes = extents.map {
      min(batch, max(1, ($0.pixels < fewPixels ? few : many) / $0.numbers))
    }
    var runs: [(stages: Range<Int>, size: Int)] = []
    for (stage, size) in sizes.enumerated() {
      // A cut between runs costs a pass over the memory: neighbours of nearly one size go together.
      if let last = runs.last, max(size, last.size) <= 2 * min(size, last.size) {
        runs[runs.count - 1] = (last.stages.lowerBound..<stage + 1, min(size, last.size))
      } else {
        runs.append((stage..<stage + 1, size))
      }
    }
    return runs.map { run in
      StageRun(stages: run.stages, groups: Array(Partition(of: batch, atMost: run.size)))
    }
  }
}
