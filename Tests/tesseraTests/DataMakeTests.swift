import Foundation
import TestSupport
import Testing

/// `data make` through the program.
@Suite(.enabled(if: Program.isBuilt, "the program is not built")) struct DataMakeTests {
  private static let scripts = BadInputTests.packageRoot + "/Datasets"

  @Test func aTableIsMadeWithAndWithoutTheWord() throws {
    try Program.withFolder { folder in
      for words in [["adult-twin"], ["table", "adult-twin"]] {
        let ending = try Program.run(
          ["data", "make"] + words + ["--rows", "20", "--into", folder])
        #expect(ending.code == 0 && ending.output == folder + "/adult-twin.csv\n", "\(ending)")
      }
    }
  }

  @Test(arguments: [
    (["rooms", "--side", "4"], "--side: expected 8 to 512 pixels, found 4"),
    (["rooms", "--threads", "0"], "--threads: expected a number from 1, found 0"),
    (["atari", "--train", "-1"], "--train"),
    (["atari", "--every", "0"], "--every: expected a number from 1, found 0"),
    (["atari", "--name", "a/b"], "--name: expected a file's name without folders, found a/b"),
  ])
  func optionsAreChecked(_ words: [String], _ part: String) throws {
    let ending = try Program.run(["data", "make"] + words)
    #expect(ending.code == 2 && ending.error.contains(part), "\(ending)")
  }

  @Test func scenesAreMadeBySettings() throws {
    try Program.withFolder { folder in
      let words = ["data", "make", "scenes", "--into", folder + "/new", "--name", "few"]
      let ending = try Program.run(
        words + ["side=32", "train=3", "validation=0", "test=2", "mostSize=12", "--png"])
      #expect(ending.code == 0, "\(ending)")
      #expect(ending.output == "\(folder)/new/few.h5\n\(folder)/new/few\n")
      let pictures = try FileManager.default.contentsOfDirectory(atPath: folder + "/new/few/test")
      #expect(pictures.sorted() == ["0-scene.png", "1-scene.png", "bb"])
      let wrong = try Program.run(words + ["sise=32"])
      #expect(wrong.code == 2 && wrong.error.contains("did you mean `side`?"), "\(wrong)")
      let none = try Program.run(words + ["train=0", "validation=0", "test=0"])
      #expect(none.code == 2 && none.error.contains("expected an image at least"), "\(none)")
    }
  }

  @Test func whatIsMissingIsSaidOnOneLine() throws {
    try Program.withFolder { folder in
      let cache = ["XDG_CACHE_HOME": folder + "/cache"]
      let words = ["data", "make", "rooms", "--into", folder + "/out", "--scripts"]
      let none = try Program.run(
        words + [Self.scripts, "--python", "/nowhere/python3"], cache)
      #expect(none.code == 1)
      #expect(
        none.error.hasPrefix("tessera: data make: expected a Python 3 called /nowhere/python3"))
      #expect(none.error.contains("apt-get install python3 python3-venv"))
      let lost = try Program.run(words + [folder, "--python", "/nowhere/python3"], cache)
      #expect(lost.code == 2 && lost.error.contains("name its Datasets folder with --scripts"))
      for ending in [none, lost] {
        #expect(ending.output.isEmpty && ending.error.split(separator: "\n").count == 1)
      }
      #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
    }
  }

  /// A shell script plays Python: the environment's pip runs until it gets the program's signal.
  @Test func aSignalEndsThePreparationsAndLeavesNothing() throws {
    try Program.withFolder { folder in
      let python = folder + "/python"
      try writeScript(
        """
        #!/bin/sh
        case "$1 $2" in
          "-c "*) echo 3.11 ;;
          "-m venv") mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
          *) trap 'exit 143' TERM; while :; do sleep 0.05; done ;;
        esac
        """, to: python)
      let ending = try Program.run(
        [
          "data", "make", "rooms", "--into", folder + "/out", "--scripts", Self.scripts, "--python",
          python,
        ], ["XDG_CACHE_HOME": folder + "/cache"], signal: SIGTERM, after: 3_000_000)
      #expect(ending.code == 143 && !ending.wasKilled, "\(ending)")
      #expect(ending.error.contains("interrupted by SIGTERM"))
      let left = try? FileManager.default.contentsOfDirectory(
        atPath: folder + "/cache/tessera/makers")
      #expect(left == [])
    }
  }
}
