import Datasets
import Foundation
import Storage
import TensorCore

/// Procedural scenes written out: what `tessera data make scenes` does.
public struct ScenesExport: Sendable {
  /// What the scenes look like.
  public var recipe: SceneRecipe
  /// The same seed gives the same images.
  public var seed: UInt64
  /// The name of the file and of the folder of pictures.
  public var name: String
  /// Whether the scenes are also written as pictures with files of boxes.
  public var withPictures: Bool

  /// An export of these parts.
  public init(recipe: SceneRecipe, seed: UInt64, name: String, withPictures: Bool) {
    self.recipe = recipe
    self.seed = seed
    self.name = name
    self.withPictures = withPictures
  }

  /// Writes `<folder>/<name>.h5` and, if asked for, the folder `<folder>/<name>`; the folder is made if it is not there.
  ///
  /// - Returns: the paths of what was written.
  /// - Throws: ``DatasetError`` if the recipe has a value out of range, there is nothing to write, or a file cannot be
  ///   written.
  public func write(into folder: String, threads: Int = 1) throws(DatasetError) -> [String] {
    let scenes = try ProceduralScenes(recipe, seed: seed)
    guard recipe.imageCount > 0 else {
      throw .unexpected(
        path: "scenes", at: "train, validation, test", expected: "an image at least",
        found: "none", advice: "ask for some, such as train=100")
    }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .storage(
        .unwritable(
          path: folder, at: "create folder", expected: "a folder to write to",
          found: error.localizedDescription))
    }
    Parallelism.threads = threads
    let path = "\(folder)/\(name)"
    try SceneFile.write(scenes, to: path + ".h5", generator: scenes.generator)
    guard withPictures else { return [path + ".h5"] }
    try SceneFile.writePictures(of: scenes, to: path)
    return [path + ".h5", path]
  }
}
