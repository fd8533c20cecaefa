import Foundation
import Storage
import TensorCore
import Testing

@testable import Datasets

/// Small files in the forms of the measured sets, whole and damaged.
struct DamagedImagesTests {
  static func idx(_ extents: [Int], _ bytes: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(extents.count)]
      + extents.flatMap {
        [UInt8($0 >> 24), UInt8($0 >> 16 & 255), UInt8($0 >> 8 & 255), UInt8($0 & 255)]
      }
      + bytes
  }

  /// The files of a digit set with 6 and 4 images.
  static func digits() -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for (part, count) in [("train", 6), ("t10k", 4)] {
      let images = (0..<count * 784).map { UInt8(truncatingIfNeeded: $0 * 7) }
      files["\(part)-images-idx3-ubyte.gz"] = Gzip.deflate(idx([count, 28, 28], images))
      files["\(part)-labels-idx1-ubyte"] = idx([count], (0..<count).map { UInt8($0) })
    }
    return files
  }

  /// The message when a source is loaded from these files; empty if it is loaded.
  static func loading(
    _ source: ImageSource, _ name: String, _ files: [String: [UInt8]]
  ) throws -> String {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      for (file, bytes) in files { try AtomicFile.write(bytes, to: "\(folder)/\(name)/\(file)") }
      return message {
        _ = try source.load(in: [folder], side: 32, channels: 1, counts: (2, 1, 1), seed: 0)
      }
    }
  }

  @Test func soundFilesAreReadPlainOrCompressed() throws {
    #expect(try Self.loading(.mnist, "mnist", Self.digits()) == "")
    #expect(try Self.loading(.morphoMNIST, "mnist", Self.digits()) == "")
  }

  @Test func aMissingFileIsNamedWithTheFolder() throws {
    var files = Self.digits()
    files["t10k-labels-idx1-ubyte"] = nil
    let text = try Self.loading(.mnist, "mnist", files)
    #expect(text.contains("t10k-labels-idx1-ubyte") && text.contains("/mnist"))
    #expect(text.contains("digitTwin"))
  }

  @Test func damagedAndWrongDigitFilesAreNamed() throws {
    var files = Self.digits()
    files["train-images-idx3-ubyte.gz"]!.removeLast(40)
    let cut = try Self.loading(.mnist, "mnist", files)
    #expect(cut.contains("train-images-idx3-ubyte.gz: truncated: gzip"), "\(cut)")

    files = Self.digits()
    files["train-images-idx3-ubyte.gz"] = Gzip.deflate(
      Self.idx([6, 20, 20], Array(repeating: 0, count: 2400)))
    let size = try Self.loading(.mnist, "mnist", files)
    #expect(size.contains("expected images of 28 x 28, found 6 x 20 x 20"), "\(size)")

    files = Self.digits()
    files["t10k-labels-idx1-ubyte"] = Self.idx([3], [1, 2, 3])
    let count = try Self.loading(.mnist, "mnist", files)
    #expect(count.contains("t10k-labels-idx1-ubyte: labels: expected 4"), "\(count)")
    #expect(count.contains("found 3") && count.contains("not of one set"), "\(count)")

    files = Self.digits()
    files["train-labels-idx1-ubyte"] = Self.idx([6], [1, 2, 3, 4, 5, 10])
    let label = try Self.loading(.mnist, "mnist", files)
    #expect(label.contains("digits 0 to 9, found values up to 10"), "\(label)")
  }

  @Test func batchesOfPicturesAreChecked() throws {
    let record = [UInt8](repeating: 9, count: 3073)
    let sound = ["data_batch_1.bin": record + record + record + record, "test_batch.bin": record]
    #expect(try Self.loading(.cifar10, "cifar10", sound) == "")
    #expect(try Self.loading(.cifar10Shifted, "cifar10", sound) == "")
    var files = sound
    files["data_batch_1.bin"]!.removeLast()
    let cut = try Self.loading(.cifar10, "cifar10", files)
    #expect(cut.contains("data_batch_1.bin") && cut.contains("found 12291 bytes"), "\(cut)")
    files = sound
    files["data_batch_1.bin"]![3073] = 12
    let label = try Self.loading(.cifar10, "cifar10", files)
    #expect(label.contains("record 1: expected a label from 0 to 9, found 12"), "\(label)")
    files = sound
    files["test_batch.bin"] = nil
    let none = try Self.loading(.cifar10, "cifar10", files)
    #expect(none.contains("test_batch.bin") && none.contains("not complete"), "\(none)")
  }

  @Test func picturesStoredByColumnsAreTurnedAndClassesCountedAnew() throws {
    // Each channel column by column: the value is the column for red, the row for green, 7 for blue.
    let plane = 96 * 96
    let picture =
      (0..<plane).map { UInt8($0 / 96) } + (0..<plane).map { UInt8($0 % 96) }
      + Array(repeating: 7, count: plane)
    func files(_ labels: [UInt8]) -> [String: [UInt8]] {
      let pictures = labels.flatMap { _ in picture }
      return [
        "train_X.bin": pictures, "train_y.bin": labels, "test_X.bin": pictures,
        "test_y.bin": labels,
      ]
    }
    try withTemporaryFolder { folder in
      // Car, monkey, ship, bird, truck.
      for (file, bytes) in files([3, 8, 9, 2, 10]) {
        try AtomicFile.write(bytes, to: "\(folder)/\(file)")
      }
      let pool = try STL10.pool(in: folder)
      #expect(pool.trainCount == 4)
      let set = try pool.read(.train, [0, 1, 2, 3])
      let names = set.labels["class"]!.map { set.labelNames["class"]![$0] }
      #expect(names == ["automobile", "ship", "bird", "truck"])
      let start = 3 * (10 * 96 + 33)
      #expect(Array(set.pixels[start..<start + 3]) == [33, 10, 7])
      #expect(ImageSource.stl10.isThere(in: [folder]))
    }
    var damaged = files([1, 2, 3, 4, 5])
    damaged["test_y.bin"] = [1, 2]
    let count = try Self.loading(.stl10, "stl10", damaged)
    #expect(
      count.contains("test_y.bin") && count.contains("expected 5") && count.contains("found 2"))
    damaged["test_y.bin"] = [1, 2, 3, 4, 0]
    let label = try Self.loading(.stl10, "stl10", damaged)
    #expect(label.contains("label 4: expected a class from 1 to 10, found 0"), "\(label)")
  }

  @Test func photographsAreNamedWhenTheyAreDamagedOrTooSmall() throws {
    try withTemporaryFolder { folder in
      let none = message { _ = try Photographs.all(in: folder, least: 28) }
      #expect(none.contains("expected files that end in .jpg"))
      try AtomicFile.write([0xff, 0xd8, 0xff, 0xe0, 0], to: "\(folder)/b.jpg")
      let text = message { _ = try Photographs.all(in: folder, least: 28) }
      #expect(text.contains("\(folder)/b.jpg: truncated: JPEG"), "\(text)")
    }
  }

  @Test func spritesOfOtherShapesAreNamed() throws {
    try withTemporaryFolder { folder in
      let indices = StoredArray([5, 9])
      for name in DSprites.fileNames {
        try NPZ.write(
          [
            "imgs": StoredArray([UInt8](repeating: 1, count: 2 * 4096), shape: [2, 64, 64]),
            "original_dataset_indices": indices,
          ], to: "\(folder)/\(name)")
      }
      #expect(try TrueSprites(in: folder, isWanted: { _ in true }).indices == [5, 9])
      try NPZ.write(
        [
          "imgs": StoredArray([UInt8](repeating: 1, count: 8), shape: [2, 2, 2]),
          "original_dataset_indices": indices,
        ], to: "\(folder)/\(DSprites.fileNames[0])")
      let shape = message { _ = try TrueSprites(in: folder, isWanted: { _ in true }) }
      #expect(shape.contains("imgs: expected bytes of N x 64 x 64"), "\(shape)")
      try NPZ.write(
        [
          "imgs": StoredArray([UInt8](repeating: 1, count: 4096), shape: [1, 64, 64]),
          "original_dataset_indices": indices,
        ], to: "\(folder)/\(DSprites.fileNames[0])")
      let count = message { _ = try TrueSprites(in: folder, isWanted: { _ in true }) }
      #expect(count.contains("expected 1 indices"), "\(count)")
      try write("not an archive", to: DSprites.fileNames[1], in: folder)
      try NPZ.write(["imgs": StoredArray([UInt8(1)])], to: "\(folder)/\(DSprites.fileNames[0])")
      let member = message { _ = try TrueSprites(in: folder, isWanted: { _ in true }) }
      #expect(member.contains("original_dataset_indices"), "\(member)")
    }
  }

  @Test func labelsOfFacesAreChecked() throws {
    let images = Gzip.deflate(Self.idx([3, 120, 128], Array(repeating: 5, count: 3 * 15_360)))
    func loading(_ lines: [String]) throws -> String {
      let header = "index,userid,pose,expression,eyes,bad,maxval"
      let text = ([header] + lines).joined(separator: "\n") + "\n"
      return try Self.loading(
        .cmuFaces, "cmu_faces",
        ["\(CMUFaces.imageFile).gz": images, CMUFaces.labelFile: Array(text.utf8)])
    }
    let sound = ["0,a,left,sad,open,0,150", "1,b,up,sad,open,1,150", "2,a,up,sad,open,0,150"]
    #expect(try loading(sound).contains("2 images to train"))
    let count = try loading(Array(sound.dropLast()))
    #expect(count.contains("labels: expected 3") && count.contains("found 2"), "\(count)")
    let pose = try loading([sound[0], sound[1], "2,a,down,sad,open,0,150"])
    #expect(pose.contains("line 4, column \"pose\"") && pose.contains("\"down\""), "\(pose)")
    let maximum = try loading([sound[0], sound[1], "2,a,up,sad,open,0,0"])
    #expect(maximum.contains("column \"maxval\"") && maximum.contains("\"0\""), "\(maximum)")
  }
}
