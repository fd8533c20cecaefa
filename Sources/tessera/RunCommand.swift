import ArgumentParser
import TensorCore
import Trials

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run or resume what a config describes; print the run folder.",
    discussion: """
      key=value lays a value over the file's: optimizer.learningRate=1e-3. Several values with commas \
      (seed=0,1,2) run all combinations, at most \(ExperimentRegistry.greatestRunCount), as a `sweep:` mapping in the \
      file does; a value that has a comma itself stands in quotes within those of the shell: \
      'data.csv.target="yes, no"'. Of a key given twice, the last counts. A run that is done prints its result; one \
      that was stopped or killed resumes. SIGINT (Ctrl-C), SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU end it after \
      the step, with the state saved and 128 plus the signal's number as exit code; under nohup, SIGHUP does nothing.
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
      do {
        try listing.show(OutcomeListing.text(done), OutcomeListing.json(done))
      } catch var error as StreamError {
        let folders = done.map(\.outcome.folder.path).joined(separator: ", ")
        if !folders.isEmpty { error.advice = "the result is kept in \(folders); \(error.advice)" }
        throw error
      }
    }
    do {
      try Failures.throwFirst(of: outcomes)
    } catch {
      throw CommandLineAdvice.added(to: error, of: configs)
    }
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
