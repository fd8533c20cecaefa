import Testing

@testable import Datasets

/// A file that the rooms' Python program wrote, read here: `Datasets/rooms/fixture/small.h5`.
struct RoomsFixtureTests {
  private static let side = 32

  @Test func whatPythonWroteIsRead() throws {
    let set = try SceneSet(hdf5: SharedData.packageRoot + "/Datasets/rooms/fixture/small.h5")
    #expect(set.name == "rooms-small" && set.sourceNames == ["rooms-small"])
    #expect(set.height == Self.side && set.width == Self.side)
    #expect(SceneSplit.allCases.map { set.count(of: $0) } == [6, 2, 2])
    for split in SceneSplit.allCases {
      let indices = Array(0..<set.count(of: split))
      #expect(Set(try set.bytes(at: indices, of: split)).count > 50)
      for truth in try set.truth(at: indices, of: split) {
        #expect(4...8 ~= truth.boxes.count)
        let mask = try #require(truth.mask)
        for (index, box) in truth.boxes.enumerated() {
          try expect(box, holds: UInt8(index + 1), of: mask)
        }
      }
    }
  }

  /// A box was drawn at twice the side, so that it ends within a pixel of its object's mask.
  private func expect(_ box: SceneBox, holds value: UInt8, of mask: [UInt8]) throws {
    let pixels = mask.indices.filter { mask[$0] == value }
    let (columns, rows) = (pixels.map { $0 % Self.side }, pixels.map { $0 / Self.side })
    let found = [
      try #require(columns.min()), try #require(rows.min()), columns.max()! + 1, rows.max()! + 1,
    ].map(Float.init)
    let stated = [
      box.centreX - box.width / 2, box.centreY - box.height / 2, box.centreX + box.width / 2,
      box.centreY + box.height / 2,
    ].map { $0 * Float(Self.side) }
    for (one, other) in zip(found, stated) { #expect(abs(one - other) <= 1) }
  }
}
