import Foundation
import Storage
import TensorCore
import Testing

@testable import Datasets

struct SceneFileTests {
  static func scenes() throws -> ProceduralScenes {
    try ProceduralScenesTests.scenes {
      ($0.side, $0.train, $0.validation, $0.test) = (24, 11, 0, 3)
      ($0.leastSize, $0.mostSize, $0.leastObjects) = (5, 8, 0)
    }
  }

  @Test(arguments: [0, 1 << 30]) func aFileGivesBackTheScenes(_ memoryLimit: Int) throws {
    try withTemporaryFolder { folder in
      let scenes = try Self.scenes()
      let path = folder + "/a.h5"
      try SceneFile.write(scenes, to: path, generator: "a test")
      let set = try SceneSet(hdf5: path, .init(memoryLimit: memoryLimit))
      #expect(set.name == "scenes" && set.sourceNames == ["scenes"])
      #expect(set.height == 24 && set.width == 24)
      #expect(SceneSplit.allCases.map { set.count(of: $0) } == [11, 0, 3])
      #expect(set.hasBoxes(.train) && !set.hasBoxes(.validation))
      for (split, indices) in [(SceneSplit.train, [10, 0, 1, 2, 7, 6]), (.test, [2, 2, 0])] {
        #expect(try set.bytes(at: indices, of: split) == scenes.bytes(at: indices, of: split))
        #expect(try set.truth(at: indices, of: split) == scenes.truth(at: indices, of: split))
        #expect(set.sources(at: indices, of: split) == indices.map { _ in 0 })
      }
      #expect(try set.images(at: [3], of: .train) == scenes.batch([3]))
      let exchanged = try SceneSet(
        hdf5: path, .init(memoryLimit: memoryLimit, isBlueFirst: true))
      let (bytes, turned) = (
        try set.bytes(at: [4], of: .train), try exchanged.bytes(at: [4], of: .train)
      )
      #expect(bytes != turned)
      for start in stride(from: 0, to: bytes.count, by: 3) {
        #expect(Array(bytes[start..<(start + 3)].reversed()) == Array(turned[start..<(start + 3)]))
      }
    }
  }

  /// A small file, with one thing in it changed.
  static func error(
    format: String = "tessera-scenes", version: Int = 1, order: String = "RGB",
    images: StoredArray? = nil, boxes: StoredArray? = nil, counts: [Int32]? = [1, 2],
    masks: [UInt8]? = nil, sources: [Int32] = [0, 0], reading truths: Bool = false
  ) throws -> String {
    try withTemporaryFolder { folder in
      let path = folder + "/a.h5"
      try HDF5File.write(to: path) { (file) throws(StorageError) in
        try file.setAttribute("format", .text(format))
        try file.setAttribute("version", .array(StoredArray([version], shape: [])))
        try file.setAttribute("order", .text(order))
        let pixels = [UInt8](repeating: 7, count: 2 * 4 * 5 * 3)
        try file.write(
          images ?? StoredArray(pixels, shape: [2, 4, 5, 3]), at: "train/images")
        let four: [Float] = [0.5, 0.5, 0.2, 0.2]
        try file.write(
          boxes ?? StoredArray(four + four + four + four, shape: [2, 2, 4]), at: "train/boxes")
        if let counts {
          try file.write(
            StoredArray(shape: [counts.count], elements: .int32(counts)), at: "train/boxCounts")
        }
        if let masks { try file.write(StoredArray(masks, shape: [2, 4, 5]), at: "train/masks") }
        try file.write(
          StoredArray(shape: [sources.count], elements: .int32(sources)), at: "train/source")
      }
      let text = message {
        let set = try SceneSet(hdf5: path)
        if truths { _ = try set.truth(at: [0, 1], of: .train) }
      }
      #expect(text.isEmpty || text.hasPrefix(truths ? "a: " : path + ": "), "\(text)")
      return text
    }
  }

  @Test func whatIsWrongInAFileIsNamed() throws {
    #expect(try Self.error().isEmpty)
    #expect(try Self.error(format: "other").contains("expected tessera-scenes, found other"))
    #expect(try Self.error(version: 2).contains("attribute \"version\": expected 1"))
    #expect(try Self.error(order: "GBR").contains("expected RGB or BGR, found GBR"))
    let bytes = StoredArray([UInt8](repeating: 0, count: 40), shape: [2, 4, 5])
    #expect(
      try Self.error(images: bytes).contains(
        "\"train/images\": expected uint8 [images, height, width, 3], found uint8 [2, 4, 5]"))
    let floats = StoredArray([Float](repeating: 0, count: 120), shape: [2, 4, 5, 3])
    #expect(try Self.error(images: floats).contains("found float32 [2, 4, 5, 3]"))
    #expect(
      try Self.error(boxes: StoredArray([Float](repeating: 0.5, count: 24), shape: [3, 2, 4]))
        .contains("\"train/boxes\": expected float32 [2, 2, 4], found float32 [3, 2, 4]"))
    var numbers = [Float](repeating: 0.5, count: 16)
    numbers[8] = .nan
    #expect(
      try Self.error(boxes: StoredArray(numbers, shape: [2, 2, 4])).contains("image 1, box 0"))
    #expect(
      try Self.error(counts: nil).contains("\"train/boxCounts\": expected int32 [2], found none"))
    #expect(try Self.error(counts: [1, 3]).contains("image 1: expected 0 to 2"))
    #expect(
      try Self.error(sources: [0, 4]).contains("image 1: expected 0..<1, the sources, found 4"))
    var mask = [UInt8](repeating: 0, count: 40)
    mask[39] = 3
    #expect(
      try Self.error(masks: mask, reading: true).contains(
        "masks of train, image 1: expected 0 to 2, the image's boxes, found 3"))
  }

  @Test func aFileOfAnotherKindIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = try write("not HDF5, yet long enough to look for it", to: "a.h5", in: folder)
      #expect(message { _ = try SceneSet(hdf5: path) }.hasPrefix(path))
      #expect(message { _ = try SceneSet(hdf5: folder + "/none.h5") }.contains("none.h5"))
      try HDF5File.write(to: path) { (file) throws(StorageError) in try file.makeGroup("train") }
      #expect(message { _ = try SceneSet(hdf5: path) }.contains("attribute \"format\""))
    }
  }

  /// Extents cost a file nothing: each data set may be within bounds, and all together far beyond them.
  @Test(arguments: [[1 << 30, 4, 4, 3], [1 << 19, 4, 4, 3]])
  func extentsThatTheFileCannotHoldAreRefused(_ shape: [Int]) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/wide.h5"
      try HDF5File.write(to: path) { (file) throws(StorageError) in
        try file.setAttribute("format", .text(SceneFile.format))
        try file.setAttribute("version", .array(StoredArray([1], shape: [])))
        for split in ["train", "val", "test"] {
          try file.makeDataset(
            "\(split)/images", shape: shape, .uint8, chunk: [1, 4, 4, 3], compression: 4)
        }
      }
      let text = message { _ = try SceneSet(hdf5: path) }
      #expect(text.contains("expected at most 67108864 bytes in all"), "\(text)")
    }
  }
}
