import Datasets
import Foundation
import Storage

extension SceneConfiguration.Data {
  /// Opens the images.
  ///
  /// - Parameters:
  ///   - side: height and width that the model wants.
  ///   - seed: of the generator.
  ///   - directories: where a path is looked for that does not exist as it stands.
  /// - Throws: `DatasetError`; ``ConfigError`` for images of another size.
  func open(side: Int, seed: Int, in directories: [String]) throws -> any SceneSource {
    let source: any SceneSource
    switch self.source {
    case .procedural: source = try ProceduralScenes(procedural, seed: UInt64(seed))
    case .hdf5: source = try SceneSet(hdf5: place(in: directories))
    case .rooms: source = try SceneSet(rooms: place(in: directories), side: side)
    case .atari: source = try SceneSet(atari: place(in: directories), side: side)
    case .folder:
      let fit: SceneFit =
        switch self.fit {
        case .crop: .croppedSquare(side)
        case .pad: .paddedSquare(side)
        case .stretch: .square(side)
        }
      source = try SceneSet(pictures: place(in: directories), fit: fit)
    }
    guard source.height == side && source.width == side else {
      throw ConfigError.invalid(
        key: "model.side", place: "", expected: "\(source.height), the side of \(source.name)",
        found: "\(side)")
    }
    return source
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

  /// What tells the images from others under the same path; `nil` for generated ones, which follow from the configuration.
  ///
  /// - Throws: `StorageError` if a file cannot be read.
  func fingerprint(in directories: [String]) throws -> DataFingerprint? {
    source == .procedural ? nil : try DataFingerprint(of: place(in: directories))
  }

  private func place(in directories: [String]) throws(DatasetError) -> String {
    let maker = ["rooms", "atari"].first { source == .hdf5 && path.hasPrefix($0 + "/") }
    return try DataPath.find(
      path, key: "data.path", in: directories,
      advice: maker.map { "make it with `tessera data make \($0)` (--help says how)" })
  }
}
