import Foundation
import TensorCore

/// One notebook being run: its blocks in order, each compared with what the page says.
struct NotebookSession {
  private let page: NotebookPage
  private let root: String
  private(set) var executed = 0
  private(set) var problems: [Notebook.Problem] = []
  private(set) var corrections: [NotebookCorrection] = []

  /// Finds the package of the notebook: the first folder above it with a `Package.swift`.
  ///
  /// - Throws: ``NotebookError/noPackage(path:)``.
  init(_ page: NotebookPage) throws {
    self.page = page
    var folder = URL(fileURLWithPath: page.path).deletingLastPathComponent().standardizedFileURL
    while !FileManager.default.fileExists(
      atPath: folder.appendingPathComponent("Package.swift").path)
    {
      guard folder.path != "/" else { throw NotebookError.noPackage(path: page.path) }
      folder = folder.deletingLastPathComponent().standardizedFileURL
    }
    root = folder.path
  }

  /// Builds the program of the `swift` blocks, if there are any, and runs the blocks, up to one that stops the program.
  mutating func run() throws {
    var program: NotebookProgram?
    if page.blocks.contains(where: { if case .swift = $0 { true } else { false } }) {
      switch try NotebookBuild(page, root: root).start() {
      case .failure(let found):
        problems = found.problems
        return
      case .success(let started): program = started
      }
    }
    defer { program?.end() }
    for block in page.blocks {
      switch block {
      case .command(let line, let text, let exit, let expected):
        let run = try NotebookCommand.run(
          "/bin/sh", ["-c", text], in: root, path: page.path)
        executed += 1
        if run.status != exit {
          let wanted = exit == 0 ? "0" : "\(exit), as the fence says"
          report(
            line, .execution,
            "expected exit status \(wanted), found \(run.status); it printed:\n"
              + NotebookCommand.tail(run.output))
        } else {
          compare(expected, run.output)
        }
      case .swift(let line, _, let end, let expected):
        guard let running = program else { continue }
        switch running.next() {
        case .ended(let output):
          executed += 1
          if let expected {
            compare(expected, output)
          } else if !NotebookMatch.trimmed(Self.lines(output)).isEmpty {
            report(
              line, .missingOutput,
              "the block prints \(counted(NotebookMatch.trimmed(Self.lines(output)).count, "line")), but no `output` fence "
                + "follows it; add one, or let `tessera notebook update` do it")
            corrections.append(
              NotebookCorrection(
                lines: end + 1..<end + 1,
                replacement: ["", "```output"] + NotebookMatch.trimmed(Self.lines(output)) + ["```"]
              ))
          }
        case .stopped(let status, let output):
          report(
            line, .execution,
            "expected the block to run to its end, found that the program stopped with \(status); it printed:\n"
              + NotebookCommand.tail(output))
          return
        }
      }
    }
  }

  private mutating func compare(_ expected: NotebookPage.Expected, _ output: String) {
    let found = Self.lines(output)
    if NotebookMatch(tolerance: expected.tolerance).matches(expected.lines, found) { return }
    let difference = NotebookDifference(expected, found: found)
    report(
      difference.line, .output,
      "expected the output on the page (-), found another (+); mend the code, or let `tessera notebook update` rewrite it:\n"
        + difference.text)
    corrections.append(
      NotebookCorrection(
        lines: expected.line..<expected.line + expected.lines.count,
        replacement: NotebookMatch.trimmed(found)))
  }

  private mutating func report(_ line: Int, _ kind: Notebook.Problem.Kind, _ message: String) {
    problems.append(.init(path: page.path, line: line, kind: kind, message: message))
  }

  private static func lines(_ output: String) -> [String] {
    output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}

/// A command run to its end, with all that it printed in one text, as a terminal shows it.
enum NotebookCommand {
  struct Run {
    var status: Int32
    var output: String
  }

  /// Runs `executable` in `folder`.
  ///
  /// - Throws: ``NotebookError/tool(path:command:found:)`` where it cannot be started.
  static func run(_ executable: String, _ arguments: [String], in folder: String, path: String)
    throws
    -> Run
  {
    let record = try NotebookRecord()
    defer { record.remove() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder, isDirectory: true)
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = record.handle
    process.standardError = record.handle
    do {
      try process.run()
    } catch {
      throw NotebookError.tool(
        path: path, command: ([executable] + arguments).joined(separator: " "),
        found: error.localizedDescription)
    }
    SignalTrap.began(child: process.processIdentifier)
    process.waitUntilExit()
    SignalTrap.ended(child: process.processIdentifier)
    // A shell reports a command ended by signal 9 as 137; a process ended itself is told the same way.
    let bySignal = process.terminationReason == .uncaughtSignal
    return Run(
      status: bySignal ? 128 + process.terminationStatus : process.terminationStatus,
      output: record.text)
  }

  /// The environment of all that is run: `tessera` is the program that is running, and nothing is coloured.
  static var environment: [String: String] {
    var environment = ProcessInfo.processInfo.environment
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = own ?? ProgramArguments.all.first ?? "tessera"
    let folder = URL(fileURLWithPath: program).deletingLastPathComponent()
    environment["PATH"] = folder.path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    environment["NO_COLOR"] = "1"
    environment["TERM"] = "dumb"
    // The message of a program that stops is for the page; registers and images are not.
    environment["SWIFT_BACKTRACE"] = "enable=no"
    return environment
  }

  /// The last lines of `output`, indented, for a message.
  static func tail(_ output: String, limit: Int = 15) -> String {
    let lines = NotebookMatch.trimmed(
      output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    if lines.isEmpty { return "  nothing" }
    return lines.suffix(limit).map { "  " + $0 }.joined(separator: "\n")
  }
}

/// A file aside that collects what a process prints.
struct NotebookRecord {
  let url: URL
  let handle: FileHandle

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "notebook-\(UUID().uuidString).log")
    let descriptor = open(url.path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw RunError.unwritable(
        path: url.path, reason: String(cString: strerror(errno)),
        advice: "check that the folder for temporary files exists and has room")
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  var text: String {
    String(decoding: FileManager.default.contents(atPath: url.path) ?? Data(), as: UTF8.self)
  }

  func remove() { try? FileManager.default.removeItem(at: url) }
}
