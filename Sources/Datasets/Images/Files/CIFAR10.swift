import Storage

/// CIFAR-10 (Krizhevsky 2009): coloured pictures in ten classes, 32 x 32; all of it or the batches that are found.
///
/// The binary layout: records of 3,073 bytes, a label and then 1,024 bytes each of red, green and blue, row by row.
struct CIFAR10: Sendable {
  static let folder = ImageFolder(
    names: ["cifar10", "cifar-10-batches-bin", "cifar10_subset"], files: ["data_batch_1.bin"],
    more: ["data_batch_", "test_batch"])
  static let names = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]
  static let side = 32

  /// Pictures of some batches.
  struct Pictures: Sendable {
    var labels: [Int] = []
    /// `[count, 32, 32, 3]`.
    var pixels: [UInt8] = []
  }

  private(set) var train = Pictures()
  private(set) var test = Pictures()
  /// The files that were read.
  private(set) var files: [String] = []

  /// Reads `data_batch_1.bin` to `data_batch_5.bin` and the test batch, as far as they are there; each may be compressed.
  ///
  /// - Throws: ``DatasetError`` if there is no batch to learn from or none to test on, or one is damaged.
  init(in folder: String) throws(DatasetError) {
    for batch in 1...5 {
      guard let path = ImageFolder.file("data_batch_\(batch).bin", in: folder) else { continue }
      try Self.read(path, into: &train)
      files.append(String(path.dropFirst(folder.count + 1)))
    }
    let tests = ["test_batch.bin", "test_batch_first1000.bin"]
    guard let path = tests.lazy.compactMap({ ImageFolder.file($0, in: folder) }).first,
      !files.isEmpty
    else {
      throw .notFound(
        dataset: "cifar10", files: ["data_batch_1.bin", "test_batch.bin"], searched: [folder],
        advice: "the folder is not complete: put the files there, as they are or with .gz")
    }
    try Self.read(path, into: &test)
    files.append(String(path.dropFirst(folder.count + 1)))
  }

  subscript(part: ImagePool.Part) -> Pictures { part == .train ? train : test }

  static func pool(in folder: String) throws(DatasetError) -> ImagePool {
    try pool("cifar10", in: folder, isReversed: false, change: { $0 }, words: "")
  }

  static func shiftedPool(in folder: String) throws(DatasetError) -> ImagePool {
    try pool(
      "cifar10Shifted", in: folder, isReversed: true,
      change: { PictureShift.apply(to: $0, side: side) },
      words: ", with a synthetic shift: \(PictureShift.description)")
  }

  private static func pool(
    _ name: String, in folder: String, isReversed: Bool,
    change: @escaping @Sendable ([UInt8]) -> [UInt8], words: String
  ) throws(DatasetError) -> ImagePool {
    let cifar = try CIFAR10(in: folder)
    return ImagePool(
      name: folder, trainCount: cifar.train.labels.count, testCount: cifar.test.labels.count,
      order: "cifar10", isReversed: isReversed
    ) { part, rows in
      let pictures = cifar[part]
      let size = side * side * 3
      var pixels: [UInt8] = []
      for row in rows { pixels += pictures.pixels[row * size..<(row + 1) * size] }
      return ImageSet(
        name: name, height: side, width: side, channels: 3, pixels: change(pixels),
        labels: ["class": rows.map { pictures.labels[$0] }], labelNames: ["class": names],
        provenance: "CIFAR-10, \(cifar.files.joined(separator: " and "))\(words)")
    }
  }

  private static func read(_ path: String, into pictures: inout Pictures) throws(DatasetError) {
    let bytes = try ImageFolder.bytes(path)
    let plane = side * side
    let record = 1 + 3 * plane
    guard !bytes.isEmpty, bytes.count % record == 0 else {
      try ImageFolder.checkKind(
        bytes, path: path, at: "CIFAR-10, batch", "a binary batch of CIFAR-10")
      throw .unexpected(
        path: path, at: "CIFAR-10, batch", expected: "whole records of \(record) bytes",
        found: "\(bytes.count) bytes",
        advice: "the file was cut short or is no batch: fetch it again")
    }
    for start in stride(from: 0, to: bytes.count, by: record) {
      guard bytes[start] < names.count else {
        throw .unexpected(
          path: path, at: "CIFAR-10, record \(start / record)", expected: "a label from 0 to 9",
          found: "\(bytes[start])", advice: "the file is damaged or no batch: fetch it again")
      }
      pictures.labels.append(Int(bytes[start]))
    }
    let count = bytes.count / record
    pictures.pixels += ChannelPlanes.interleaved(
      bytes, count: count, record: record, offset: 1, side: side, isTransposed: false)
  }
}

/// Pictures stored a channel after another.
enum ChannelPlanes {
  /// Channels-last pictures `[count, side, side, 3]` of records with a plane a channel.
  ///
  /// - Parameters:
  ///   - record: bytes from one picture to the next.
  ///   - offset: bytes of a record before its planes.
  ///   - isTransposed: whether planes are stored column by column.
  static func interleaved(
    _ bytes: [UInt8], count: Int, record: Int, offset: Int, side: Int, isTransposed: Bool
  ) -> [UInt8] {
    let plane = side * side
    return [UInt8](unsafeUninitializedCapacity: count * plane * 3) { out, filled in
      bytes.withUnsafeBufferPointer { bytes in
        for picture in 0..<count {
          for channel in 0..<3 {
            let from = picture * record + offset + channel * plane
            for row in 0..<side {
              for column in 0..<side {
                let place = isTransposed ? column * side + row : row * side + column
                out[3 * (picture * plane + row * side + column) + channel] = bytes[from + place]
              }
            }
          }
        }
      }
      filled = count * plane * 3
    }
  }
}
