import Foundation
import Testing
import Trials

/// A run goes on when what it prints is not taken, and a result that is not taken is an error; through the built program.
@Suite(.enabled(if: Program.isBuilt, "the program is not built")) struct TerminalTests {
  private static let config = """
    experiment: toy-gaussian
    method: pearson
    steps: 100
    """
  /// Runs that print lines on the way: a sweep says how each of its runs began and ended.
  private static let sweep = "\"$TESSERA\" run config.yaml --runs runs seed=0,1"

  private func withConfig(
    _ text: String = TerminalTests.config, _ body: (String) throws -> Void
  ) throws {
    try Program.withFolder { folder in
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/config.yaml"))
      try body(folder)
    }
  }

  private func doneCount(_ folder: String) -> Int {
    RunFolder.all(in: folder + "/runs").filter(\.isDone).count
  }

  @Test(arguments: [
    "2>&-", "2>/dev/full", "<&- 2>&-", "2>/dev/null", "2> >(true)", "2> >(head -c 10 >/dev/null)",
  ])
  func outlivesItsLog(_ redirection: String) throws {
    try withConfig { folder in
      let ending = try Program.shell("\(Self.sweep) \(redirection)", folder: folder)
      #expect(ending.code == 0, "\(ending)")
      #expect(ending.output.contains("runs/toy-gaussian/"), "\(ending)")
      #expect(doneCount(folder) == 2)
    }
  }

  @Test(arguments: [
    (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
    ("| true", "Broken pipe"),
  ])
  func aResultThatIsNotTakenIsAnError(_ redirection: String, _ reason: String) throws {
    try withConfig { folder in
      let command =
        redirection == "| true"
        ? "{ sleep 0.2; \(Self.sweep); } | true; exit ${PIPESTATUS[0]}"
        : "\(Self.sweep) \(redirection)"
      let ending = try Program.shell(command, folder: folder)
      #expect(ending.code == 1, "\(ending)")
      #expect(ending.error.contains("tessera: standard output: expected all"), "\(ending)")
      #expect(ending.error.contains(reason), "\(ending)")
      #expect(ending.error.contains("the result is kept in runs/toy-gaussian/"), "\(ending)")
      #expect(doneCount(folder) == 2)
      #expect(try Program.shell(Self.sweep, folder: folder).output.contains("runs/toy-gaussian/"))
    }
  }

  @Test(arguments: [
    "list", "table --list", "doctor", "--help", "help run", "config schema", "data list", "bench",
    "list --json", "--version",
  ])
  func everyListingSaysThatItWasNotTaken(_ verb: String) throws {
    try Program.withFolder { folder in
      let ending = try Program.shell("\"$TESSERA\" \(verb) >/dev/full", folder: folder)
      #expect(ending.code == 1 && ending.error.contains("standard output"), "\(verb): \(ending)")
    }
  }

  /// A file that was opened under the number of a stream that is missing would get what is printed.
  @Test func filesAreWholeWithoutAnyStream() throws {
    try withConfig { folder in
      let ending = try Program.shell("\(Self.sweep) <&- >&- 2>&-", folder: folder)
      #expect(ending.code == 1)
      #expect(doneCount(folder) == 2)
      for run in RunFolder.all(in: folder + "/runs") {
        #expect(try run.result() != nil)
        #expect(try run.metrics().count == 10)
        #expect(try run.configuration().hasPrefix("experiment: toy-gaussian\n"))
      }
    }
  }

  /// A reader that reads no more: the terminal is held by Ctrl-S, or the pipe's other end sleeps.
  @Test func outlivesAReaderThatSleeps() throws {
    try withConfig { folder in
      let ending = try Program.shell(
        """
        mkfifo pipe; sleep 60 < pipe & reader=$!
        exec 9> pipe
        (yes | dd of=/dev/fd/9 oflag=nonblock bs=4096 status=none) 2>/dev/null
        timeout 40 \(Self.sweep) 2>&9; code=$?
        kill $reader; exit $code
        """, folder: folder)
      #expect(ending.code == 0, "\(ending)")
      #expect(doneCount(folder) == 2)
    }
  }

  @Test func outlivesItsTerminal() throws {
    try withConfig(Self.config.replacing("100", with: "300000000")) { folder in
      let main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
      var (isLocked, number): (Int32, UInt32) = (0, 0)
      // TIOCSPTLCK and TIOCGPTN.
      try #require(
        ioctl(main, 0x4004_5431, &isLocked) == 0 && ioctl(main, 0x8004_5430, &number) == 0)
      let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
      try #require(terminal >= 0)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Program.path)
      process.arguments = ["run", folder + "/config.yaml", "--runs", folder + "/runs"]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle(fileDescriptor: terminal, closeOnDealloc: false)
      try process.run()
      defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
      /// The length of the log: reading all of it again and again would be slower than it grows.
      func logged() -> Int {
        let path = RunFolder.all(in: folder + "/runs").first?.file("metrics.jsonl") ?? ""
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
      }
      for _ in 0..<600 where logged() == 0 { usleep(50_000) }
      close(terminal)
      close(main)
      let before = logged()
      for _ in 0..<600 where logged() < before + 4096 { usleep(50_000) }
      #expect(process.isRunning && before > 0 && logged() >= before + 4096)
      kill(process.processIdentifier, SIGTERM)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 143)
      #expect(try RunFolder.all(in: folder + "/runs")[0].record().status == .interrupted)
    }
  }

  @Test func goesOnUnderNohupAndStopsAtTheNextSignal() throws {
    try withConfig(Self.config.replacing("100", with: "30000000")) { folder in
      let ending = try Program.shell(
        """
        trap '' HUP
        "$TESSERA" run config.yaml --runs runs & run=$!
        for i in $(seq 600); do sleep 0.05; [ -s runs/*/*/metrics.jsonl ] && break; done
        kill -HUP $run; sleep 0.5; kill -0 $run || exit 9
        kill -TSTP $run; sleep 0.2; kill -CONT $run; sleep 0.2; kill -0 $run || exit 10
        kill -TERM $run; kill -TERM $run; wait $run
        """, folder: folder)
      #expect(ending.code == 143, "\(ending)")
      #expect(try RunFolder.all(in: folder + "/runs")[0].record().status == .interrupted)
    }
  }

  /// What a run starts must be free to die of what it dies of elsewhere.
  @Test func programsThatAreStartedFindSignalsAsUsual() throws {
    try Program.withFolder { folder in
      try Data("// none\n".utf8).write(to: URL(fileURLWithPath: folder + "/Package.swift"))
      let page = "```console\n$ grep SigIgn /proc/self/status\n```\n"
      try Data(page.utf8).write(to: URL(fileURLWithPath: folder + "/page.md"))
      let ending = try Program.shell(
        "env --default-signal \"$TESSERA\" notebook update page.md; cat page.md", folder: folder)
      let line = ending.output.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }
      let ignored = try #require(line.flatMap { UInt64($0.suffix(16), radix: 16) })
      for signal in [SIGPIPE, SIGXFSZ] + SignalTrap.signals {
        #expect(ignored & (1 << UInt64(signal - 1)) == 0, "\(signal): \(ending)")
      }
    }
  }

  @Test func endsWithItsNotebooksPrograms() throws {
    try Program.withFolder { folder in
      try Data("// none\n".utf8).write(to: URL(fileURLWithPath: folder + "/Package.swift"))
      let page = "```console\n$ echo $$ > pid; exec sleep 300\n```\n"
      try Data(page.utf8).write(to: URL(fileURLWithPath: folder + "/page.md"))
      let ending = try Program.shell(
        """
        "$TESSERA" notebook check page.md & check=$!
        for i in $(seq 600); do sleep 0.05; [ -s pid ] && break; done
        sleep 0.5; kill -TERM $check; wait $check; code=$?
        # It may take a moment to end; one that ended and that nobody has asked about yet (Z) does not count.
        for i in $(seq 200); do
          state=$(sed -n 's/^State:[[:space:]]*//p' /proc/$(cat pid)/status 2>/dev/null)
          case "$state" in ""|Z*) exit $code ;; esac
          sleep 0.05
        done
        cat /proc/$(cat pid)/status; kill $(cat pid); exit 9
        """, folder: folder)
      #expect(ending.code == 143, "\(ending)")
    }
  }

  @Test(arguments: ["list", "run config.yaml --runs \"$FOLDER/runs\"", "doctor --json"])
  func aFolderThatIsGoneIsNoCrash(_ verb: String) throws {
    try withConfig { folder in
      let ending = try Program.shell(
        "mkdir gone; cd gone; rmdir ../gone; \"$TESSERA\" \(verb)", folder: folder)
      #expect(
        ending.code == 2 && ending.error.contains("the working folder: expected"), "\(ending)")
    }
  }
}
