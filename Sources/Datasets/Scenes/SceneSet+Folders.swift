import Foundation
import Storage

extension SceneSet {
  /// Reads the folder of a 3D-Room set as its authors published it.
  ///
  /// `train`, `val` (or `validation`, `valid`, `dev`) and `test`, in any letters, hold pictures `<index>-*.png`, taken in the order of the index; `bb/bb_<i>.txt` in each,
  /// where there is such a folder, the boxes of the i-th picture of that order: lines `cx,cy,w,h` in pixels of 128. The
  /// shorter side is resized to `side`.
  ///
  /// - Throws: ``DatasetError`` with the folder that has no pictures, the picture that is damaged, of another size or
  ///   without an index, or the file of boxes that is missing or wrong.
  public init(
    rooms folder: String, side: Int = 128, _ loading: Loading = Loading()
  ) throws(DatasetError) {
    var files: [SceneSplit: Files] = [:]
    var notes: [String] = []
    let splits = try SceneSplit.named(
      among: SceneFolders.folders(folder), path: folder, at: "folders")
    for split in SceneSplit.allCases {
      guard let name = splits[split] else { continue }
      let inside = "\(folder)/\(name)"
      var pictures: [(index: Int, path: String)] = []
      for picture in SceneFolders.pictures(inside) {
        guard let index = Int(picture.prefix { $0 != "-" && $0 != "." }) else {
          throw .unexpected(
            path: "\(inside)/\(picture)", at: "file name", expected: "<index>-<anything>.png",
            found: FileName.shown(picture),
            advice: "rename the file, or read the folder as one of plain pictures")
        }
        pictures.append((index, "\(inside)/\(picture)"))
      }
      guard !pictures.isEmpty else { throw SceneFolders.empty(inside, "pictures <index>-*.png") }
      pictures.sort { ($0.index, $0.path) < ($1.index, $1.path) }
      files[split] = Files(
        paths: pictures.map(\.path),
        boxes: try SceneBoxText.boxes("\(inside)/bb", pictures: pictures.map(\.path)))
      notes += Self.strayBoxes(inside, hasBoxes: files[split]?.boxes != nil)
    }
    guard !files.isEmpty else { throw SceneFolders.empty(folder, "one of train, val, test") }
    let name = URL(filePath: folder).lastPathComponent
    try self.init(
      name: name, sourceNames: [name], files: files, fit: .shorterSide(side), notes: notes, loading)
  }

  /// A note on what looks like boxes beside pictures and is not read.
  private static func strayBoxes(_ folder: String, hasBoxes: Bool) -> [String] {
    guard !hasBoxes, let listing = FolderListing(folder) else { return [] }
    let words = ["labels", "label", "annotations", "annotation", "boxes", "bboxes"]
    let folders = listing.folders.filter { words.contains($0.lowercased()) }
    let files = listing.files.filter { name in
      [".txt", ".xml", ".json", ".csv"].contains { name.lowercased().hasSuffix($0) }
    }
    guard let first = folders.first ?? files.first else { return [] }
    return [
      "\(URL(filePath: folder).lastPathComponent) has no boxes: they are read from bb/bb_<i>.txt, "
        + "lines \(SceneBoxText.expectation); \(FileName.shown(first)) is not read"
    ]
  }

  /// Reads the folders of Atari games as the authors of SPACE published them.
  ///
  /// `<game>/train`, `<game>/validation` and `<game>/test` hold pictures, taken in the order of their names, game by game;
  /// each is resized to a square. Boxes are read from `bb/bb_<i>.txt` in each split's folder as in a 3D-Room set, where
  /// every game of a split has them.
  ///
  /// - Parameters:
  ///   - folder: the folder of the games' folders.
  ///   - games: names of games, with or without the ending `-v0` of their folders; none for all that are there.
  ///   - side: the rows and columns of an image.
  ///   - loading: how the set is read. The published files have blue first: with `isBlueFirst` false they are handed out
  ///     as they are, the way the authors trained.
  /// - Throws: ``DatasetError`` with the game that is not there (and the ones that are), the folder without pictures, or
  ///   the picture that is damaged.
  public init(
    atari folder: String, games: [String] = [], side: Int = 128, _ loading: Loading = Loading()
  ) throws(DatasetError) {
    let there = SceneFolders.folders(folder).filter { name in
      SceneFolders.folders("\(folder)/\(name)").contains { SceneSplit(calledAfter: $0) != nil }
    }
    guard !there.isEmpty else {
      throw SceneFolders.empty(folder, "folders <game>/{train,validation,test}")
    }
    var chosen: [String] = []
    for game in games.isEmpty ? there : games {
      guard let name = [game, "\(game)-v0"].first(where: there.contains) else {
        throw .unexpected(
          path: folder, at: "games", expected: "a folder \(game) or \(game)-v0",
          found: there.joined(separator: ", "), advice: "name one of those that are there")
      }
      chosen.append(name)
    }
    var files: [SceneSplit: Files] = [:]
    var splits: [[SceneSplit: String]] = []
    for game in chosen {
      let inside = "\(folder)/\(game)"
      splits.append(
        try SceneSplit.named(among: SceneFolders.folders(inside), path: inside, at: "folders"))
    }
    for split in SceneSplit.allCases {
      var part = Files(boxes: [])
      for (source, game) in chosen.enumerated() {
        guard let name = splits[source][split] else { continue }
        let inside = "\(folder)/\(game)/\(name)"
        let pictures = SceneFolders.pictures(inside)
        guard !pictures.isEmpty else { throw SceneFolders.empty(inside, "pictures (*.png)") }
        part.paths += pictures.map { "\(inside)/\($0)" }
        part.sources += pictures.map { _ in source }
        let boxes = try SceneBoxText.boxes(
          "\(inside)/bb", pictures: pictures.map { "\(inside)/\($0)" })
        part.boxes = boxes.flatMap { boxes in part.boxes.map { $0 + boxes } }
      }
      if !part.paths.isEmpty { files[split] = part }
    }
    try self.init(
      name: chosen.count == 1 ? chosen[0] : "\(chosen.count) games", sourceNames: chosen,
      files: files, fit: .square(side), loading)
  }

  /// Reads any folder of pictures, without boxes.
  ///
  /// Where it has folders called after splits with pictures in them (`train`, `validation`, `val`, `valid`, `dev`, `test` in
  /// any letters), these are the splits. Otherwise, of its own pictures in the order of their names, letter by letter, every
  /// ninth of ten is for validation and every tenth for testing, the rest for training; with `split`, all are in that one.
  /// ``SceneSet/notes`` names the pictures that are not read, such as those in other folders inside.
  ///
  /// - Throws: ``DatasetError`` with the folder if it has no pictures, or the picture that is damaged.
  public init(
    pictures folder: String, fit: SceneFit, split: SceneSplit? = nil,
    _ loading: Loading = Loading()
  ) throws(DatasetError) {
    var files: [SceneSplit: Files] = [:]
    var notes: [String] = []
    let called = SceneFolders.folders(folder).filter {
      SceneSplit(calledAfter: $0) != nil && !SceneFolders.pictures("\(folder)/\($0)").isEmpty
    }
    for (split, name) in try SceneSplit.named(among: called, path: folder, at: "folders") {
      let inside = "\(folder)/\(name)"
      files[split] = Files(paths: SceneFolders.pictures(inside).map { "\(inside)/\($0)" })
    }
    let own = SceneFolders.pictures(folder)
    if files.isEmpty || split != nil {
      guard !own.isEmpty else { throw SceneFolders.empty(folder, "pictures (*.png)") }
      files = [:]
      for (place, name) in own.enumerated() {
        let part: SceneSplit = place % 10 == 8 ? .validation : place % 10 == 9 ? .test : .train
        files[split ?? part, default: Files()].paths.append("\(folder)/\(name)")
      }
      if split == nil, let note = SceneFolders.orderNote(own) { notes.append(note) }
      let inside = SceneFolders.pictureFolders(folder)
      if !inside.isEmpty {
        notes.append("pictures in folders inside are not read: \(SceneFolders.words(inside))")
      }
    } else {
      if !own.isEmpty {
        notes.append(
          "\(own.count) pictures beside the folders \(called.joined(separator: ", ")) are not read")
      }
      let inside =
        SceneFolders.pictureFolders(folder, besides: Set(called))
        + called.flatMap { name in
          SceneFolders.pictureFolders("\(folder)/\(name)").map { ("\(name)/\($0.name)", $0.count) }
        }
      if !inside.isEmpty {
        notes.append("pictures in other folders are not read: \(SceneFolders.words(inside))")
      }
    }
    let name = URL(filePath: folder).lastPathComponent
    try self.init(name: name, sourceNames: [name], files: files, fit: fit, notes: notes, loading)
  }
}
