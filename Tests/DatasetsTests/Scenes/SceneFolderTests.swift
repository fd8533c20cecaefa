import Foundation
import Storage
import TensorCore
import Testing

@testable import Datasets

struct SceneFolderTests {
  /// A picture of one shade, to be known again.
  static func picture(_ shade: UInt8, height: Int = 6, width: Int = 6) -> Image {
    let bytes = (0..<(height * width)).flatMap { _ in [shade, shade / 2, 255 - shade] }
    return Image(height: height, width: width, channels: 3, bytes: bytes)
  }

  /// Writes pictures of the shades that file names stand for.
  static func fill(_ folder: String, _ files: [String: UInt8]) throws {
    for (name, shade) in files {
      let path = folder + "/" + name
      try FileManager.default.createDirectory(
        at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      try PNG.write(picture(shade), to: path)
    }
  }

  static func shades(_ set: SceneSet, _ split: SceneSplit) throws -> [UInt8] {
    let bytes = try set.bytes(at: Array(0..<set.count(of: split)), of: split)
    return stride(from: 0, to: bytes.count, by: set.height * set.width * 3).map { bytes[$0] }
  }

  static func makeRooms(_ folder: String) throws {
    try fill(
      folder,
      [
        "train/10-a.png": 10, "train/2-b.png": 2, "train/007-c.png": 7, "val/0-x.png": 40,
        "val/1-x.png": 41, "test/5-x.png": 50,
      ])
    try fill(folder, ["val/bb/none.png": 0])
    try write("64,32,16.5,8\n\n128, 0, 4, 4\n", to: "val/bb/bb_0.txt", in: folder)
    try write("", to: "val/bb/bb_1.txt", in: folder)
  }

  @Test(arguments: [0, 1 << 30]) func roomsAreSortedByTheirNumbers(_ memoryLimit: Int) throws {
    try withTemporaryFolder { folder in
      try Self.makeRooms(folder)
      let set = try SceneSet(rooms: folder, side: 4, .init(memoryLimit: memoryLimit))
      #expect(set.height == 4 && set.width == 4)
      #expect(try Self.shades(set, .train) == [2, 7, 10])
      #expect(try Self.shades(set, .validation) == [40, 41])
      #expect(try Self.shades(set, .test) == [50])
      #expect(set.hasBoxes(.validation) && !set.hasBoxes(.train) && !set.hasBoxes(.test))
      let truths = try set.truth(at: [0, 1], of: .validation)
      #expect(truths[0].boxes.count == 2 && truths[1].boxes.isEmpty && truths[0].mask == nil)
      #expect(
        truths[0].boxes[0]
          == SceneBox(centreX: 0.5, centreY: 0.25, width: 16.5 / 128, height: 0.0625))
      #expect(try set.truth(at: [1], of: .train) == [SceneTruth(boxes: [])])
    }
  }

  @Test func whatIsWrongWithRoomsIsNamed() throws {
    try withTemporaryFolder { folder in
      try Self.makeRooms(folder)
      func error() -> String { message { _ = try SceneSet(rooms: folder, side: 4) } }
      #expect(error().isEmpty)
      try write("64,32,16", to: "val/bb/bb_1.txt", in: folder)
      #expect(error().contains("val/bb/bb_1.txt: line 1: expected cx,cy,w,h"))
      try FileManager.default.removeItem(atPath: folder + "/val/bb/bb_1.txt")
      #expect(error().contains("val/bb/bb_1.txt: boxes: expected a file for each of 2 images"))
      try FileManager.default.removeItem(atPath: folder + "/val/bb")
      #expect(error().isEmpty)
      try Self.fill(folder, ["test/first.png": 1])
      #expect(error().contains("test/first.png: file name: expected <index>-<anything>.png"))
    }
  }

  @Test func gamesAreReadTogetherOrAlone() throws {
    try withTemporaryFolder { folder in
      try Self.fill(
        folder,
        [
          "Pong-v0/train/a.png": 2, "Pong-v0/train/b.png": 4, "Pong-v0/test/a.png": 6,
          "Asterix-v0/train/c.png": 8, "Asterix-v0/test/c.png": 9, "notes/x.png": 1,
        ])
      let joint = try SceneSet(atari: folder, side: 8)
      #expect(joint.sourceNames == ["Asterix-v0", "Pong-v0"] && joint.name == "2 games")
      #expect(joint.height == 8 && joint.width == 8)
      #expect(try Self.shades(joint, .train) == [8, 2, 4])
      #expect(joint.sources(at: [0, 1, 2], of: .train) == [0, 1, 1])
      #expect(joint.count(of: .validation) == 0 && !joint.hasBoxes(.train))
      let alone = try SceneSet(atari: folder, games: ["Pong"], side: 8)
      #expect(try Self.shades(alone, .test) == [6] && alone.name == "Pong-v0")
      let blue = try SceneSet(atari: folder, games: ["Pong"], side: 8, .init(isBlueFirst: true))
      #expect(try Self.shades(blue, .train) == [253, 251])
      #expect(
        message { _ = try SceneSet(atari: folder, games: ["Qbert"], side: 8) }.contains(
          "expected a folder Qbert or Qbert-v0, found Asterix-v0, Pong-v0"))
      // Boxes of one game of two are boxes of neither.
      for (game, count) in [("Pong", 2), ("Asterix", 1)] {
        let boxes = "\(game)-v0/train/bb"
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(boxes)", withIntermediateDirectories: true)
        for i in 0..<count { try write("64,64,8,8", to: "\(boxes)/bb_\(i).txt", in: folder) }
        let set = try SceneSet(atari: folder, side: 8)
        #expect(set.hasBoxes(.train) == (game == "Asterix"))
      }
      #expect(message { _ = try SceneSet(atari: folder + "/notes") }.contains("notes: folder"))
    }
  }

  @Test func anyFolderIsDividedByTens() throws {
    try withTemporaryFolder { folder in
      try Self.fill(
        folder, Dictionary(uniqueKeysWithValues: (10..<32).map { ("\($0).png", UInt8($0)) }))
      let set = try SceneSet(pictures: folder, fit: .none)
      #expect(set.height == 6)
      #expect(try Self.shades(set, .validation) == [18, 28])
      #expect(try Self.shades(set, .test) == [19, 29])
      #expect(set.count(of: .train) == 18)
      let all = try SceneSet(pictures: folder, fit: .square(4), split: .test)
      #expect(try Self.shades(all, .test) == (10..<32).map { UInt8($0) })
      #expect(all.count(of: .train) == 0)
    }
  }

  /// A row of shades 0, 10, … that is 6 wide and 2 high: its middle, all of it between black rows, or all of it pressed.
  @Test func picturesThatAreNoSquares() throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<12).flatMap { [UInt8](repeating: UInt8($0 % 6 * 10), count: 3) }
      try PNG.write(Image(height: 2, width: 6, channels: 3, bytes: bytes), to: folder + "/b.png")
      try Self.fill(folder, ["a.png": 7])
      func reds(_ fit: SceneFit, _ place: Int = 1) throws -> [UInt8] {
        let set = try SceneSet(pictures: folder, fit: fit, split: .test)
        #expect(set.misfitCount == 1 && set.count(of: .test) == 2)
        #expect(set.fileNames(at: [1, 0], of: .test) == ["b.png", "a.png"])
        let bytes = try set.bytes(at: [place], of: .test)
        return stride(from: 0, to: bytes.count, by: 3).map { bytes[$0] }
      }
      #expect(try reds(.croppedSquare(2)) == [20, 30, 20, 30])
      let black = [UInt8](repeating: 0, count: 12)
      let row: [UInt8] = [0, 10, 20, 30, 40, 50]
      #expect(try reds(.paddedSquare(6)) == black + row + row + black)
      #expect(try reds(.square(6)).prefix(6) == row.prefix(6))
      // Squares are the same in every way.
      for fit in [SceneFit.croppedSquare(6), .paddedSquare(6), .square(6)] {
        #expect(try reds(fit, 0) == [UInt8](repeating: 7, count: 36))
        #expect(fit.size(height: 2, width: 6) == (6, 6))
      }
    }
    let memory = SceneSet(name: "mine", pictures: [Self.picture(3)])
    #expect(memory.misfitCount == 0 && memory.fileNames(at: [0], of: .test) == nil)
  }

  @Test func damagedAndMissizedAndMissingFilesAreNamed() throws {
    try withTemporaryFolder { folder in
      func error(_ fit: SceneFit = .none, _ memoryLimit: Int = 1 << 20) -> String {
        message {
          let set = try SceneSet(pictures: folder, fit: fit, .init(memoryLimit: memoryLimit))
          _ = try set.bytes(at: [2, 1], of: .train)
        }
      }
      #expect(error().contains("expected pictures (*.png), found none"))
      try Self.fill(folder, ["a.png": 1, "b.png": 2, "c.png": 3])
      #expect(error().isEmpty)
      try PNG.write(Self.picture(9, width: 7), to: folder + "/d.png")
      #expect(error().contains("d.png: size: expected 6 x 6 as the first image has, found 7 x 6"))
      #expect(error(.square(5)).isEmpty)
      #expect(error(.shorterSide(6)).contains("d.png: size"))
      try FileManager.default.removeItem(atPath: folder + "/d.png")
      let whole = PNG.encode(Self.picture(3))
      try AtomicFile.write(Array(whole.prefix(whole.count / 2)), to: folder + "/c.png")
      // At once, and as it is asked for.
      #expect(error().contains("c.png: truncated"))
      #expect(error(.none, 0).contains("c.png: truncated"))
      try AtomicFile.write("<html>", to: folder + "/b.png")
      #expect(error().contains("b.png: malformed: PNG, signature"))
    }
    #expect(
      message { _ = try SceneSet(pictures: "/nowhere", fit: .none) }.contains("no such folder"))
  }

  @Test func whatWeWriteIsReadBack() throws {
    try withTemporaryFolder { folder in
      let scenes = try ProceduralScenesTests.scenes {
        ($0.side, $0.train, $0.validation, $0.test) = (24, 12, 2, 0)
        ($0.leastSize, $0.mostSize, $0.leastObjects) = (5, 8, 0)
      }
      try SceneFile.writePictures(of: scenes, to: folder + "/set")
      let set = try SceneSet(rooms: folder + "/set", side: 24)
      for (split, count) in [(SceneSplit.train, 12), (.validation, 2)] {
        let all = Array(0..<count)
        #expect(set.count(of: split) == count)
        #expect(try set.bytes(at: all, of: split) == scenes.bytes(at: all, of: split))
        let boxes = scenes.truth(at: all, of: split).map(\.boxes)
        #expect(try set.truth(at: all, of: split).map(\.boxes) == boxes)
      }
      #expect(
        message { try SceneFile.writePictures(of: scenes, to: "/proc/nowhere") }.contains(
          "cannot write"))
    }
  }

  @Test func picturesInMemoryAreASet() throws {
    let set = SceneSet(name: "mine", pictures: [Self.picture(3), Self.picture(4)])
    #expect(try Self.shades(set, .test) == [3, 4])
    #expect(try set.images(at: [1], of: .test).shape == [1, 6, 6, 3])
  }
}
