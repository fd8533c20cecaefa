import Foundation
import Storage
import TensorCore

/// Sets of scenes as HDF5 files, which the makers in Python write too.
///
/// Groups `train`, `validation` (or `val`, `valid`, `dev`) and `test`, each with
///
/// - `images`: uint8 `[n, H, W, 3]`, chunked by whole images;
/// - `boxes`: float32 `[n, most, 4]`, each (centre x, centre y, width, height) of a visible part as fractions of the image,
///   and `boxCounts`: int32 `[n]`, how many of the rows are boxes; both or neither;
/// - `masks`: uint8 `[n, H, W]`, 0 or the number of a box from 1 on; optional;
/// - `source`: int32 `[n]`, which of the file's `sources` an image is of; optional.
///
/// Attributes of the file: `format` = "tessera-scenes", `version` = 1, `name`, `generator`, `order` = "RGB" or "BGR" and
/// `sources`, the names of what images are taken from. Anything else in the file is left alone.
public enum SceneFile {
  static let format = "tessera-scenes"
  static let version = 1

  /// Writes a source of scenes as a file, atomically, in blocks so that little is in memory at a time.
  ///
  /// - Parameters:
  ///   - source: the scenes; its empty splits are left out.
  ///   - path: the file.
  ///   - generator: what made them.
  ///   - compression: zlib's level from 1 to 9, or 0 for none.
  /// - Throws: ``DatasetError`` if an image cannot be had or the file cannot be written.
  public static func write(
    _ source: some SceneSource, to path: String, generator: String, compression: Int = 4
  ) throws(DatasetError) {
    var failure: DatasetError?
    do throws(StorageError) {
      try HDF5File.write(to: path) { (file) throws(StorageError) in
        do throws(DatasetError) {
          for split in SceneSplit.allCases where source.count(of: split) > 0 {
            try write(split, of: source, to: file, compression: compression)
          }
        } catch {
          failure = error
          throw .unwritable(
            path: path, at: "scenes", expected: "every image", found: error.description)
        }
        try file.setAttribute("format", .text(format))
        try file.setAttribute("version", .array(StoredArray([version], shape: [])))
        try file.setAttribute("name", .text(source.name))
        try file.setAttribute("generator", .text(generator))
        try file.setAttribute("order", .text("RGB"))
        try file.setAttribute("sources", .texts(source.sourceNames))
      }
    } catch { throw failure ?? .storage(error) }
  }

  private static func write(
    _ split: SceneSplit, of source: some SceneSource, to file: HDF5Writer, compression: Int
  ) throws(DatasetError) {
    let (count, height, width) = (source.count(of: split), source.height, source.width)
    let group = split.rawValue
    let chunk = min(count, max(1, (256 << 10) / (height * width * 3)))
    try wrappingStorage { () throws(StorageError) in
      try file.makeDataset(
        "\(group)/images", shape: [count, height, width, 3], .uint8,
        chunk: [chunk, height, width, 3], compression: compression)
    }
    var boxes: [[SceneBox]] = []
    var hasMasks = false
    let block = chunk * max(1, 256 / chunk)
    for start in stride(from: 0, to: count, by: block) {
      let indices = Array(start..<min(start + block, count))
      let images = StoredArray(
        try source.bytes(at: indices, of: split), shape: [indices.count, height, width, 3])
      let truths = source.hasBoxes(split) ? try source.truth(at: indices, of: split) : []
      boxes += truths.map(\.boxes)
      if start == 0 { hasMasks = !truths.isEmpty && truths.allSatisfy { $0.mask != nil } }
      let masks = truths.flatMap { $0.mask ?? [UInt8](repeating: 0, count: height * width) }
      try wrappingStorage { () throws(StorageError) in
        try file.write(images, into: "\(group)/images", start: [start, 0, 0, 0])
        guard hasMasks else { return }
        if start == 0 {
          try file.makeDataset(
            "\(group)/masks", shape: [count, height, width], .uint8,
            chunk: [chunk, height, width], compression: compression)
        }
        try file.write(
          StoredArray(masks, shape: [indices.count, height, width]), into: "\(group)/masks",
          start: [start, 0, 0])
      }
    }
    let sources = source.sources(at: Array(0..<count), of: split)
    try wrappingStorage { () throws(StorageError) in
      try file.write(
        StoredArray(shape: [count], elements: .int32(sources.map { Int32($0) })),
        at: "\(group)/source")
      guard source.hasBoxes(split) else { return }
      let most = max(1, boxes.map(\.count).max() ?? 0)
      let padded = boxes.flatMap { boxes in
        boxes.flatMap { [$0.centreX, $0.centreY, $0.width, $0.height] }
          + [Float](repeating: 0, count: 4 * (most - boxes.count))
      }
      try file.write(StoredArray(padded, shape: [count, most, 4]), at: "\(group)/boxes")
      try file.write(
        StoredArray(shape: [count], elements: .int32(boxes.map { Int32($0.count) })),
        at: "\(group)/boxCounts")
    }
  }
}
