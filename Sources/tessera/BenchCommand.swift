import ArgumentParser
import Benchmarks
import Foundation
import Storage
import TensorCore

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time a suite, with its peers side by side where they are installed.")

  @Argument(help: "The suite; the suites are listed if none is named.") var suite: String?
  @Option(help: "Threads of ours and of the peers.") var threads = 1
  @Option(
    name: .customLong("repeat"),
    help: "Rounds a case, ours and the peer one after the other in each; the median counts.")
  var repeats = 3
  @Option(
    name: .customLong("case"),
    help: "Time this case alone, or those that begin with NAME when NAME ends in *.")
  var pattern: String?
  @Option(
    name: .customLong("peers"),
    help: "Folder of the peers' scripts. (default: Benchmarks/peers, here or above)")
  var peerFolder: String?
  @OptionGroup var listing: ListingOptions

  func validate() throws {
    try PathText.check("--peers", peerFolder, "the folder of the peers' scripts")
    if threads < 1 {
      throw ValidationError("--threads: expected a number from 1, found \(threads)")
    }
    if repeats < 1 {
      throw ValidationError("--repeat: expected a number from 1, found \(repeats)")
    }
  }

  func run() throws {
    let catalog = BenchmarkCatalog.standard
    guard let suite else { return try listing.show(catalog.text, catalog.json) }
    let timed = try catalog.suite(named: suite)
    Parallelism.threads = threads
    let context = BenchmarkContext(
      threads: threads, repeats: repeats, pattern: pattern, peerFolder: peerFolder
    ) { message in
      StandardStream.note(message)
    }
    let rows = try timed.run(context)
    try listing.show(BenchmarkCatalog.text(rows), .array(rows.map(\.json)))
  }
}
