import Datasets
import Storage

extension SceneConfiguration.Data {
  /// Opens the images.
  ///
  /// - Parameters:
  ///   - side: height and width that the model wants.
  ///   - seed: of the generator.
  ///   - directories: where a path is looked for that does not exist as it stands.
  /// - Throws: `DatasetError`; `StorageError` if a file cannot be read; ``ConfigError`` for images of another size.
  func open(side: Int, seed: Int, in directories: [String]) throws -> any SceneSource {
    func place() throws -> String { try self.place(in: directories, side: side) }
    let images: any SceneSource
    switch source {
    case .procedural: images = try ProceduralScenes(procedural, seed: UInt64(seed))
    case .hdf5: images = try SceneSet(hdf5: place())
    case .rooms: images = try SceneSet(rooms: place(), side: side, .init(alpha: alpha))
    case .atari: images = try SceneSet(atari: place(), side: side, .init(alpha: alpha))
    case .folder:
      let fit: SceneFit =
        switch self.fit {
        case .crop: .croppedSquare(side)
        case .pad: .paddedSquare(side)
        case .stretch: .square(side)
        }
      images = try SceneSet(pictures: place(), fit: fit, .init(alpha: alpha))
    }
    guard images.height == side && images.width == side else {
      throw ConfigError.invalid(
        key: "model.side", place: "", expected: "\(images.height), the side of \(images.name)",
        found: "\(side)")
    }
    return images
  }

  /// The files that are read; none for generated images, which follow from the configuration.
  ///
  /// - Throws: as ``open(side:seed:in:)`` for data that are not there.
  func inputs(side: Int, in directories: [String]) throws -> [InputFile] {
    let contents: InputFile.Contents
    switch source {
    case .procedural: return []
    case .hdf5: contents = .file
    case .rooms: contents = .scenes(.rooms)
    case .atari: contents = .scenes(.games)
    case .folder: contents = .scenes(.pictures)
    }
    return [
      InputFile(
        key: "data.path", path: try place(in: directories, side: side), contents: contents,
        isReadThroughout: true)
    ]
  }

  /// Throws if a run whose states note the data by themselves, as they did before the runner noted all inputs, is to go on with
  /// others.
  func check(against noted: String?, side: Int, in directories: [String]) throws {
    guard let noted, source != .procedural, noted != SHA256.hex(of: []) else { return }
    let now = try EarlierFingerprint(of: place(in: directories, side: side))
    guard now.digest == noted else {
      throw RunError.unreadable(
        path: path,
        expected: "the data that the run began with (SHA-256 of its \(now.covers): \(noted))",
        found: now.digest,
        advice: "put the old data back to resume, or give the same command with --new-data")
    }
  }

  /// What a reader of the results must know about how pictures were brought to size; `nil` where nothing was changed.
  func fitNote(_ source: any SceneSource) -> String? {
    guard self.source == .folder, let count = (source as? SceneSet)?.misfitCount, count > 0 else {
      return nil
    }
    let what =
      switch fit {
      case .crop: "cropped to their middle square"
      case .pad: "padded with black to squares"
      case .stretch: "stretched to squares, out of proportion"
      }
    return "\(count) pictures that are no squares were \(what) (data.fit=\(fit.rawValue))"
  }

  private func place(in directories: [String], side: Int) throws(DatasetError) -> String {
    try DataPath.find(
      path, key: "data.path", in: directories,
      advice: command(side: side).map { "make it with `\($0)` (--help says more)" })
  }

  /// The command that makes the file of rooms or of a game that the path names, with images of `side` pixels; `nil` for other paths.
  private func command(side: Int) -> String? {
    let parts = path.split(separator: "/")
    guard source == .hdf5 && parts.count == 2 && parts[1].hasSuffix(".h5") else { return nil }
    let name = parts[1].dropLast(3)
    switch parts[0] {
    case "rooms":
      guard let set = ["small", "large"].first(where: { name.hasPrefix($0) }) else {
        return "tessera data make rooms"
      }
      let other = side == 128 && name == set ? "" : " --side \(side) --name \(name)"
      return "tessera data make rooms --sets \(set)\(other)"
    case "atari":
      let games = name == "joint" ? "--joint" : "--games \(name)"
      return "tessera data make atari \(games)" + (side == 128 ? "" : " --side \(side)")
    default: return nil
    }
  }
}
