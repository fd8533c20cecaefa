import Foundation
import Storage

/// Boxes in text files beside pictures: `bb/bb_<i>.txt`, lines `cx,cy,w,h` in pixels of an image of 128.
enum SceneBoxText {
  /// The unit of boxes: pixels of an image of this side.
  static let unit: Float = 128

  /// A line of a file.
  struct Line {
    let path: String
    let number: Int
    let values: [Float]

    /// The error for numbers that are no box.
    func error(_ found: String? = nil, advice: String = "correct the line or remove it")
      -> DatasetError
    {
      .unexpected(
        path: path, at: "line \(number)", expected: SceneBoxText.expectation,
        found: found ?? "\"\(values.map { "\($0)" }.joined(separator: ","))\"", advice: advice)
    }
  }

  static let expectation =
    "cx,cy,w,h in pixels of \(Int(unit)), the centre inside and an area"

  /// The boxes of pictures, in `folder/bb_<i>.txt` for the i-th; `nil` if there is no such folder.
  ///
  /// - Throws: ``DatasetError`` with the picture that has no file, the file that has no picture, the line that is no box, or
  ///   the form that the boxes are in where it is another.
  static func boxes(
    _ folder: String, pictures: [String]
  ) throws(DatasetError) -> [[SceneBox]]? {
    guard let listing = FolderListing(folder) else { return nil }
    try checkNames(listing.files, folder, pictures)
    var lines: [[Line]] = []
    for image in pictures.indices {
      let path = "\(folder)/bb_\(image).txt"
      let bytes = try wrappingStorage { () throws(StorageError) in try FileBytes.read(path) }
      lines.append(try parse(bytes, path))
    }
    let size = pictures.first.flatMap { try? PNG.size(ofFile: $0) }
    if let form = SceneBoxForm(lines.flatMap { $0.map(\.values) }, pictures: size),
      let first = lines.lazy.compactMap(\.first).first
    {
      throw .unexpected(
        path: folder, at: "boxes", expected: expectation,
        found:
          "\(form.words), such as \"\(first.values.map { "\($0)" }.joined(separator: ","))\" in "
          + URL(filePath: first.path).lastPathComponent,
        advice: form.advice)
    }
    var boxes: [[SceneBox]] = []
    for lines in lines {
      var own: [SceneBox] = []
      for line in lines {
        guard let box = SceneBox(checking: line.values.map { $0 / unit }) else {
          throw line.error()
        }
        own.append(box)
      }
      boxes.append(own)
    }
    return boxes
  }

  /// There must be a file for each picture, and a picture for each file: the i-th file is of the i-th picture.
  private static func checkNames(
    _ files: [String], _ folder: String, _ pictures: [String]
  ) throws(DatasetError) {
    let names = Set(files)
    if let missing = pictures.indices.first(where: { !names.contains("bb_\($0).txt") }) {
      let others = files.filter { name in
        [".xml", ".json", ".txt"].contains { name.lowercased().hasSuffix($0) }
          && !name.hasPrefix("bb_")
      }
      throw .unexpected(
        path: "\(folder)/bb_\(missing).txt", at: "boxes",
        expected: "a file for each of \(pictures.count) images",
        found: "none for \(FileName.shown(URL(filePath: pictures[missing]).lastPathComponent))"
          + (others.first.map { ", but files such as \(FileName.shown($0))" } ?? ""),
        advice: "add the file (empty for no boxes), or remove the folder bb to go without boxes"
          + (others.isEmpty
            ? "" : "; boxes of COCO, VOC and YOLO have to be converted to such files"))
    }
    for name in files {
      guard name.hasPrefix("bb_"), name.hasSuffix(".txt"),
        let index = Int(name.dropFirst(3).dropLast(4)),
        index >= pictures.count
      else { continue }
      throw .unexpected(
        path: "\(folder)/\(name)", at: "boxes",
        expected:
          "a picture for each file: \(pictures.count), bb_0.txt to bb_\(pictures.count - 1).txt",
        found: "no picture for this one",
        advice: "files go by the place of a picture among the others, so a picture may be missing: "
          + "put it back, or remove the file and number the others again")
    }
  }

  /// The numbers of each line that is not empty; they may be parted by commas, semicolons or blanks.
  private static func parse(_ bytes: [UInt8], _ path: String) throws(DatasetError) -> [Line] {
    let sample = FileSample(bytes)
    switch sample.kind {
    case .empty, .text, nil: break
    case let kind?:
      throw .unexpected(
        path: path, at: "boxes", expected: expectation, found: sample.words,
        advice: kind == .json
          ? "boxes of COCO (JSON) have to be converted to such lines"
          : kind == .xml
            ? "boxes of VOC (XML) have to be converted to such lines"
            : kind.advice(for: path, wanted: .text))
    }
    var text = String(decoding: bytes, as: UTF8.self)
    if text.first == "\u{feff}" { text.removeFirst() }
    var lines: [Line] = []
    for (place, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let words = line.split { $0 == "," || $0 == ";" || $0.isWhitespace }
      if words.isEmpty { continue }
      let values = words.compactMap { Float($0) }
      let read = Line(path: path, number: place + 1, values: values)
      let shown = "\"\(words.joined(separator: ",").prefix(60))\""
      guard values.count == words.count else {
        throw read.error(
          values.isEmpty && lines.isEmpty ? "\(shown), which looks like a header" : shown,
          advice: "correct the line or remove it")
      }
      guard values.count == 4 else {
        let isYOLO =
          values.count == 5 && values[0] == values[0].rounded()
          && values[1...].allSatisfy { (0...1).contains($0) }
        throw read.error(
          isYOLO ? "\(shown), which looks like a line of YOLO: a class, then fractions" : shown,
          advice: isYOLO
            ? "leave out the class and multiply the fractions by \(Int(unit))"
            : "correct the line or remove it")
      }
      guard values.allSatisfy(\.isFinite) else { throw read.error(shown) }
      guard values[2] > 0, values[3] > 0 else {
        throw read.error(
          "\(shown), which has no area", advice: "correct the line or remove it")
      }
      lines.append(read)
    }
    return lines
  }
}
