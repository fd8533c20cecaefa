import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Datasets

/// The way to a maker's Python, with shell scripts that play Python.
struct PythonMakerTests {
  /// A folder with scripts of a maker called `atari`, and a `python` that behaves as told.
  private static func with(
    version: String = "3.11", venv: String = "exit 0", pip: String = "exit 0",
    make: String = "exit 0", isWanting: Bool = false,
    _ body: (String, PythonMaker.Settings) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/makers/atari", withIntermediateDirectories: true)
      try "".write(toFile: folder + "/makers/atari/make.py", atomically: true, encoding: .utf8)
      try "numpy==1\n".write(
        toFile: folder + "/makers/atari/requirements.txt", atomically: true, encoding: .utf8)
      let python = folder + "/python"
      // As Python, it answers -c, makes environments that hold itself, installs, and runs the maker.
      try writeScript(
        """
        #!/bin/sh
        case "$1 $2" in
          "-c "*) echo \(version); \(isWanting ? "echo no ensurepip >&2; exit 1" : "exit 0") ;;
          "-m venv") mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; echo venv >> \(folder)/steps; \(venv) ;;
          "-m pip") echo pip >> \(folder)/steps; \(pip) ;;
          *) echo "$@" > \(folder)/arguments; \(make) ;;
        esac
        """, to: python)
      try body(
        folder,
        PythonMaker.Settings(
          scripts: folder + "/makers", python: python, environments: folder + "/environments"))
    }
  }

  private func error(_ settings: PythonMaker.Settings) -> MakerError? {
    do throws(MakerError) {
      try PythonMaker.atari.run(into: "/nowhere", arguments: [], settings)
      return nil
    } catch { return error }
  }

  private func entries(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  @Test func theEnvironmentIsMadeOnceAndTheMakerGetsItsArguments() throws {
    try Self.with { folder, settings in
      for _ in 0..<2 {
        try PythonMaker.atari.run(into: "/somewhere", arguments: ["--side", "64"], settings)
      }
      #expect(try String(contentsOfFile: folder + "/steps", encoding: .utf8) == "venv\npip\n")
      #expect(
        try String(contentsOfFile: folder + "/arguments", encoding: .utf8)
          == "\(folder)/makers/atari/make.py --out /somewhere --side 64\n")
      #expect(entries(folder + "/environments").count == 1)
    }
  }

  @Test func otherRequirementsGetAnotherEnvironment() throws {
    try Self.with { folder, settings in
      try PythonMaker.atari.run(into: "/somewhere", arguments: [], settings)
      try "numpy==2\n".write(
        toFile: folder + "/makers/atari/requirements.txt", atomically: true, encoding: .utf8)
      try PythonMaker.atari.run(into: "/somewhere", arguments: [], settings)
      #expect(entries(folder + "/environments").count == 2)
    }
  }

  @Test func withoutPythonTheErrorSaysWhatToInstall() throws {
    try Self.with { folder, settings in
      var settings = settings
      settings.python = folder + "/none"
      let text = try #require(error(settings)).description
      #expect(text.contains("none") && text.contains("apt-get install python3 python3-venv"))
      #expect(text.contains("TESSERA_MAKER_PYTHON"))
    }
  }

  @Test func aPythonOfAnotherVersionIsRefused() throws {
    try Self.with(version: "3.8") { folder, settings in
      #expect(
        error(settings)
          == .wrongPython(
            folder + "/python", maker: "atari",
            expected: "3.11 to 3.\(PythonMaker.atari.minorVersions.upperBound)", found: "3.8"))
    }
  }

  @Test func withoutVenvTheErrorNamesThePackage() throws {
    try Self.with(isWanting: true) { _, settings in
      let text = try #require(error(settings)).description
      #expect(text.contains("found: no ensurepip"))
      #expect(text.contains("python3-venv or python3.11-venv"))
    }
    try Self.with(venv: "echo broken; exit 1") { folder, settings in
      let text = try #require(error(settings)).description
      #expect(text.contains("found: broken") && text.contains("python3-venv"))
      #expect(entries(folder + "/environments").isEmpty)
    }
  }

  @Test func aWheelThatCannotBeHadIsNamedAndNothingIsLeft() throws {
    let pip = "echo ERROR: No matching distribution found for numpy==1 >&2; echo hint; exit 1"
    try Self.with(pip: pip) { folder, settings in
      let text = try #require(error(settings)).description
      #expect(text.contains("requirements.txt"))
      #expect(text.contains("No matching distribution found for numpy==1"))
      #expect(text.contains("PIP_INDEX_URL"))
      #expect(entries(folder + "/environments").isEmpty)
    }
  }

  @Test func aKilledProcessesRemainsAreRemoved() throws {
    try Self.with { folder, settings in
      try PythonMaker.atari.run(into: "/somewhere", arguments: [], settings)
      let name = try #require(entries(folder + "/environments").first)
      let place = folder + "/environments/" + name
      try FileManager.default.moveItem(atPath: place, toPath: place + ".partial-999999999")
      try PythonMaker.atari.run(into: "/somewhere", arguments: [], settings)
      #expect(entries(folder + "/environments") == [name])
    }
  }

  @Test func theExitCodeOfTheMakerIsToldAndMissingScriptsToo() throws {
    try Self.with(make: "exit 7") { folder, settings in
      #expect(error(settings) == .failed(maker: "atari", status: 7))
      var settings = settings
      settings.scripts = folder
      #expect(error(settings) == .noScripts(maker: "atari", folder: folder))
    }
  }

  @Test func aSignalIsPassedOn() throws {
    let make = "trap 'echo stopped > $5; exit 143' TERM; while :; do sleep 0.05; done"
    try Self.with(make: make) { folder, settings in
      let calls = Mutex(0)
      var settings = settings
      settings.pendingSignal = {
        // Long enough for the shell to have set its trap.
        calls.withLock {
          $0 += 1
          return $0 > 60 ? SIGTERM : nil
        }
      }
      var found: MakerError?
      do throws(MakerError) {
        try PythonMaker.atari.run(
          into: "/somewhere", arguments: ["--note", folder + "/stopped"], settings)
      } catch { found = error }
      #expect(found == .interrupted(SIGTERM))
      let note = try String(contentsOfFile: folder + "/stopped", encoding: .utf8)
      #expect(note == "stopped\n")
    }
  }

  @Test(arguments: [PythonMaker.atari, .rooms])
  func theMakersOfThisPackageArePinned(_ maker: PythonMaker) throws {
    let folder = try maker.scriptFolder(SharedData.packageRoot + "/Datasets")
    let lines = try String(contentsOfFile: folder + "/requirements.txt", encoding: .utf8)
      .split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count > 4)
    for line in lines { #expect(line.contains("=="), "\(line)") }
  }
}
