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
      source = try SceneSet(pictures: place(in: directories), fit: .square(side))
    }
    guard source.height == side && source.width == side else {
      throw ConfigError.invalid(
        key: "model.side", place: "", expected: "\(source.height), the side of \(source.name)",
        found: "\(side)")
    }
    return source
  }

  private func place(in directories: [String]) -> String {
    let candidates = [path] + directories.map { "\($0)/\(path)" }
    return candidates.first { FileManager.default.fileExists(atPath: $0) } ?? path
  }
}
