import ArgumentParser
import Foundation
import Storage
import Trials

struct NotebookCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notebook",
    abstract: "Execute Markdown notebooks and compare or rewrite what they print.",
    subcommands: [Check.self, Update.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Execute and compare; exit code 1 if anything differs.")

    @Argument(help: "Markdown files.") var files: [String]
    @OptionGroup var listing: ListingOptions

    func run() throws { try NotebookCommand.show(Notebook.check(paths: files), listing) }
  }

  struct Update: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Execute and rewrite the outputs that are no longer true.")

    @Argument(help: "Markdown files.") var files: [String]
    @OptionGroup var listing: ListingOptions

    func run() throws { try NotebookCommand.show(Notebook.update(paths: files), listing) }
  }

  private static func show(_ outcomes: [Notebook.Outcome], _ listing: ListingOptions) throws {
    try listing.show(
      outcomes.map { $0.text + "\n" }.joined(), .array(outcomes.map(JSONValue.init(encoding:))))
    if outcomes.contains(where: { !$0.passed }) { throw ExitCode(1) }
  }
}
