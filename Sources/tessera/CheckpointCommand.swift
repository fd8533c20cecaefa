import ArgumentParser
import TensorCore
import Trials

struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Look into files of arrays: safetensors, npz, npy, HDF5.",
    subcommands: [Inspect.self, Convert.self, Diff.self])

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print names, types, shapes, norms and ranges.")

    @Argument(help: "The file.") var file: String
    @OptionGroup var listing: ListingOptions

    func run() throws {
      let contents = try ArrayFile.contents(of: file)
      try listing.show(CheckpointListing.inspect(contents), CheckpointListing.inspection(contents))
      contents.notes.forEach(note)
      if contents.checkpoint.tensors.isEmpty && !contents.leftOut.isEmpty {
        note("no array can be read; the reasons stand above")
        throw ExitCode(2)
      }
      if contents.leftOut.contains(where: { !$0.isSound }) {
        note("an array is damaged: fetch or write the file again")
        throw ExitCode(2)
      }
    }
  }

  struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the arrays of one file in the format that the other's ending names.")

    @Argument(help: "The file to read.") var source: String
    @Argument(help: "The file to write.") var target: String

    func run() throws {
      try ArrayFile.write(ArrayFile.contents(of: source), to: target).forEach(note)
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
        try ArrayFile.contents(of: first), try ArrayFile.contents(of: second))
      try listing.show(difference.text, difference.json)
      if !difference.isEqual { throw ExitCode(1) }
    }
  }
}

/// A line for a person beside the output.
private func note(_ text: String) { StandardStream.note("tessera: note: \(text)") }
