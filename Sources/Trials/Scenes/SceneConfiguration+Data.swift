import Datasets
import Storage

extension SceneConfiguration.Data {
  /// Opens the images.
  ///
  /// - Parameters:
  ///   - side: height and width that the model wants.
  ///   - seed: of the generator.
  ///   - directories: where a path is looked for that does not exist as it stands.
  /// - Returns: the images, and what tells them from others under the same path; `nil` for generated ones, which follow from
  ///   the configuration.
  /// - Throws: `DatasetError`; `StorageError` if a file cannot be read; ``ConfigError`` for images of another size.
  func open(side: Int, seed: Int, in directories: [String]) throws
    -> (images: any SceneSource, fingerprint: DataFingerprint?)
  {
    let fingerprint = try fingerprint(in: directories, side: side)
    func place() -> String { fingerprint!.path }
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
    return (images, fingerprint)
  }

  /// What tells the data from others under the same path; `nil` for generated ones.
  ///
  /// - Throws: as ``open(side:seed:in:)`` for data that are not there.
  func fingerprint(in directories: [String], side: Int = 128) throws -> DataFingerprint? {
    source == .procedural
      ? nil : try DataFingerprint(of: place(in: directories, side: side))
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
