import ArgumentParser
import Datasets
import Foundation
import TensorCore
import Trials

/// `data make scenes`: the built-in scenes as a file, for Python or for a look.
struct ScenesMake: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenes",
    abstract: "Draw procedural scenes and write them with boxes and masks as HDF5.",
    discussion: """
      Settings such as side=128 mostObjects=10 shapes=disc,star change the scenes; a wrong key prints all of them. \
      `tessera run` draws the same scenes as it needs them, without a file.
      """)

  @Argument(help: "key=value settings.") var settings: [String] = []
  @Option(help: "The same seed gives the same images.") var seed: UInt64 = 0
  @Option(help: "The file's name without .h5.") var name = "scenes"
  @Flag(help: "Also write folders of PNG and box files in the format of 3D-Room.") var png = false
  @Option(
    name: .customLong("into"),
    help: "The folder of the files; by default that of the set in the first data folder.")
  var folder: String?
  @Option(help: "Threads; they change no image.") var threads = 1
  @OptionGroup var places: PlaceOptions

  func validate() throws {
    try PathText.check("--into", folder, "a folder")
    guard threads >= 1 else {
      throw ValidationError("--threads: expected a number from 1, found \(threads)")
    }
    if name.isEmpty || name.contains("/") {
      throw ValidationError("--name: expected a file's name without folders, found \(name)")
    }
  }

  func run() throws {
    var recipe = SceneRecipe()
    try recipe.lay(settings)
    let folder = folder ?? places.environment.dataDirectories[0] + "/scenes"
    try ScenesExport(recipe: recipe, seed: seed, name: name, withPictures: png)
      .write(into: folder, threads: threads).forEach { try StandardStream.print($0) }
  }
}
