import ArgumentParser
import Foundation
import TensorCore
import Trials

struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Look into files of arrays: safetensors, npz, HDF5.",
    subcommands: [Inspect.self, Convert.self, Diff.self])

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print names, types, shapes, norms and ranges.")

    @Argument(help: "The file.") var file: String
    @OptionGroup var listing: ListingOptions

    func run() throws {
      let contents = try ArrayFile.read(file)
      try listing.show(CheckpointListing.inspect(contents), CheckpointListing.inspection(contents))
    }
  }

  struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the arrays of one file in the format that the other's ending names.")

    @Argument(help: "The file to read.") var source: String
    @Argument(help: "The file to write.") var target: String

    func run() throws {
      let lost = try ArrayFile.write(ArrayFile.read(source), to: target)
      if !lost.isEmpty { StandardStream.note("tessera: note: \(lost)") }
      try StandardStream.print(target)
    }
  }

  struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare two files array by array; exit code 1 if they differ.")

    @Argument(help: "The first file.") var first: String
    @Argument(help: "The second file.") var second: String
    @OptionGroup var listing: ListingOptions

    func run() throws {
      let difference = CheckpointDifference(
        try ArrayFile.read(first), try ArrayFile.read(second))
      try listing.show(difference.text, difference.json)
      if !difference.isEqual { throw ExitCode(1) }
    }
  }
}
