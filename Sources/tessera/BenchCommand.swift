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
  @OptionGroup var listing: ListingOptions

  func validate() throws {
    if threads < 1 {
      throw ValidationError("--threads: expected a number from 1, found \(threads)")
    }
  }

  func run() throws {
    let catalog = BenchmarkCatalog.standard
    guard let suite else { return listing.show(catalog.text, catalog.json) }
    let timed = try catalog.suite(named: suite)
    Parallelism.threads = threads
    let context = BenchmarkContext(threads: threads) { message in
      FileHandle.standardError.write(Data((message + "\n").utf8))
    }
    let rows = try timed.run(context)
    listing.show(BenchmarkCatalog.text(rows), .array(rows.map(\.json)))
  }
}
