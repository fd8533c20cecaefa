import Foundation
import Storage
import Testing

@testable import Datasets

/// Folders as people have them: classes, other words for splits, names of any bytes, what systems leave behind.
struct SceneFolderLayoutTests {
  private static func fill(_ folder: String, _ files: [String]) throws {
    try SceneFolderTests.fill(
      folder, Dictionary(uniqueKeysWithValues: files.enumerated().map { ($1, UInt8($0 + 1)) }))
  }

  /// The notes, but for the one that the fixtures' pictures are of one colour.
  private static func notes(_ set: SceneSet) -> [String] {
    set.notes.filter { !$0.contains("of one colour each") }
  }

  private static func error(_ folder: String) -> String {
    message { _ = try SceneSet(pictures: folder, fit: .none) }
  }

  @Test func classFoldersAreNamed() throws {
    try withTemporaryFolder { folder in
      try Self.fill(folder, ["cat/1.png", "cat/2.png", "dog/1.png", "__MACOSX/dog/._1.png"])
      let text = Self.error(folder)
      #expect(
        text.contains("found none in it, but 3 in folders inside: cat (2), dog (1)"), "\(text)")
      #expect(text.contains("name one of these folders"))
      let one = try SceneSet(pictures: folder + "/cat", fit: .none)
      #expect(one.count(of: .train) == 2)
    }
  }

  @Test func foldersBelowThoseOfSplitsAreNamed() throws {
    try withTemporaryFolder { folder in
      try Self.fill(folder, ["train/a/1.png", "train/b/1.png", "test/a/1.png"])
      let text = Self.error(folder)
      #expect(text.contains("3 in folders inside"), "\(text)")
      #expect(text.contains("train/a (1), train/b (1)") && text.contains("test/a (1)"), "\(text)")
    }
  }

  @Test(arguments: ["Train", "TRAIN", "training"]) func splitsInAnyLetters(_ name: String) throws {
    try withTemporaryFolder { folder in
      try Self.fill(folder, ["\(name)/1.png", "\(name)/2.png", "Test/1.png"])
      let set = try SceneSet(pictures: folder, fit: .none)
      #expect(set.count(of: .train) == 2 && set.count(of: .test) == 1)
      #expect(Self.notes(set).isEmpty, "\(set.notes)")
    }
  }

  @Test(arguments: ["val", "valid", "dev", "validation", "Val"])
  func otherWordsForValidation(_ name: String) throws {
    try withTemporaryFolder { folder in
      try Self.fill(folder, ["train/1.png", "\(name)/2-a.png", "train/3.png"])
      #expect(try SceneSet(pictures: folder, fit: .none).count(of: .validation) == 1)
      try FileManager.default.createDirectory(
        atPath: folder + "/game", withIntermediateDirectories: true)
      for split in ["train", name] {
        try FileManager.default.moveItem(
          atPath: "\(folder)/\(split)", toPath: "\(folder)/game/\(split)")
      }
      #expect(try SceneSet(rooms: folder + "/game", side: 6).count(of: .validation) == 1)
      #expect(try SceneSet(atari: folder, side: 6).count(of: .validation) == 1)
    }
  }

  @Test func twoFoldersForOneSplitAreRefused() throws {
    try withTemporaryFolder { folder in
      try Self.fill(folder, ["train/1.png", "val/2.png", "valid/3.png"])
      #expect(
        Self.error(folder).contains(
          "expected one that is called after validation, found val and valid; give one"))
    }
  }

  @Test func picturesThatAreNotReadAreNoted() throws {
    try withTemporaryFolder { folder in
      try Self.fill(folder, ["1.png", "2.png", "old/3.png", "old/4.png"])
      #expect(
        try Self.notes(SceneSet(pictures: folder, fit: .none)) == [
          "pictures in folders inside are not read: old (2)"
        ])
      try Self.fill(folder, ["train/5.png", "train/more/6.png"])
      let set = try SceneSet(pictures: folder, fit: .none)
      #expect(set.count(of: .train) == 1)
      #expect(
        Self.notes(set) == [
          "2 pictures beside the folders train are not read",
          "pictures in other folders are not read: old (2), train/more (1)",
        ])
    }
  }

  @Test func whatSystemsLeaveBehindIsPassedOver() throws {
    try withTemporaryFolder { folder in
      try Self.fill(folder, ["1.png", "2.png"])
      for name in ["._1.png", ".DS_Store", "Thumbs.db", "desktop.ini"] {
        try AtomicFile.write("junk", to: "\(folder)/\(name)")
      }
      try Self.fill(folder, [".ipynb_checkpoints/1.png", "__MACOSX/1.png"])
      let set = try SceneSet(pictures: folder, fit: .none)
      #expect(set.count(of: .train) == 2 && Self.notes(set).isEmpty, "\(set.notes)")
    }
  }

  @Test func namesOfAnyBytes() throws {
    try withTemporaryFolder { folder in
      let names: [[UInt8]] = [
        [0x63, 0xe9, 0x2e] + Array("png".utf8), Array("two\nlines.png".utf8),
        Array("with space.png".utf8), Array("🐈.png".utf8), Array("A.PNG".utf8),
        Array("a.png".utf8), [UInt8](repeating: 0x78, count: 240) + Array(".png".utf8),
        [0xff, 0xfe] + Array(".png".utf8), Array("\u{10ff41}.png".utf8),
      ]
      for (place, name) in names.enumerated() {
        let bytes = PNG.encode(SceneFolderTests.picture(UInt8(place + 1)))
        let path = Array(folder.utf8) + [0x2f] + name + [0]
        let file = path.withUnsafeBytes { raw in
          fopen(raw.baseAddress!.assumingMemoryBound(to: CChar.self), "w")
        }
        let opened = try #require(file)
        #expect(fwrite(bytes, 1, bytes.count, opened) == bytes.count)
        fclose(opened)
      }
      let set = try SceneSet(pictures: folder, fit: .none, split: .test)
      #expect(set.count(of: .test) == names.count)
      #expect(Set(try SceneFolderTests.shades(set, .test)) == Set(1...UInt8(names.count)))
      let shown = try #require(set.fileNames(at: Array(0..<names.count), of: .test))
      #expect(shown.contains("c\\xe9.png") && shown.contains("two\\nlines.png"), "\(shown)")
      for name in names {
        #expect(FileName.bytes(FileName.text(name)) == name)
      }
    }
  }

  @Test func theOrderIsSaidWhereNumbersWouldGiveAnother() throws {
    try withTemporaryFolder { folder in
      try Self.fill(folder, ["img1.png", "img2.png", "img10.png"])
      #expect(
        try Self.notes(SceneSet(pictures: folder, fit: .none)) == [
          "pictures are taken in the order of their names letter by letter: img10.png comes before img2.png"
        ])
    }
  }

  @Test func whatStandsInTheFoldersPlaceIsNamed() throws {
    try withTemporaryFolder { folder in
      let path = try write("PK", to: "set.zip", in: folder)
      try AtomicFile.write(
        [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 22) + [5, 0, 0, 0]
          + Array("a.txt".utf8), to: path)
      #expect(Self.error(path).contains("no such folder but a zip archive; unpack it first"))
      try PNG.write(SceneFolderTests.picture(1), to: folder + "/x.png")
      #expect(Self.error(folder + "/x.png").contains("name the folder that holds the pictures"))
      let photos = folder + "/photos"
      try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
      for name in ["a.jpg", "b.jpg"] { _ = try write("x", to: name, in: photos) }
      #expect(
        Self.error(photos).contains(
          "found none, but 2 in other formats, such as a.jpg; convert the pictures there to PNG"))
      #expect(Self.error(photos).contains("mogrify -auto-orient -format png \(photos)/*.jpg"))
    }
  }
}

/// What is to be known of pictures: transparent, nearly black, equal, animated, shared.
struct PictureFindingsTests {
  /// A picture with an alpha channel: opaque on the left, and on the right magenta beneath full transparency.
  private static func clear(_ shade: UInt8) -> Image {
    let row =
      (0..<3).flatMap { _ in [shade, 10, 20, 255] as [UInt8] }
      + (0..<3).flatMap { _ in [255, 0, 255, 0] as [UInt8] }
    return Image(height: 6, width: 6, channels: 4, bytes: (0..<6).flatMap { _ in row })
  }

  private static func set(
    _ pictures: [Image], alpha: SceneAlpha = .drop, memoryLimit: Int = 1 << 20
  ) throws -> SceneSet {
    try withTemporaryFolder { folder in
      for (place, picture) in pictures.enumerated() {
        try PNG.write(picture, to: "\(folder)/\(place + 10).png")
      }
      let set = try SceneSet(
        pictures: folder, fit: .none, split: .train,
        .init(memoryLimit: memoryLimit, alpha: alpha))
      _ = try set.bytes(at: [0], of: .train)
      return set
    }
  }

  private static func varied(_ shade: UInt8) -> Image {
    var picture = SceneFolderTests.picture(shade)
    var bytes = picture.bytes
    bytes[0] = 255 - shade
    picture = Image(height: 6, width: 6, channels: 3, bytes: bytes)
    return picture
  }

  @Test(arguments: [0, 1 << 20]) func transparentPixelsAreNoted(_ memoryLimit: Int) throws {
    let pictures = [Self.clear(1), Self.clear(2), Self.varied(3)]
    let set = try Self.set(pictures, memoryLimit: memoryLimit)
    #expect(set.notes.count == 1)
    #expect(set.notes[0].hasPrefix("2 of 3 pictures have transparent pixels: alpha is left out"))
    #expect(set.notes[0].contains("data.alpha=black or white"))
  }

  @Test func transparentPixelsAreLaidOnAColour() throws {
    for (alpha, ground) in [(SceneAlpha.black, 0 as UInt8), (.white, 255)] {
      let set = try Self.set([Self.clear(1), Self.clear(2)], alpha: alpha)
      #expect(try set.bytes(at: [0], of: .train)[9..<12] == [ground, ground, ground])
      #expect(try set.bytes(at: [0], of: .train)[..<3] == [1, 10, 20])
      #expect(
        set.notes == [
          "2 of 2 pictures have transparent pixels and were laid on \(alpha) (data.alpha=\(alpha))"
        ])
    }
    let kept = try Self.set([Self.clear(1), Self.clear(2)])
    #expect(try kept.bytes(at: [0], of: .train)[9..<12] == [255, 0, 255])
    let half = Image(height: 1, width: 1, channels: 2, bytes: [200, 51])
    #expect(SceneAlpha.black.applied(to: half).bytes == [40, 40, 40])
    #expect(SceneAlpha.white.applied(to: half).bytes == [244, 244, 244])
  }

  /// An alpha channel that is full everywhere hides nothing.
  @Test func opaquePicturesNeedNoNote() throws {
    let opaque = (1...2).map { shade in
      Image(
        height: 6, width: 6, channels: 4,
        bytes: (0..<36).flatMap { [UInt8($0), UInt8(shade), 9, 255] })
    }
    #expect(try Self.set(opaque).notes.isEmpty)
    #expect(try Self.set([Self.varied(1), Self.varied(2)]).notes.isEmpty)
  }

  @Test func equalAndPlainPicturesAreNoted() throws {
    #expect(
      try Self.set([Self.varied(7), Self.varied(7), Self.varied(7)]).notes == [
        "all 3 pictures are equal: there is nothing to learn from them"
      ])
    #expect(
      try Self.set([SceneFolderTests.picture(1), Self.varied(3)]).notes == [
        "1 of 2 pictures are of one colour each"
      ])
  }

  @Test func picturesInTwoSplitsAreNoted() throws {
    try withTemporaryFolder { folder in
      for (name, shade) in [("train/1.png", 3), ("train/2.png", 4), ("test/1.png", 4)]
        as [(String, UInt8)]
      {
        let path = folder + "/" + name
        try FileManager.default.createDirectory(
          at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try PNG.write(Self.varied(shade), to: path)
      }
      #expect(
        try SceneSet(pictures: folder, fit: .none).notes == [
          "1 of 1 test pictures are among the training pictures too"
        ])
    }
  }

  @Test func nearlyBlackPicturesOfSixteenBitsAreNoted() throws {
    // A look needs the header's number of bits and the samples alone.
    var header = PNG.encode(Self.varied(9))
    let dim = Image(height: 1, width: 2, channels: 3, bytes: [0, 1, 1, 0, 0, 1])
    #expect(!PictureLook(file: header, image: dim, seen: dim.bytes).isDim)
    header[24] = 16
    #expect(PictureLook(file: header, image: dim, seen: dim.bytes).isDim)
    let bright = Image(height: 1, width: 2, channels: 3, bytes: [0, 1, 1, 0, 0, 200])
    #expect(!PictureLook(file: header, image: bright, seen: bright.bytes).isDim)
    // Full alpha is no brightness.
    let clear = Image(height: 1, width: 2, channels: 2, bytes: [1, 255, 0, 255])
    #expect(PictureLook(file: header, image: clear, seen: clear.rgb.bytes).isDim)
    var findings = PictureFindings(alpha: .drop)
    findings.add([PictureLook(file: header, image: dim, seen: dim.bytes)], of: .train, among: 1)
    #expect(findings.notes.contains { $0.contains("16 bits per sample and are nearly black") })
  }

  @Test func animatedPicturesAreNoted() throws {
    let file = PNG.encode(Self.varied(9))
    #expect(!PictureLook(file: file, image: Self.varied(9), seen: Self.varied(9).bytes).isAnimated)
    let chunk: [UInt8] = [0, 0, 0, 8] + Array("acTL".utf8) + [0, 0, 0, 2, 0, 0, 0, 0, 1, 2, 3, 4]
    let animated = Array(file[..<33]) + chunk + Array(file[33...])
    #expect(
      PictureLook(file: animated, image: Self.varied(9), seen: Self.varied(9).bytes).isAnimated)
  }
}
