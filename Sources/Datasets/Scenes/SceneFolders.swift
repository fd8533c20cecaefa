import Foundation
import Storage

/// Finding pictures in folders.
enum SceneFolders {
  static func exists(_ path: String) -> Bool { FolderListing(path) != nil }

  /// Whether a name is of those that systems and programs leave behind: hidden, or the Finder's.
  private static func isLeftBehind(_ name: String) -> Bool {
    name.hasPrefix(".") || name == "__MACOSX"
  }

  /// The names of the folders in a folder, in the order of their bytes.
  static func folders(_ folder: String) -> [String] {
    (FolderListing(folder)?.folders ?? []).filter { !isLeftBehind($0) }
  }

  /// The names of the pictures in a folder, in the order of their bytes.
  static func pictures(_ folder: String) -> [String] {
    (FolderListing(folder)?.files ?? []).filter {
      $0.lowercased().hasSuffix(".png") && !isLeftBehind($0)
    }
  }

  /// The folders inside that hold pictures, and how many, with their paths from the folder; looked for some levels deep.
  static func pictureFolders(_ folder: String, besides names: Set<String> = []) -> [(
    name: String, count: Int
  )] {
    var found: [(name: String, count: Int)] = []
    var open = folders(folder).filter { !names.contains($0) }.map { (name: $0, depth: 1) }
    var looks = 0
    while looks < min(open.count, 2_000) {
      let (name, depth) = open[looks]
      looks += 1
      let count = pictures("\(folder)/\(name)").count
      if count > 0 { found.append((name, count)) }
      if depth < 4 {
        open += folders("\(folder)/\(name)").map { ("\(name)/\($0)", depth + 1) }
      }
    }
    return found
  }

  /// The folders and how many pictures each holds, for a message.
  static func words(_ folders: [(name: String, count: Int)]) -> String {
    let shown = folders.prefix(8).map { "\(FileName.shown($0.name)) (\($0.count))" }
      .joined(separator: ", ")
    return folders.count > 8 ? "\(shown) and \(folders.count - 8) more" : shown
  }

  /// The names of pictures in other formats.
  private static func otherPictures(_ folder: String) -> [String] {
    let endings = [".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"]
    return (FolderListing(folder)?.files ?? []).filter { name in
      !isLeftBehind(name) && endings.contains { name.lowercased().hasSuffix($0) }
    }
  }

  /// What there is in the place of pictures, and what to do about it.
  private static func finding(_ folder: String) -> (found: String, advice: String) {
    guard exists(folder) else {
      guard DatasetFiles.exists(folder), let sample = try? FileSample(reading: folder) else {
        return ("no such folder", "check the path, or put the pictures there")
      }
      switch sample.kind {
      case .hdf5?:
        return (sample.words, "name a folder; an HDF5 file is read with data.source=hdf5")
      case let kind? where kind.isPicture:
        return ("no such folder but \(sample.words)", "name the folder that holds the pictures")
      case let kind?:
        return ("no such folder but \(sample.words)", kind.advice(for: folder, wanted: .hdf5))
      case nil: return ("no such folder but a file", "name a folder")
      }
    }
    let inside = pictureFolders(folder)
    if !inside.isEmpty {
      let total = inside.reduce(0) { $0 + $1.count }
      return (
        "none in it, but \(total) in folders inside: \(words(inside))",
        "name one of these folders, or put the pictures into one folder under names of their own"
      )
    }
    let others = otherPictures(folder)
    if let first = others.first {
      let ending = first.split(separator: ".").last ?? ""
      return (
        "none, but \(others.count) in other formats, such as \(FileName.shown(first))",
        "convert the pictures there to PNG, for instance with `mogrify -auto-orient -format png "
          + "\(FileKind.quoted(folder))/*.\(ending)`"
      )
    }
    return ("none", "check the path, or put the pictures there")
  }

  static func empty(_ folder: String, _ expected: String) -> DatasetError {
    let (found, advice) = finding(folder)
    return .unexpected(
      path: folder, at: "folder", expected: expected, found: found, advice: advice)
  }

  /// A note where an order by numbers would be another: `img10.png` comes before `img2.png`.
  static func orderNote(_ names: [String]) -> String? {
    for (left, right) in zip(names, names.dropFirst())
    where left.compare(right, options: .numeric) == .orderedDescending {
      return "pictures are taken in the order of their names letter by letter: "
        + "\(FileName.shown(left)) comes before \(FileName.shown(right))"
    }
    return nil
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
    notes: [String] = [], _ loading: Loading
  ) throws(DatasetError) {
    var size: (height: Int, width: Int)?
    var (misfits, enlarged) = (0, 0)
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
        if own.height < wanted.height && own.width < wanted.width { enlarged += 1 }
      }
    }
    guard let size else { throw SceneFolders.empty(name, "pictures (*.png)") }
    let total = files.values.reduce(0) { $0 + $1.paths.count }
    let inMemory = total * size.height * size.width * 3 <= loading.memoryLimit
    var parts: [SceneSplit: Part] = [:]
    var findings = PictureFindings(alpha: loading.alpha)
    for split in SceneSplit.allCases {
      guard let files = files[split], !files.paths.isEmpty else { continue }
      let lazy = FilePixels(
        paths: files.paths, fit: fit, size: size, exchanges: loading.isBlueFirst,
        alpha: loading.alpha)
      let looked = inMemory ? files.paths.count : min(files.paths.count, PictureFindings.sample)
      let (bytes, looks) = try lazy.look(at: Array(0..<looked))
      findings.add(looks, of: split, among: files.paths.count)
      let images: any ScenePixels =
        inMemory ? MemoryPixels(all: bytes, size: size.height * size.width * 3) : lazy
      parts[split] = Part(
        count: files.paths.count, images: images, boxes: files.boxes, sources: files.sources,
        names: files.paths.map { FileName.shown(String($0.split(separator: "/").last ?? "")) })
    }
    var notes = notes + findings.notes
    if enlarged > 0 {
      notes.append(
        "\(enlarged) of \(total) pictures are smaller than \(size.width) x \(size.height) and were enlarged"
      )
    }
    self.init(
      name: name, height: size.height, width: size.width, sourceNames: sourceNames, parts: parts,
      misfitCount: misfits, notes: notes)
  }
}
