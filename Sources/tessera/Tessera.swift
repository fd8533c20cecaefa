import ArgumentParser
import CProcess
import Foundation
import Settings
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
      Exit codes: 0 done, 1 failed, 2 bad usage or bad input; 128 and the number of the signal when a signal ended it with the \
      state saved: 129 SIGHUP, 130 SIGINT, 138 SIGUSR1, 140 SIGUSR2, 143 SIGTERM, 152 SIGXCPU.
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
    cp_settle()
    SignalTrap.unblock()
    let words = Array(ProgramArguments.all.dropFirst())
    if let complaint = CommandWords.complaint(words) ?? unknownVerb(words.first) ?? lostFolder() {
      complain(complaint)
      Foundation.exit(2)
    }
    var command: any ParsableCommand
    do {
      command = try parseAsRoot(words)
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
      try StandardStream.closeOutput()
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

  /// Relative paths mean nothing in a working folder that was deleted.
  private static func lostFolder() -> UsageError? {
    var status = stat()
    guard stat(".", &status) != 0 || status.st_nlink == 0 else { return nil }
    return UsageError(
      "the working folder: expected one that is there, found that it was deleted or moved away; cd to another one"
    )
  }

  /// One message on standard error.
  static func complain(_ error: any Error) {
    StandardStream.note("tessera: " + ExitStatus.message(for: error))
  }

  private static func end(usage error: any Error) -> Never {
    let text = fullMessage(for: error)
    if exitCode(for: error) == .success {
      do {
        try StandardStream.print(text)
      } catch {
        complain(error)
        Foundation.exit(1)
      }
      Foundation.exit(0)
    }
    StandardStream.note(text + (settingAdvice(text) ?? ""))
    Foundation.exit(2)
  }

  /// The parser knows no option `--seed`; whoever writes one means the setting.
  private static func settingAdvice(_ text: String) -> String? {
    guard text.contains("Unknown option"), ["run", "config"].contains(CommandLine.arguments[1]),
      let word = CommandLine.arguments.first(where: { $0.hasPrefix("--") && $0.contains("=") })
    else { return nil }
    return "\n  Settings of the config are written without dashes: \(word.dropFirst(2))"
  }
}
