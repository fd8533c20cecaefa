import Datasets
import TensorCore
import Testing

@Suite struct SpriteSwapTests {
  @Test func aSpriteWithItsOwnShapeIsItself() throws {
    let set = try ImageSource.spriteTwin.load(
      in: [], side: 32, channels: 1, counts: (12, 3, 3), seed: 2
    ).train
    let shapes = try #require(set.labels["shape"])
    for row in 0..<set.count {
      let same = try #require(set.sprites(withShape: shapes[row], of: [row]))
      #expect(same == set.images([row]))
      let other = try #require(set.sprites(withShape: (shapes[row] + 1) % 3, of: [row]))
      #expect(other != same)
    }
  }

  @Test func otherImagesHaveNoSwap() throws {
    let digits = try ImageSource.digitTwin.load(
      in: [], side: 32, channels: 1, counts: (4, 2, 2), seed: 2
    ).train
    #expect(digits.sprites(withShape: 0, of: [0]) == nil)
  }
}
