import ArgumentParser
import Datasets
import Foundation
import TensorCore
import Trials

/// `data make`: a generated table by its name, or a set of images by the program that draws it.
struct DataMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make", abstract: "Write a generated data set and print its path.",
    subcommands: [TableMake.self, ScenesMake.self, AtariMake.self, RoomsMake.self],
    defaultSubcommand: TableMake.self)
}

/// `data make NAME`: a generated table as CSV.
struct TableMake: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table",
    abstract: "Write a generated table as CSV; the word `table` may be left out."
  )

  @Argument(help: "The data set.") var name: String
  @Option(help: "The same seed gives the same file.") var seed: UInt64 = 0
  @Option(help: "Rows; by default as many as the measured table has.") var rows: Int?
  @Option(name: .customLong("into"), help: "An existing folder.") var folder = "."

  func validate() throws {
    try PathText.check("--into", folder, "an existing folder")
    if let rows, rows < 1 {
      throw ValidationError("--rows: expected a number from 1, found \(rows)")
    }
    // A generated table takes its columns twice while it is made, at least a hundred bytes per row.
    let available = SystemMemory.availableBytes
    if let rows, Double(rows) * 100 > Double(available) {
      throw ValidationError(
        "--rows: expected a table that fits into the \(SystemMemory.text(available)) of memory that can be had, found \(rows)"
      )
    }
  }

  func run() throws {
    try StandardStream.print(
      DatasetCatalog.make(name, into: folder, seed: seed, rowCount: rows))
  }
}

/// What the makers of image sets have in common.
struct ImageMakeOptions: ParsableArguments {
  @Option(help: "Training images (of each game).") var train: Int?
  @Option(help: "Validation images (of each game).") var validation: Int?
  @Option(help: "Test images (of each game).") var test: Int?
  @Option(help: "Height and width in pixels.") var side = 128
  @Option(help: "The same seed gives the same images.") var seed: UInt32 = 0
  @Option(help: "Processes; they change no image.") var threads = 1
  @Flag(help: "Blue, green, red, the order of the released Atari images.") var bgr = false
  @Flag(help: "Also write folders of PNG files in the original's format.") var png = false
  @Option(help: "The file's name without .h5, where one file is written.") var name: String?
  @Option(
    name: .customLong("into"),
    help: "The folder of the files; by default that of the set in the first data folder.")
  var folder: String?
  @Option(help: "The Python to use; else $TESSERA_MAKER_PYTHON, else python3.") var python: String?
  @Option(help: "The folder that holds the makers; else Datasets, here or above.")
  var scripts: String?
  @OptionGroup var places: PlaceOptions

  func validate() throws {
    try PathText.check("--into", folder, "a folder")
    try PathText.check("--python", python, "a Python")
    try PathText.check("--scripts", scripts, "the folder of the makers")
    for (option, count) in [("train", train), ("validation", validation), ("test", test)] {
      if let count, count < 0 {
        throw ValidationError("--\(option): expected a number from 0, found \(count)")
      }
    }
    guard 8...512 ~= side else {
      throw ValidationError("--side: expected 8 to 512 pixels, found \(side)")
    }
    guard threads >= 1 else {
      throw ValidationError("--threads: expected a number from 1, found \(threads)")
    }
    if let name, name.isEmpty || name.contains("/") {
      throw ValidationError("--name: expected a file's name without folders, found \(name)")
    }
  }

  /// Runs a maker with these options and its own.
  func run(_ maker: PythonMaker, _ own: [String]) throws {
    var arguments = own
    for (option, count) in [("train", train), ("validation", validation), ("test", test)] {
      if let count { arguments += ["--\(option)", String(count)] }
    }
    arguments += ["--side", String(side), "--seed", String(seed), "--threads", String(threads)]
    if bgr { arguments.append("--bgr") }
    if png { arguments.append("--png") }
    if let name { arguments += ["--name", name] }
    SignalTrap.install()
    // The maker is told to end, and takes what it has half written with it.
    SignalTrap.hold()
    defer { SignalTrap.release() }
    try maker.run(
      into: folder ?? places.environment.dataDirectories[0] + "/" + maker.name,
      arguments: arguments,
      PythonMaker.Settings(
        scripts: scripts, python: python, pendingSignal: { SignalTrap.pending },
        report: { StandardStream.note($0) }))
  }
}

/// `data make atari`.
struct AtariMake: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "atari",
    abstract:
      "Play Atari games and write frames with the boxes of their objects (ale-py, OCAtari).",
    discussion: "Needs Python; see Datasets/atari/README.md for what is made and its terms.")

  @Option(help: "Names with commas, such as SpaceInvaders,MsPacman; by default the joint ten.")
  var games: String?
  @Flag(help: "One file, joint.h5, of all the games instead of one file each.") var joint = false
  @Option(help: "Keep about every n-th step of four emulator frames.") var every = 8
  @OptionGroup var options: ImageMakeOptions

  func validate() throws {
    guard every >= 1 else {
      throw ValidationError("--every: expected a number from 1, found \(every)")
    }
  }

  func run() throws {
    var own = ["--every", String(every)]
    if let games { own += ["--games", games] }
    if joint { own.append("--joint") }
    try options.run(.atari, own)
  }
}

/// `data make rooms`.
struct RoomsMake: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rooms",
    abstract: "Draw rooms with spheres, boxes and cylinders, their boxes and masks (MuJoCo).",
    discussion: "Needs Python and Mesa; see Datasets/rooms/README.md for what is made.")

  @Option(help: "small (4 to 8 objects), large (18 to 24), or both with a comma.")
  var sets = "small,large"
  @OptionGroup var options: ImageMakeOptions

  func run() throws { try options.run(.rooms, ["--sets", sets]) }
}
