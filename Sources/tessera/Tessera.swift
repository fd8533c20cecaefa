import ArgumentParser
import Foundation
import TensorCore
import Trials

/// The command line: thin verbs, each calling one function of `Trials`.
@main
struct Tessera: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera",
    abstract: "Learn representations that predict one thing and hide another.",
    discussion: """
      Data sets are looked for in --data DIR, then in $TESSERA_DATA, then in the user's cache.
      Exit codes: 0 done, 1 failed, 2 bad usage or bad input, 130 and 143 interrupted and saved.
      """,
    version: "tessera, commit \(SourceCommit.current)",
    subcommands: [
      DoctorCommand.self, RunCommand.self, TableCommand.self, ListCommand.self,
      CompareCommand.self, ReportCommand.self, ConfigCommand.self, DataCommand.self,
      CheckpointCommand.self,
      NotebookCommand.self,
      BenchCommand.self,
    ])

  /// Parses, runs and ends with the contract's exit codes; the parser's own code for bad usage is another.
  static func main() {
    var command: any ParsableCommand
    if let complaint = unknownVerb(ProgramArguments.all.dropFirst().first) {
      complain(complaint)
      Foundation.exit(2)
    }
    do {
      command = try parseAsRoot(Array(ProgramArguments.all.dropFirst()))
    } catch {
      end(usage: error)
    }
    // A kernel that the processor lacks would end the program without a word. `doctor` reports it among the rest.
    if let problem = Processor.problems.first, !(command is DoctorCommand) {
      complain(problem)
      Foundation.exit(problem.isAsked ? 2 : 1)
    }
    do {
      try command.run()
    } catch let error as ExitCode {
      Foundation.exit(error.rawValue)
    } catch {
      // The parser knows its own errors: a request for help, a combination of options that cannot be.
      let code = exitCode(for: error)
      if code == .success || code == .validationFailure { end(usage: error) }
      complain(error)
      Foundation.exit(ExitStatus.code(for: error))
    }
  }

  /// The parser calls a mistyped verb an unexpected argument, and does not say which there are.
  private static func unknownVerb(_ word: String?) -> UsageError? {
    let verbs = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word, !word.hasPrefix("-"), !(verbs + ["help"]).contains(word) else { return nil }
    let hint =
      NearMiss.nearest(to: word, among: verbs).map { "did you mean `\($0)`?" }
      ?? "the commands are \(verbs.joined(separator: ", "))"
    return UsageError("no command is called `\(word)`; \(hint)")
  }

  /// One message on standard error.
  static func complain(_ error: any Error) {
    let message = "tessera: " + ExitStatus.message(for: error) + "\n"
    FileHandle.standardError.write(Data(message.utf8))
  }

  private static func end(usage error: any Error) -> Never {
    let text = fullMessage(for: error)
    if exitCode(for: error) == .success {
      print(text)
      Foundation.exit(0)
    }
    FileHandle.standardError.write(Data((text + "\n").utf8))
    Foundation.exit(2)
  }
}
