import ArgumentParser
import Storage
import Trials

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show what a config says and where each value came from.",
    subcommands: [Show.self, Explain.self, Schema.self])

  /// What a config is read from.
  struct Source: ParsableArguments {
    @Argument(help: "The YAML file.") var config: String
    @Argument(help: "Values over the file's: key=value …") var overrides: [String] = []
    @Flag(help: "With the overrides of the quick form.") var quick = false

    func load() throws -> [ResolvedConfig] {
      try ExperimentRegistry.standard.load(path: config, overrides: overrides, quick: quick)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the resolved YAML; of a sweep, one document a run.")

    @OptionGroup var source: Source
    @OptionGroup var listing: ListingOptions

    func run() throws {
      let configs = try source.load()
      try listing.show(
        configs.map(\.yaml).joined(separator: "---\n"), .array(configs.map(\.json)))
    }
  }

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print each key with its value, its origin and its meaning.")

    @OptionGroup var source: Source
    @OptionGroup var listing: ListingOptions

    func run() throws {
      let configs = try source.load()
      try listing.show(
        configs.map(ConfigListing.explain).joined(separator: "\n"),
        .array(configs.map(ConfigListing.explanation)))
    }
  }

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print keys, types, defaults and meanings of an experiment, or of all.")

    @Argument(help: "The experiment.") var experiment: String?
    @OptionGroup var listing: ListingOptions

    func run() throws {
      let registry = ExperimentRegistry.standard
      guard let experiment else {
        let text = registry.entries.map {
          "\($0.name): \($0.summary)\n\n" + ConfigListing.schemaText($0.template)
        }
        return try listing.show(
          text.joined(separator: "\n"), .array(registry.entries.map(ConfigListing.schema)))
      }
      let entry = try registry.entry(named: experiment)
      try listing.show(ConfigListing.schemaText(entry.template), ConfigListing.schema(entry))
    }
  }
}
