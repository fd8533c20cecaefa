import Foundation
import Storage

extension SceneSet {
  /// Reads the folder of a 3D-Room set as its authors published it.
  ///
  /// `train`, `val` and `test` hold pictures `<index>-*.png`, taken in the order of the index; `bb/bb_<i>.txt` in each,
  /// where there is such a folder, the boxes of the i-th picture of that order: lines `cx,cy,w,h` in pixels of 128. The
  /// shorter side is resized to `side`.
  ///
  /// - Throws: ``DatasetError`` with the folder that has no pictures, the picture that is damaged, of another size or
  ///   without an index, or the file of boxes that is missing or wrong.
  public init(
    rooms folder: String, side: Int = 128, _ loading: Loading = Loading()
  ) throws(DatasetError) {
    var files: [SceneSplit: Files] = [:]
    for (split, name) in [(SceneSplit.train, "train"), (.validation, "val"), (.test, "test")] {
      let inside = "\(folder)/\(name)"
      guard SceneFolders.exists(inside) else { continue }
      var pictures: [(index: Int, path: String)] = []
      for picture in SceneFolders.pictures(inside) {
        guard let index = Int(picture.prefix { $0 != "-" && $0 != "." }) else {
          throw .unexpected(
            path: "\(inside)/\(picture)", at: "file name", expected: "<index>-<anything>.png",
            found: picture, advice: "rename the file, or read the folder as one of plain pictures")
        }
        pictures.append((index, "\(inside)/\(picture)"))
      }
      guard !pictures.isEmpty else { throw SceneFolders.empty(inside, "pictures <index>-*.png") }
      pictures.sort { ($0.index, $0.path) < ($1.index, $1.path) }
      files[split] = Files(
        paths: pictures.map(\.path),
        boxes: try SceneFolders.boxes("\(inside)/bb", count: pictures.count))
    }
    guard !files.isEmpty else { throw SceneFolders.empty(folder, "one of train, val, test") }
    let name = URL(filePath: folder).lastPathComponent
    try self.init(
      name: name, sourceNames: [name], files: files, fit: .shorterSide(side), loading)
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
    let there = SceneFolders.names(folder).filter { name in
      SceneSplit.allCases.contains { SceneFolders.exists("\(folder)/\(name)/\($0)") }
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
    for split in SceneSplit.allCases {
      var part = Files(boxes: [])
      for (source, game) in chosen.enumerated() {
        let inside = "\(folder)/\(game)/\(split)"
        guard SceneFolders.exists(inside) else { continue }
        let pictures = SceneFolders.pictures(inside)
        guard !pictures.isEmpty else { throw SceneFolders.empty(inside, "pictures (*.png)") }
        part.paths += pictures.map { "\(inside)/\($0)" }
        part.sources += pictures.map { _ in source }
        let boxes = try SceneFolders.boxes("\(inside)/bb", count: pictures.count)
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
  /// Where it has folders `train`, `validation` (or `val`) or `test`, these are the splits. Otherwise, of its own pictures
  /// in the order of their names, every ninth of ten is for validation and every tenth for testing, the rest for
  /// training; with `split`, all are in that one.
  ///
  /// - Throws: ``DatasetError`` with the folder if it has no pictures, or the picture that is damaged.
  public init(
    pictures folder: String, fit: SceneFit, split: SceneSplit? = nil,
    _ loading: Loading = Loading()
  ) throws(DatasetError) {
    var files: [SceneSplit: Files] = [:]
    let named: [(SceneSplit, String)] = [
      (.train, "train"), (.validation, "validation"), (.validation, "val"), (.test, "test"),
    ]
    for (split, name) in named where files[split] == nil {
      let inside = "\(folder)/\(name)"
      let paths = SceneFolders.pictures(inside).map { "\(inside)/\($0)" }
      if !paths.isEmpty { files[split] = Files(paths: paths) }
    }
    if files.isEmpty || split != nil {
      let paths = SceneFolders.pictures(folder).map { "\(folder)/\($0)" }
      guard !paths.isEmpty else { throw SceneFolders.empty(folder, "pictures (*.png)") }
      files = [:]
      for (place, path) in paths.enumerated() {
        let own: SceneSplit = place % 10 == 8 ? .validation : place % 10 == 9 ? .test : .train
        files[split ?? own, default: Files()].paths.append(path)
      }
    }
    let name = URL(filePath: folder).lastPathComponent
    try self.init(name: name, sourceNames: [name], files: files, fit: fit, loading)
  }
}
