import ArgumentParser
import Trials

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run or resume what a config describes; print the run folder.",
    discussion: """
      key=value lays a value over the file's: optimizer.learningRate=1e-3. Several values with commas \
      (seed=0,1,2) run all combinations, as a `sweep:` mapping in the file does. A run that is done prints its \
      result; one that was stopped or killed resumes.
      """)

  @Argument(help: "The YAML file.") var config: String
  @Argument(help: "Values over the file's: key=value …") var overrides: [String] = []
  @Flag(help: "The minutes-long form.") var quick = false
  @OptionGroup var session: SessionOptions
  @OptionGroup var places: PlaceOptions
  @OptionGroup var listing: ListingOptions

  func run() throws {
    let configs = try ExperimentRegistry.standard.load(
      path: config, overrides: overrides, quick: quick)
    let outcomes = Sweep.run(
      configs, registry: .standard, options: session.runOptions(places),
      threads: configs[0].threads, observer: session.observer())
    let done = zip(configs, outcomes).compactMap { config, outcome in
      (try? outcome.get()).map { (config: config, outcome: $0) }
    }
    if !done.isEmpty || listing.isJSON {
      listing.show(OutcomeListing.text(done), OutcomeListing.json(done))
    }
    try Failures.throwFirst(of: outcomes)
  }
}

/// Ends a verb that did several runs.
enum Failures {
  /// Throws the interruption if there was one, else the first error; the others were shown as they came.
  static func throwFirst(of outcomes: [Result<RunOutcome, any Error>]) throws {
    var first: (any Error)?
    for case .failure(let error) in outcomes {
      if case RunError.interrupted = error { throw error }
      first = first ?? error
    }
    if let first { throw first }
  }
}
