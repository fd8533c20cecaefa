import Foundation
import TensorCore
import Testing

@testable import Datasets

struct SceneBatchesTests {
  @Test func theBatchOfAStepIsTheSameAtAnyTime() throws {
    let scenes = try ProceduralScenesTests.scenes { ($0.side, $0.train) = (24, 23) }
    let random = Philox(seed: 5)
    let batches = try SceneBatches(of: scenes, batch: 4, shuffledBy: random)
    #expect(batches.stepsPerEpoch == 5)
    let order = ArrayBatches(rowCount: 23, batch: 4, remainder: .drop, shuffledBy: random)
    var seen: [Tensor<Float>] = []
    for step in 0..<12 {
      let indices = order.indices(epoch: step / 5)[step % 5]
      #expect(batches.indices(at: step) == indices)
      seen.append(try batches.batch(at: step))
      #expect(seen[step] == scenes.batch(indices))
    }
    let resumed = try SceneBatches(of: scenes, batch: 4, shuffledBy: random)
    #expect(try resumed.batch(at: 7) == seen[7] && resumed.batch(at: 8) == seen[8])
    #expect(try resumed.batch(at: 2) == seen[2])
    #expect(Set(batches.indices(at: 0)) != Set(batches.indices(at: 5)))
    #expect(
      message { _ = try SceneBatches(of: scenes, split: .test, batch: 51, shuffledBy: nil) }
        .contains("expected at least 51 images to test, a batch, found 50"))
  }

  /// A source whose images cannot be read.
  private struct Broken: SceneSource {
    let name = "broken"
    let height = 2
    let width = 2
    func hasBoxes(_ split: SceneSplit) -> Bool { false }
    func count(of split: SceneSplit) -> Int { 9 }
    func bytes(at indices: [Int], of split: SceneSplit) throws(DatasetError) -> [UInt8] {
      if indices == [0] { return [UInt8](repeating: 0, count: 12) }
      throw .tooFewRows(path: "file \(indices)", expected: "bytes", found: 0)
    }
    func truth(at indices: [Int], of split: SceneSplit) -> [SceneTruth] { [] }
  }

  @Test func anErrorAheadOfTimeComesWithItsOwnStep() throws {
    let batches = try SceneBatches(of: Broken(), batch: 1, shuffledBy: nil)
    #expect(try batches.batch(at: 0).shape == [1, 2, 2, 3])
    #expect(message { _ = try batches.batch(at: 1) }.contains("file [1]"))
  }
}
