import Foundation
import Storage

/// CMU Face Images (Mitchell 1999): 20 people, 4 poses, 4 expressions, with and without sunglasses; 120 x 128 grey.
///
/// The 16 frames that the donor marks as damaged are left out, which leaves 624; grey levels are scaled by 255 / the
/// largest one that a frame's file allows.
enum CMUFaces {
  static let folder = ImageFolder(names: ["cmu_faces"], files: [imageFile, labelFile])
  static let imageFile = "cmu_faces_120x128-images-idx3-ubyte"
  static let labelFile = "cmu_faces-labels.csv"
  static let poses = ["left", "right", "straight", "up"]
  static let expressions = ["angry", "happy", "neutral", "sad"]
  static let eyes = ["open", "sunglasses"]

  static func pool(in folder: String) throws(DatasetError) -> ImagePool {
    let images = try IDXImages(
      ImageFolder.path(imageFile, in: folder, dataset: "cmuFaces"), height: 120, width: 128)
    let path = try ImageFolder.path(labelFile, in: folder, dataset: "cmuFaces")
    let table = try LabelTable(path, for: images)
    let persons = Set(try table.texts("userid")).sorted()
    let columns = [
      "person": try table.codes("userid", of: persons), "pose": try table.codes("pose", of: poses),
      "expression": try table.codes("expression", of: expressions),
      "eyes": try table.codes("eyes", of: eyes),
    ]
    let maxima = try table.whole("maxval", in: 1...255)
    let isBad = try table.whole("bad", in: 0...1)
    let kept = isBad.indices.filter { isBad[$0] == 0 }
    return ImagePool(
      name: folder, trainCount: kept.count, testCount: nil, order: "cmuFaces"
    ) { _, rows in
      let rows = rows.map { kept[$0] }
      let pixels = rows.flatMap { row in
        let maximum = maxima[row]
        return images.image(row).map { UInt8(min((Int($0) * 255 + maximum / 2) / maximum, 255)) }
      }
      return ImageSet(
        name: "cmuFaces", height: images.height, width: images.width, channels: 1, pixels: pixels,
        labels: columns.mapValues { column in rows.map { column[$0] } },
        labelNames: ["person": persons, "pose": poses, "expression": expressions, "eyes": eyes],
        provenance: "CMU Face Images, \(isBad.count - kept.count) frames marked as damaged left "
          + "out, grey levels scaled by 255 / maxval")
    }
  }
}

/// The ORL faces (Samaria and Harter 1994): ten pictures of each of 40 people; 112 x 92 grey.
enum ORLFaces {
  static let folder = ImageFolder(names: ["orl_faces"], files: [imageFile, labelFile])
  static let imageFile = "orl_faces_112x92-images-idx3-ubyte"
  static let labelFile = "orl_faces-labels.csv"

  static func pool(in folder: String) throws(DatasetError) -> ImagePool {
    let images = try IDXImages(
      ImageFolder.path(imageFile, in: folder, dataset: "orlFaces"), height: 112, width: 92)
    let path = try ImageFolder.path(labelFile, in: folder, dataset: "orlFaces")
    let table = try LabelTable(path, for: images)
    let persons = try table.whole("subject", in: 1...40).map { $0 - 1 }
    return ImagePool(
      name: folder, trainCount: images.count, testCount: nil, order: "orlFaces"
    ) { _, rows in
      ImageSet(
        name: "orlFaces", height: images.height, width: images.width, channels: 1,
        pixels: images.pixels(rows), labels: ["person": rows.map { persons[$0] }],
        labelNames: ["person": (1...40).map { "subject \($0)" }],
        provenance: "ORL (AT&T) faces, images as in the file")
    }
  }
}

/// A CSV file with one line of labels for each image.
private struct LabelTable {
  let table: CSVTable

  init(_ path: String, for images: IDXImages) throws(DatasetError) {
    table = try wrappingStorage { () throws(StorageError) in try CSVTable.read(from: path) }
    try images.check(labels: table.rowCount, in: path)
  }

  func texts(_ column: String) throws(DatasetError) -> [String] {
    try wrappingStorage { () throws(StorageError) in try table.strings(column) }
  }

  /// The places of a column's texts among known ones.
  func codes(_ column: String, of names: [String]) throws(DatasetError) -> [Int] {
    var codes: [Int] = []
    for (row, text) in try texts(column).enumerated() {
      guard let code = names.firstIndex(of: text) else {
        throw unexpected(row, column, "one of \(names.joined(separator: ", "))", text)
      }
      codes.append(code)
    }
    return codes
  }

  /// A column's whole numbers.
  func whole(_ column: String, in range: ClosedRange<Int>) throws(DatasetError) -> [Int] {
    var numbers: [Int] = []
    for (row, text) in try texts(column).enumerated() {
      guard let number = Int(text), range.contains(number) else {
        throw unexpected(
          row, column, "a whole number from \(range.lowerBound) to \(range.upperBound)", text)
      }
      numbers.append(number)
    }
    return numbers
  }

  private func unexpected(
    _ row: Int, _ column: String, _ expected: String, _ text: String
  ) -> DatasetError {
    .unexpected(
      path: table.path, at: "line \(table.line(ofRow: row)), column \"\(column)\"",
      expected: expected, found: "\"\(text)\"", advice: "correct the field or fetch the file again")
  }
}
