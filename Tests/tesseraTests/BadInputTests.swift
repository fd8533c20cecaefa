import Foundation
import Testing

/// What the world can get wrong, through the program: one line that says where, what was expected, what came and what to do,
/// the exit code of the contract, and nothing half-written.
@Suite(.enabled(if: Program.isBuilt, "the program is not built")) struct BadInputTests {
  /// A run of a generated table that ends in a moment.
  static let small = [
    "data.source=adult-twin", "data.split=shuffled", "data.rows=300", "epochs=2", "batchSize=50",
    "evaluation.passes=2", "evaluation.twoSidedPasses=2", "evaluation.slices=4", "slice.count=4",
    "evaluation.permutations=20", "evaluation.bootstrap=20",
    "model.representation=4", "model.predictor=4",
  ]
  static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  private func expect(
    _ ending: Program.Ending, code: Int32, says parts: [String],
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(ending.code == code, "\(ending)", sourceLocation: location)
    #expect(ending.output.isEmpty, sourceLocation: location)
    #expect(ending.error.split(separator: "\n").count == 1, sourceLocation: location)
    for part in ["tessera: "] + parts {
      #expect(ending.error.contains(part), "\(ending.error)", sourceLocation: location)
    }
  }

  private func write(_ text: String, _ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  @Test(arguments: [
    ("epochs: 3\nepocs: 4\n", ["config.yaml:3", "unknown key `epocs`", "did you mean `epochs`?"]),
    ("epochs: many\n", ["config.yaml:2", "`epochs`", "expected a whole number", "found `many`"]),
    ("slice:\n  cuont: 3\n", ["config.yaml:3", "`slice.cuont`", "did you mean `slice.count`?"]),
    ("method: slyce\n", ["config.yaml:2", "expected one of", "did you mean `slice`?"]),
    ("epochs: 0\n", ["config.yaml:2", "expected at least 1, found 0"]),
  ])
  func configsAreRefusedWithTheLine(_ text: String, _ parts: [String]) throws {
    try Program.withFolder { folder in
      try write("experiment: fairness\n" + text, folder + "/config.yaml")
      let ending = try Program.run(
        ["run", folder + "/config.yaml", "--quiet", "--runs", folder + "/runs"])
      expect(ending, code: 2, says: parts)
      #expect(!exists(folder + "/runs"))
    }
  }

  @Test(arguments: [
    ("nan", ["adult.data: line 3, column \"age\"", "expected a finite number, found NaN"]),
    ("constant", ["sensitive age", "expected at least two values", "found 39.0 everywhere"]),
    ("empty", ["adult.data", "expected at least one row, found an empty file", "fetch it again"]),
    ("ragged", ["adult.data", "line 22: expected 15 fields, found 3", "correct the line"]),
  ])
  func tablesAreRefusedWithTheLine(_ damage: String, _ parts: [String]) throws {
    try Program.withFolder { folder in
      for name in ["adult.data", "adult.test"] {
        var lines = try String(
          contentsOfFile: Self.packageRoot + "/Datasets/adult/fixture/" + name, encoding: .utf8
        ).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        switch (damage, name) {
        case ("nan", "adult.data"): lines[2].replace(/^\d+/, with: "NaN")
        case ("constant", _): lines = lines.map { $0.replacing(/^\d+,/, with: "39,") }
        case ("empty", "adult.data"): lines = []
        case ("ragged", "adult.data"): lines.insert("39, State-gov, 77516", at: 21)
        default: break
        }
        try write(lines.joined(separator: "\n"), folder + "/adult/" + name)
      }
      let config = Self.packageRoot + "/Experiments/fairness/adult-slice.yaml"
      let ending = try Program.run([
        "run", config, "--quick", "--quiet", "--data", folder, "--runs", folder + "/runs",
      ])
      expect(ending, code: 2, says: parts)
    }
  }

  @Test func cutFilesOfArraysAreRefusedAndNothingIsWritten() throws {
    try Program.withFolder { folder in
      let config = folder + "/config.yaml"
      try write("experiment: fairness\n", config)
      let run = try Program.run(
        ["run", config] + Self.small + ["--quiet", "--runs", folder + "/runs"])
      #expect(run.code == 0, "\(run)")
      let path = run.output.prefix { $0 != "\n" } + "/checkpoints"
      let states = try FileManager.default.contentsOfDirectory(atPath: String(path)).sorted()
      let state = "\(path)/\(try #require(states.last { $0.hasSuffix(".safetensors") }))"
      for ending in ["safetensors", "npz", "h5"] {
        let (whole, cut) = ("\(folder)/whole.\(ending)", "\(folder)/cut.\(ending)")
        #expect(try Program.run(["checkpoint", "convert", state, whole]).code == 0)
        #expect(try Program.run(["checkpoint", "diff", state, whole]).code == 0)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
        try bytes.prefix(bytes.count * 2 / 3).write(to: URL(fileURLWithPath: cut))
        expect(
          try Program.run(["checkpoint", "inspect", cut]), code: 2,
          says: ["cut.\(ending)", "expected", "found", "fetch or write it again"])
        let target = folder + "/target.npz"
        expect(
          try Program.run(["checkpoint", "convert", cut, target]), code: 2,
          says: ["cut.\(ending)"])
        #expect(!exists(target))
      }
    }
  }

  @Test func arraysOfOtherShapesDiffer() throws {
    try Program.withFolder { folder in
      for width in [4, 8] {
        let config = folder + "/config.yaml"
        try write("experiment: fairness\n", config)
        let run = try Program.run(
          ["run", config] + Self.small
            + ["model.hidden=\(width)", "--quiet", "--runs", "\(folder)/\(width)"])
        let path = "\(run.output.prefix { $0 != "\n" })/checkpoints/step-00000002.safetensors"
        try FileManager.default.copyItem(atPath: path, toPath: "\(folder)/\(width).safetensors")
      }
      let difference = try Program.run([
        "checkpoint", "diff", folder + "/4.safetensors", folder + "/8.safetensors",
      ])
      #expect(difference.code == 1)
      #expect(difference.output.contains("[14, 4] and [14, 8]"), "\(difference.output)")
    }
  }

  /// The state of one run in the folder of another: refused before any tensor is read.
  @Test func aStateOfAnotherRunIsRefused() throws {
    try Program.withFolder { folder in
      let config = folder + "/config.yaml"
      try write("experiment: fairness\n", config)
      func run(_ seed: Int) throws -> Program.Ending {
        try Program.run(
          ["run", config] + Self.small + ["seed=\(seed)", "--quiet", "--runs", folder + "/runs"])
      }
      let first = String(try run(0).output.prefix { $0 != "\n" })
      let second = String(try run(1).output.prefix { $0 != "\n" })
      for name in ["done", "result.json", "checkpoints"] {
        try FileManager.default.removeItem(atPath: second + "/" + name)
      }
      try FileManager.default.copyItem(
        atPath: first + "/checkpoints", toPath: second + "/checkpoints")
      expect(
        try run(1), code: 2,
        says: ["expected a state of configuration", "files of two runs were mixed"])
    }
  }

  @Test func placesThatCannotBeWrittenAreNamed() throws {
    try Program.withFolder { folder in
      try write("a file", folder + "/file")
      try write("experiment: fairness\n", folder + "/config.yaml")
      let run = ["run", folder + "/config.yaml"] + Self.small + ["--quiet"]
      // Also for the superuser, who may write in every folder: a file, and a file system without files.
      for place in [folder + "/file", "/proc/tessera"] {
        expect(
          try Program.run(run + ["--runs", place]), code: 1,
          says: [place, "cannot be written", "name another place with --runs"])
      }
      for arguments in [
        ["data", "make", "adult-twin", "--rows", "20", "--into", folder + "/file"],
        ["data", "make", "adult-twin", "--rows", "20", "--into", folder + "/none"],
      ] {
        expect(
          try Program.run(arguments), code: 1,
          says: ["adult-twin.csv", "expected a writable folder"])
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
    }
  }
}
