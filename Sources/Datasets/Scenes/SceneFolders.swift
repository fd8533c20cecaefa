import Foundation
import Storage

/// Finding pictures in folders, and reading the boxes beside them.
enum SceneFolders {
  /// The unit of boxes in text files: pixels of an image of this side.
  static let boxUnit: Float = 128

  static func exists(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// The names in a folder, sorted by their bytes; none if it is not there.
  static func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
  }

  /// The names of the pictures in a folder, sorted.
  static func pictures(_ folder: String) -> [String] {
    names(folder).filter { $0.lowercased().hasSuffix(".png") && !$0.hasPrefix(".") }
  }

  /// What to do about a folder without pictures: other formats are the commonest reason.
  private static func advice(_ folder: String) -> String {
    let others = [".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"]
    let hasOthers = names(folder).contains { name in
      others.contains { name.lowercased().hasSuffix($0) }
    }
    if hasOthers {
      return "convert the pictures there to PNG, for instance with `mogrify -format png`"
    }
    if DatasetFiles.exists(folder) && !exists(folder) {
      return "name a folder; an HDF5 file is read with data.source=hdf5"
    }
    return "check the path, or put the pictures there"
  }

  static func empty(_ folder: String, _ expected: String) -> DatasetError {
    .unexpected(
      path: folder, at: "folder", expected: expected,
      found: exists(folder) ? "none" : "no such folder", advice: advice(folder))
  }

  /// The boxes of images 0..<count in `folder/bb_<i>.txt`; `nil` if there is no such folder.
  static func boxes(_ folder: String, count: Int) throws(DatasetError) -> [[SceneBox]]? {
    guard exists(folder) else { return nil }
    var boxes: [[SceneBox]] = []
    for image in 0..<count {
      let path = "\(folder)/bb_\(image).txt"
      guard DatasetFiles.exists(path) else {
        throw .unexpected(
          path: path, at: "boxes", expected: "a file for each of \(count) images", found: "none",
          advice: "add the file (empty for no boxes), or remove the folder bb to go without boxes")
      }
      let bytes = try wrappingStorage { () throws(StorageError) in try FileBytes.read(path) }
      boxes.append(try parse(String(decoding: bytes, as: UTF8.self), path))
    }
    return boxes
  }

  /// Lines `cx,cy,w,h` in pixels of ``boxUnit``; numbers may also be parted by blanks.
  private static func parse(_ text: String, _ path: String) throws(DatasetError) -> [SceneBox] {
    var boxes: [SceneBox] = []
    for (line, words) in text.split(whereSeparator: \.isNewline).enumerated() {
      let words = words.split { $0 == "," || $0.isWhitespace }
      if words.isEmpty { continue }
      let numbers = words.compactMap { Float($0).map { $0 / boxUnit } }
      guard words.count == 4, numbers.count == 4, let box = SceneBox(checking: numbers) else {
        throw .unexpected(
          path: path, at: "line \(line + 1)",
          expected: "cx,cy,w,h in pixels of \(Int(boxUnit)), the centre inside and an area",
          found: "\"\(words.joined(separator: ","))\"", advice: "correct the line or remove it")
      }
      boxes.append(box)
    }
    return boxes
  }
}

extension SceneSet {
  /// The pictures of a split with their boxes, before they are read.
  struct Files {
    var paths: [String] = []
    var boxes: [[SceneBox]]?
    var sources: [Int] = []
  }

  /// A set of files: at once if they fit the memory, else as they are asked for. The header of each is looked at now.
  init(
    name: String, sourceNames: [String], files: [SceneSplit: Files], fit: SceneFit,
    _ loading: Loading
  ) throws(DatasetError) {
    var size: (height: Int, width: Int)?
    var misfits = 0
    for split in SceneSplit.allCases {
      for path in files[split]?.paths ?? [] {
        let own = try wrappingStorage { () throws(StorageError) in try PNG.size(ofFile: path) }
        let fitted = fit.size(height: own.height, width: own.width)
        let wanted = size ?? fitted
        guard fitted == wanted else {
          throw SceneFit.mismatch(path, fitted, wanted)
        }
        size = wanted
        if own.height * wanted.width != own.width * wanted.height { misfits += 1 }
      }
    }
    guard let size else { throw SceneFolders.empty(name, "pictures (*.png)") }
    let bytes = files.values.reduce(0) { $0 + $1.paths.count } * size.height * size.width * 3
    var parts: [SceneSplit: Part] = [:]
    for (split, files) in files where !files.paths.isEmpty {
      let lazy = FilePixels(
        paths: files.paths, fit: fit, size: size, exchanges: loading.isBlueFirst)
      let images: any ScenePixels =
        bytes > loading.memoryLimit
        ? lazy
        : MemoryPixels(
          all: try lazy.bytes(at: Array(files.paths.indices)), size: size.height * size.width * 3)
      parts[split] = Part(
        count: files.paths.count, images: images, boxes: files.boxes, sources: files.sources,
        names: files.paths.map { URL(filePath: $0).lastPathComponent })
    }
    self.init(
      name: name, height: size.height, width: size.width, sourceNames: sourceNames, parts: parts,
      misfitCount: misfits)
  }
}
