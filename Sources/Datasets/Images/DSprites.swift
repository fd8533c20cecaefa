import Storage
import TensorCore

/// dSprites (Matthey, Higgins, Hassabis and Lerchner 2017) with the three largest scales, as the sliced estimator's paper
/// has it: 368,640 binary images, 64 x 64.
///
/// The full file is large; the two smaller ones hold 64,834 of its images. Those among the chosen are taken from there,
/// the others are drawn by ``SpriteRenderer``.
enum DSprites {
  static let folder = ImageFolder(names: ["dsprites"], files: fileNames)
  static let fileNames = ["dsprites_downsampled.npz", "dsprites_subset.npz"]
  static let shapeNames = ["square", "ellipse", "heart"]
  /// The scales that are used, of 0 to 5.
  static let scales = 3..<6
  /// The number of images with these scales.
  static let count = 3 * scales.count * 40 * 1024

  /// The index in the full set of an image of those with the chosen scales.
  static func fullIndex(_ row: Int) -> Int {
    let block = scales.count * 40_960
    return row / block * 245_760 + scales.lowerBound * 40_960 + row % block
  }

  static func pool(in folder: String) throws(DatasetError) -> ImagePool {
    let truth = try TrueSprites(
      in: folder, isWanted: { index in scales.contains(index / 40_960 % 6) })
    return ImagePool(name: folder, trainCount: count, testCount: nil, order: "dsprites") {
      _, rows in
      set(
        "dsprites", rows.map(fullIndex), truth: truth,
        provenance:
          "dSprites, scales 3 to 5: true images where \(fileNames.joined(separator: " or ")) "
          + "has them, the others redrawn by a rule fitted to them")
    }
  }

  static let twinPool = ImagePool(
    name: "spriteTwin", trainCount: count, testCount: nil, order: "dsprites"
  ) { _, rows in
    set(
      "spriteTwin", rows.map(fullIndex), truth: nil,
      provenance: "generated: sprites drawn by the rule for dSprites, scales 3 to 5")
  }

  private static func set(
    _ name: String, _ indices: [Int], truth: TrueSprites?, provenance: String
  ) -> ImageSet {
    let side = SpriteRenderer.side
    let factors = indices.map { SpriteRenderer.Factors(index: $0) }
    let pixels = SceneBytes.filled(count: indices.count, size: side * side) { image, out in
      if truth?.write(indices[image], ink: 255, into: out) == true { return }
      SpriteRenderer().draw(factors[image], ink: 255, into: out)
    }
    return ImageSet(
      name: name, height: side, width: side, channels: 1, pixels: pixels,
      labels: [
        "shape": factors.map(\.shape), "scale": factors.map { $0.scale - scales.lowerBound },
        "orientation": factors.map(\.orientation), "x": factors.map(\.x), "y": factors.map(\.y),
      ],
      labelNames: [
        "shape": shapeNames, "scale": scales.map { "0.\($0 + 5)" }.map { $0 == "0.10" ? "1" : $0 },
      ],
      provenance: provenance)
  }
}

/// The images of dSprites that the files hold, a bit a pixel.
struct TrueSprites: Sendable {
  private let rows: [Int: Int]
  private let bits: [UInt64]

  /// Reads the images whose index in the full set is wanted.
  ///
  /// - Throws: ``DatasetError`` if a file is missing or damaged or holds arrays of other shapes.
  init(in folder: String, isWanted: (Int) -> Bool) throws(DatasetError) {
    var rows: [Int: Int] = [:]
    var bits: [UInt64] = []
    for name in DSprites.fileNames {
      let path = try ImageFolder.path(name, in: folder, dataset: "dsprites")
      let (images, indices) = try Self.arrays(path)
      for (row, index) in indices.enumerated() where rows[Int(index)] == nil && isWanted(Int(index))
      {
        rows[Int(index)] = bits.count / 64
        for line in stride(from: row * 4096, to: (row + 1) * 4096, by: 64) {
          var word: UInt64 = 0
          for column in 0..<64 where images[line + column] != 0 { word |= 1 << UInt64(column) }
          bits.append(word)
        }
      }
    }
    (self.rows, self.bits) = (rows, bits)
  }

  /// How many images there are.
  var count: Int { rows.count }
  /// Their indices in the full set.
  var indices: [Int] { rows.keys.sorted() }

  /// Writes an image, if it is there.
  func write(_ index: Int, ink: UInt8, into out: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    guard let row = rows[index] else { return false }
    for pixel in 0..<4096 {
      out[pixel] = bits[row * 64 + pixel / 64] >> UInt64(pixel % 64) & 1 == 1 ? ink : 0
    }
    return true
  }

  /// The members that are wanted; a pickled one beside them is not looked at.
  private static func arrays(_ path: String) throws(DatasetError) -> ([UInt8], [Int]) {
    let (images, indices) = try wrappingStorage { () throws(StorageError) in
      let file = try NPZ(reading: path)
      return (try file.array("imgs"), try file.array("original_dataset_indices"))
    }
    guard case .uint8(let bytes) = images.elements, images.shape.count == 3,
      images.shape[1...] == [64, 64]
    else {
      throw .unexpected(
        path: path, at: "imgs", expected: "bytes of N x 64 x 64",
        found: "\(images.elementType.rawValue) of \(images.shape)",
        advice: "check that this is the file you meant")
    }
    guard let numbers = indices.integers, indices.shape == [images.shape[0]],
      numbers.allSatisfy({ (0..<SpriteRenderer.Factors.count).contains($0) })
    else {
      throw .unexpected(
        path: path, at: "original_dataset_indices",
        expected: "\(images.shape[0]) indices below \(SpriteRenderer.Factors.count), one per image",
        found: "\(indices.elementType.rawValue) of \(indices.shape)",
        advice: "check that this is the file you meant")
    }
    return (bytes, numbers)
  }
}
