import Foundation
import Testing

@testable import Attention

@Suite struct AttentionTilingTests {
  @Test func sizesFollowFromTheCaches() {
    for (width, half, keys) in [
      (64, false, 512), (128, false, 512), (256, false, 256), (128, true, 512), (1, false, 512),
    ] {
      let tiling = AttentionTiling.forCaches(.usual, width: width, half: half)
      #expect(tiling == AttentionTiling(queryBlock: 384, keyBlock: keys))
    }
    let small = DataCaches(firstLevel: 16 << 10, secondLevel: 128 << 10)
    #expect(AttentionTiling.forCaches(small, width: 128, half: false).keyBlock == 64)
    #expect(AttentionTiling.forCaches(small, width: 16, half: true).keyBlock == 256)
  }

  @Test func cachesAreReadAsLinuxWritesThem() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (index, (level, kind, size)) in [
      ("1", "Data", "48K"), ("1", "Instruction", "64K"), ("2", "Unified", "2M"),
      ("3", "Unified", "36M"),
    ].enumerated() {
      let place = folder.appending(path: "index\(index)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for (name, text) in [("level", level), ("type", kind), ("size", size)] {
        try Data("\(text)\n".utf8).write(to: place.appending(path: name))
      }
    }
    #expect(
      DataCaches.reading(folder: folder.path)
        == DataCaches(firstLevel: 48 << 10, secondLevel: 2 << 20))
    #expect(DataCaches.reading(folder: folder.path + "/none") == .usual)
  }

  @Test func blocksHoldWholePanels() {
    let tiling = AttentionTiling(queryBlock: 7, keyBlock: 100)
    #expect(tiling.checked(keys: 1000).keyBlock == 128)
    #expect(tiling.checked(keys: 65).keyBlock == 128)
    #expect(tiling.checked(keys: 3).keyBlock == 64)
    #expect(tiling.checked(keys: 0).keyBlock == 64)
  }

  @Test(arguments: [16, 64, 128, 256])
  func tilesOfTheBackwardPassFitTheSecondLevel(padded: Int) {
    let tiling = BackwardTiling(padded: padded, tiling: nil, caches: .usual)
    #expect(tiling.keyBlock % 6 == 0 && tiling.queryBlock % 64 == 0 && tiling.queryBlock % 6 == 0)
    #expect(tiling.keyBlock >= 48)
    let given = BackwardTiling(
      padded: padded, tiling: AttentionTiling(queryBlock: 200, keyBlock: 100))
    #expect(given.keyBlock == 96 && given.queryBlock == 384)
  }
}
