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
    var fingerprint: DataFingerprint?
    func place() throws -> String {
      let place = try self.place(in: directories)
      fingerprint = try DataFingerprint(of: place)
      return place
    }
    let images: any SceneSource
    switch source {
    case .procedural: images = try ProceduralScenes(procedural, seed: UInt64(seed))
    case .hdf5: images = try SceneSet(hdf5: place())
    case .rooms: images = try SceneSet(rooms: place(), side: side)
    case .atari: images = try SceneSet(atari: place(), side: side)
    case .folder:
      let fit: SceneFit =
        switch self.fit {
        case .crop: .croppedSquare(side)
        case .pad: .paddedSquare(side)
        case .stretch: .square(side)
        }
      images = try SceneSet(pictures: place(), fit: fit)
    }
    guard images.height == side && images.width == side else {
      throw ConfigError.invalid(
        key: "model.side", place: "", expected: "\(images.height), the side of \(images.name)",
        found: "\(side)")
    }
    return (images, fingerprint)
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

  private func place(in directories: [String]) throws(DatasetError) -> String {
    let maker = ["rooms", "atari"].first { source == .hdf5 && path.hasPrefix($0 + "/") }
    return try DataPath.find(
      path, key: "data.path", in: directories,
      advice: maker.map { "make it with `tessera data make \($0)` (--help says how)" })
  }
}
