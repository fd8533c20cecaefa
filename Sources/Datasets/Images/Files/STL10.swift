import Storage

/// STL-10 (Coates, Lee and Ng 2011) where a user has it: coloured pictures, 96 x 96; the nine classes that it shares with
/// CIFAR-10, in the order of those, without the monkeys.
///
/// The binary layout: pictures of 3 x 96 x 96 bytes, each channel column by column; labels 1 to 10, a byte each.
enum STL10 {
  static let folder = ImageFolder(
    names: ["stl10", "stl10_binary"],
    files: ["train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin"])
  static let side = 96
  /// The file's classes 1 to 10.
  static let fileNames = [
    "airplane", "bird", "automobile", "cat", "deer", "dog", "horse", "monkey", "ship", "truck",
  ]

  /// The pictures of a part that are kept, where they are in the file, and their classes.
  private struct Pictures: Sendable {
    var bytes: [UInt8]
    var rows: [Int]
    var classes: [Int]
  }

  static func pool(in folder: String) throws(DatasetError) -> ImagePool {
    let (train, test) = (try pictures("train", in: folder), try pictures("test", in: folder))
    return ImagePool(
      name: folder, trainCount: train.rows.count, testCount: test.rows.count, order: "stl10"
    ) { part, rows in
      let pictures = part == .train ? train : test
      let record = 3 * side * side
      var chosen: [UInt8] = []
      for row in rows {
        let start = pictures.rows[row] * record
        chosen += pictures.bytes[start..<start + record]
      }
      return ImageSet(
        name: "stl10", height: side, width: side, channels: 3,
        pixels: ChannelPlanes.interleaved(
          chosen, count: rows.count, record: record, offset: 0, side: side, isTransposed: true),
        labels: ["class": rows.map { pictures.classes[$0] }],
        labelNames: ["class": ImageSource.classesSharedWithSTL10],
        provenance: "STL-10, labelled images without the class monkey")
    }
  }

  private static func pictures(
    _ part: String, in folder: String
  ) throws(DatasetError) -> Pictures {
    let path = try ImageFolder.path("\(part)_X.bin", in: folder, dataset: "stl10")
    let labelPath = try ImageFolder.path("\(part)_y.bin", in: folder, dataset: "stl10")
    let (bytes, labels) = (try ImageFolder.bytes(path), try ImageFolder.bytes(labelPath))
    let record = 3 * side * side
    guard !bytes.isEmpty, bytes.count % record == 0 else {
      try ImageFolder.checkKind(bytes, path: path, at: "STL-10, images", "pictures of STL-10")
      throw .unexpected(
        path: path, at: "STL-10, images", expected: "whole pictures of \(record) bytes",
        found: "\(bytes.count) bytes", advice: "the file was cut short: fetch it again")
    }
    guard labels.count == bytes.count / record else {
      throw .unexpected(
        path: labelPath, at: "STL-10, labels",
        expected: "\(bytes.count / record), one for each image of \(path)",
        found: "\(labels.count)", advice: "the two files are not of one set: fetch both again")
    }
    var pictures = Pictures(bytes: bytes, rows: [], classes: [])
    for (row, label) in labels.enumerated() {
      guard (1...10).contains(label) else {
        throw .unexpected(
          path: labelPath, at: "STL-10, label \(row)", expected: "a class from 1 to 10",
          found: "\(label)", advice: "the file is damaged: fetch it again")
      }
      let name = fileNames[Int(label) - 1]
      guard let place = ImageSource.classesSharedWithSTL10.firstIndex(of: name) else { continue }
      pictures.rows.append(row)
      pictures.classes.append(place)
    }
    return pictures
  }
}
