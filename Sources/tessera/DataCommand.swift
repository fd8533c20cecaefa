import ArgumentParser
import Datasets
import Foundation
import Storage
import TensorCore
import Trials

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Find, fetch, verify and make data sets.",
    subcommands: [List.self, Fetch.self, Verify.self, DataMakeCommand.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List data sets with licence, size and where they were found.")

    @OptionGroup var places: PlaceOptions
    @OptionGroup var listing: ListingOptions

    func run() throws {
      let entries = DatasetCatalog.list(in: places.environment.dataDirectories)
      try listing.show(
        DataListing.text(entries), .array(entries.map(JSONValue.init(encoding:))))
    }
  }

  struct Fetch: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Download a data set into --data, or else the first data folder, and check its digests.")

    @Argument(help: "The data set.") var name: String
    @OptionGroup var places: PlaceOptions
    @OptionGroup var listing: ListingOptions

    func run() throws {
      let files = try DatasetCatalog.fetch(name, into: places.environment.dataDirectories[0]) {
        StandardStream.note($0)
      }
      try listing.show(
        DataListing.text(files), .array(files.map(JSONValue.init(encoding:))))
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare sizes and digests; exit code 1 if a file is not what it should be.")

    @Argument(help: "The data set.") var name: String
    @OptionGroup var places: PlaceOptions
    @OptionGroup var listing: ListingOptions

    func run() throws {
      let checks = try DatasetCatalog.verify(name, in: places.environment.dataDirectories)
      try listing.show(
        DataListing.text(checks), .array(checks.map(JSONValue.init(encoding:))))
      if checks.contains(where: { !$0.isFine }) { throw ExitCode(1) }
    }
  }
}
