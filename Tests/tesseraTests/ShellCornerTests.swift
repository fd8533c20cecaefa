import Foundation
import Testing

/// What a shell, a script or a document makes of a command before the program gets it.
@Suite(.enabled(if: Program.isBuilt, "the program is not built")) struct ShellCornerTests {
  @Test(arguments: [
    (["list", "--runs", ""], "--runs: expected a folder for the runs, found an empty text"),
    (["run", "config.yaml", "--runs", ""], "set the variable that stands there"),
    (
      ["run", "config.yaml", "--runs", " "], "--runs: expected a folder for the runs, found blanks"
    ),
    (
      ["run", "config.yaml", "--data", ""], "--data: expected a folder of data sets, found an empty"
    ),
    (["table", "fairness-adult", "--runs", ""], "--runs: expected"),
    (["table", "fairness-adult", "--file", ""], "--file: expected"),
    (["report", "--to", ""], "--to: expected"),
    (["report", "--figures", ""], "--figures: expected"),
    (["data", "make", "adult-twin", "--into", ""], "--into: expected an existing folder"),
    (["data", "make", "scenes", "--into", ""], "--into: expected a folder"),
    (["data", "make", "rooms", "--into", ""], "--into: expected a folder"),
    (["bench", "--peers", ""], "--peers: expected"),
    (["doctor", "--runs", ""], "--runs: expected"),
    (["run", ""], "found: no path; set the variable that stands there"),
    (["run", "~/config.yaml"], "~, which a shell replaces only outside quotes"),
    (["run", "config.yaml", "--runs", "~/runs"], "write \"$HOME/runs\""),
    (["run", "config.yaml", "seed=1\r"], "`seed=1`: expected a word, found a carriage return"),
    (["run", "config.yaml\r"], "line ends of Windows"), (["list\r"], "line ends of Windows"),
    (["run", "config.yaml", "–quick"], "did you mean `--quick`?"),
    (["run", "config.yaml", "—runs", "x"], "a dash that is no hyphen (U+2014)"),
    (["run", "config.yaml", "-–quick"], "did you mean `--quick`?"),
    (["run", "config.yaml", "--seed=1"], "written without dashes: seed=1"),
    (["run", "config.yaml", "seed", "=", "1"], "without blanks around the ="),
    (["run", "config.yaml", "seed=", "1"], "expected a whole number, found nothing"),
    (["run", "config.yaml", "seed", "=1"], "without blanks around the ="),
    (["run", "config.yaml", "seed:1"], "write = for the colon: seed=1"),
    (["run", "config.yaml", "seed"], "write a value behind it: seed=…"),
    (["run", "config.yaml", "=1"], "without blanks around the ="),
    (["run", "config.yaml", "seed=１２"], "did you mean `12`?"),
    (["run", "config.yaml", "seed=1\u{A0}"], "a no-break or wide space (U+00A0)"),
    (["run", "config.yaml", "seed=“1”"], "a typographic quotation mark (U+201C)"),
    (["run", "config.yaml", "learningRate=−0.1"], "a dash that is no hyphen (U+2212)"),
    (["run", "config.yaml", "learningRate=0,001"], "write 0.001 for one, or 0.0,1.0 for a sweep"),
    (["run", "config.yaml", "steps=1,000"], "write 1000 for one"),
    (["run", "config.yaml", "seed=0,0"], "expected each value of a sweep once, found 0 again"),
    (["run", "config.yaml", "method=pearson,pearson"], "found pearson again"),
    (
      ["data", "make", "adult-twin", "--rows", "99999999999999999"], "--rows: expected a table that"
    ),
    (["run", "/dev/zero"], "expected a readable YAML file"),
  ])
  func areRefusedWithWhatToDo(_ arguments: [String], _ expected: String) throws {
    try Program.withFolder { folder in
      let words = arguments.map { $0.hasPrefix("config.yaml") ? folder + "/" + $0 : $0 }
      try Data("experiment: toy-gaussian\n".utf8).write(
        to: URL(fileURLWithPath: folder + "/config.yaml"))
      let ending = try Program.run(words)
      #expect(ending.code == 2, "\(arguments): \(ending)")
      #expect(ending.error.contains(expected), "\(arguments): \(ending.error)")
      #expect(ending.output.isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["config.yaml"])
    }
  }

  @Test(arguments: [
    (
      "data.path=$FOLDER/sp ace,dir", "experiment: scenes\ndata: {source: folder}\n",
      "'data.path=\"$FOLDER/sp ace,dir\"'"
    ),
    (
      "data.csv.target=invited, y/n",
      "experiment: fairness\ndata: {csv: {path: $FOLDER/t.csv, sensitive: age}}\n",
      "'data.csv.target=\"invited, y/n\"'"
    ),
    (
      "data.csv.path=$FOLDER/t,1.csv",
      "experiment: fairness\ndata: {csv: {target: a, sensitive: b}}\n", "'data.csv.path=\""
    ),
  ])
  func commasInPathsAndColumnsSuggestQuotes(_ argument: String, _ config: String, _ advice: String)
    throws
  {
    try Program.withFolder { folder in
      func here(_ text: String) -> String { text.replacing("$FOLDER", with: folder) }
      try Data(here(config).utf8).write(to: URL(fileURLWithPath: folder + "/config.yaml"))
      let rows = (0..<40).map { "\($0),\($0 % 2)" }.joined(separator: "\n")
      try Data(("age,\"invited, y/n\"\n" + rows + "\n").utf8).write(
        to: URL(fileURLWithPath: folder + "/t.csv"))
      let ending = try Program.run(
        ["run", folder + "/config.yaml", here(argument), "--quiet", "--runs", folder + "/runs"])
      #expect(ending.code == 2, "\(ending)")
      #expect(ending.error.contains(here(advice)), "\(ending.error)")
      #expect(ending.error.contains("stands for 2 runs"), "\(ending.error)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/runs"))
    }
  }

  @Test func placesWithoutAHomeOrATerminalAnswer() throws {
    for prefix in [
      "env -i", "env -u HOME -u XDG_CACHE_HOME", "env HOME= LANG=C LC_ALL=C", "env TERM=",
    ] {
      for verb in ["doctor", "data list", "list"] {
        try Program.withFolder { folder in
          let ending = try Program.shell("\(prefix) \"$TESSERA\" \(verb)", folder: folder)
          #expect(ending.code == 0 && ending.error.isEmpty, "\(prefix) \(verb): \(ending)")
        }
      }
    }
  }
}
