import Foundation
import Storage

/// Executable Markdown: prose, code, what the code prints, and figures in one file, checked against the package.
///
/// - A fenced `swift` block is compiled against the package that the notebook lies in, and run with the notebook's folder
///   as current folder, so that it can write `figures/x.svg`. All such blocks of one notebook form one program: later blocks
///   see the variables of earlier ones. What a block prints is compared with the `output` or `text` fence that follows it.
/// - In a fenced `console` block each line that begins with `$ ` is run by `/bin/sh` in the package's folder (a line ending in a
///   backslash goes on in the next), and what it prints is compared with the lines below it. `tessera` is the program that is
///   running. A command that should fail is written with `exit=2` in the fence.
/// - Blocks run in the order of the page. `tolerance=0.05` in the fence lets numbers differ by that much, `tolerance=5%` by that
///   share; without it they are compared as text. `…` stands for any text, also over several lines.
///
/// ## Topics
/// - ``check(paths:)``
/// - ``update(paths:)``
public enum Notebook {
  /// What became of one notebook.
  public struct Outcome: Sendable, Codable, Equatable {
    /// The file, as it was given.
    public var path: String
    /// How many `swift` blocks and `console` commands were run.
    public var executed: Int
    /// How many outputs were rewritten; 0 when checking.
    public var updated: Int
    /// What is wrong, in the order of the page; empty for a notebook that holds what it says.
    public var problems: [Problem]

    /// Whether nothing is wrong.
    public var passed: Bool { problems.isEmpty }

    /// The outcome for a person at a terminal: one line, and below it each problem.
    public var text: String {
      let rewritten = updated > 0 ? ", \(counted(updated, "output")) rewritten" : ""
      let verdict = passed ? "passed" : counted(problems.count, "problem")
      let head = "\(path): \(verdict) (\(counted(executed, "block")) run\(rewritten))"
      return ([head] + problems.map { "\($0)" }).joined(separator: "\n")
    }
  }

  /// One thing that is wrong in a notebook.
  public struct Problem: Sendable, Codable, Equatable, CustomStringConvertible {
    /// What kind of thing.
    public enum Kind: String, Sendable, Codable {
      /// A fence with an unknown option, without end, or out of place.
      case fence
      /// A block that does not compile.
      case compilation
      /// A block that stopped the program, or a command with another exit status than expected.
      case execution
      /// Output that is not what the page says.
      case output
      /// Output that the page does not show.
      case missingOutput
    }

    /// The notebook.
    public var path: String
    /// The line in it, from 1.
    public var line: Int
    /// What kind of thing.
    public var kind: Kind
    /// What was expected and found, and what to do; for output a small difference, `-` the page, `+` what was printed.
    public var message: String

    /// `first-steps.md:12: error: …`, as compilers write it.
    public var description: String { "\(path):\(line): error: \(message)" }
  }

  /// Runs notebooks and compares what they print with what they say.
  ///
  /// - Parameter paths: Markdown files; all of them are checked, also when one has problems.
  /// - Returns: one outcome a file, in order.
  /// - Throws: ``NotebookError`` where a file cannot be read, lies in no package, or the package does not build.
  public static func check(paths: [String]) throws -> [Outcome] {
    try paths.map { try run($0).outcome }
  }

  /// Runs notebooks and rewrites the outputs that are no longer true; what still matches is left as it stands, with its `…`.
  ///
  /// A notebook that does not compile, or stops on the way, is left untouched.
  ///
  /// - Parameter paths: Markdown files.
  /// - Returns: one outcome a file, in order; problems are those that rewriting cannot mend.
  /// - Throws: ``NotebookError``, and `StorageError` where a file cannot be written.
  public static func update(paths: [String]) throws -> [Outcome] {
    try paths.map { path in
      var (outcome, corrections, source) = try run(path)
      let lasting = outcome.problems.filter { ![.output, .missingOutput].contains($0.kind) }
      outcome.problems = lasting
      if lasting.isEmpty, !corrections.isEmpty {
        try AtomicFile.write(NotebookCorrection.apply(corrections, to: source), to: path)
        outcome.updated = corrections.count
      }
      return outcome
    }
  }

  private static func run(_ path: String) throws -> (
    outcome: Outcome, corrections: [NotebookCorrection], source: String
  ) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw NotebookError.unreadable(path: path, found: "no such file, or no permission to read it")
    }
    guard let source = String(data: data, encoding: .utf8) else {
      throw NotebookError.unreadable(path: path, found: "bytes that are not UTF-8")
    }
    let page = NotebookPage(path: path, source: source)
    var outcome = Outcome(path: path, executed: 0, updated: 0, problems: page.problems)
    guard page.problems.isEmpty else { return (outcome, [], source) }
    var session = try NotebookSession(page)
    try session.run()
    outcome.executed = session.executed
    outcome.problems = session.problems.sorted { $0.line < $1.line }
    return (outcome, session.corrections, source)
  }
}

/// What keeps notebooks from being run at all.
public enum NotebookError: Error, Sendable, CustomStringConvertible {
  /// The file cannot be read.
  case unreadable(path: String, found: String)
  /// No folder above the notebook has a `Package.swift`.
  case noPackage(path: String)
  /// A tool could not be started, or the package itself does not build.
  case tool(path: String, command: String, found: String)

  /// The message for a person at a terminal.
  public var description: String {
    switch self {
    case .unreadable(let path, let found):
      return "\(path): expected a Markdown file in UTF-8, found \(found); check the path"
    case .noPackage(let path):
      return
        "\(path): expected a Package.swift in this folder or one above, found none; notebooks run against the package that "
        + "they lie in, so move the file into a checkout"
    case .tool(let path, let command, let found):
      return "\(path): expected `\(command)` to succeed, found:\n\(found)"
    }
  }
}
