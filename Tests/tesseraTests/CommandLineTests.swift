import Foundation
import Testing

/// The built program as a shell sees it.
@Suite struct CommandLineTests {
  private static let isBuilt = Program.isBuilt

  private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws
    -> Program.Ending
  {
    try Program.run(arguments, environment)
  }

  @Test(
    .enabled(if: isBuilt, "the program is not built"),
    arguments: [
      (["frobnicate"], "no command is called `frobnicate`; the commands are doctor, run"),
      (["reprot"], "did you mean `report`?"),
      (["report", "--runs", "/nowhere"], "found none in it"),
      (["run", "x.yaml", "--data", "/dev/null"], "found a file"), (["run"], "config"),
      (["run", "none.yaml"], "no such file"),
      (["run", "x.yaml", "--checkpoint-every", "0"], "found `0`"),
      (["run", "x.yaml", "--data", "/nowhere"], "--data /nowhere: expected a folder"),
      (["table", "no-such-table"], "no table is called `no-such-table`"),
      (["table"], "expected the name of a table or --list"),
      (["table", "x", "--threads", "0"], "expected a number from 1"),
      (["config", "schema", "no-such-experiment"], "no experiment is called"),
      (["config", "show", "/"], "found: a folder"),
      (["compare", "no-such-run"], "expected a run folder"),
      (["report", "no-such-run"], "expected a run folder"),
      (["checkpoint", "inspect", "none.npz"], "none.npz"),
      (["checkpoint", "inspect", "none.pt"], "expected a name that ends in"),
      (["data", "fetch", "adlt"], "did you mean \"adult\"?"),
      (["data", "make", "adult"], "expected a generated data set"),
      (["bench", "no-such-suite"], "no suite is called `no-such-suite`"),
    ])
  func refusesBadInput(_ arguments: [String], _ expected: String) throws {
    let result = try run(arguments)
    #expect(result.code == 2, "\(result)")
    #expect(result.error.contains(expected), "\(result.error)")
    #expect(result.output.isEmpty)
    #expect(!result.error.contains("Fatal error"))
  }

  @Test(
    .enabled(if: isBuilt, "the program is not built"),
    arguments: [
      ["--help"], ["help", "run"], ["doctor"], ["table", "--list"], ["list"],
      ["list", "--experiments"], ["bench"], ["--version"],
    ])
  func answers(_ arguments: [String]) throws {
    let result = try run(arguments)
    #expect(result.code == 0, "\(result)")
    #expect(result.error.isEmpty)
    #expect(!result.output.isEmpty)
  }

  @Test(
    .enabled(if: isBuilt, "the program is not built"),
    arguments: [
      ["doctor"], ["table", "--list"], ["list"], ["config", "schema"], ["list", "--experiments"],
      ["bench"], ["data", "list"],
    ])
  func listsAsJSON(_ arguments: [String]) throws {
    let result = try run(arguments + ["--json"])
    #expect(result.code == 0, "\(result)")
    #expect(throws: Never.self) {
      try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    }
  }

  @Test(.enabled(if: isBuilt, "the program is not built"))
  func refusesDamagedFiles() throws {
    let folder = NSTemporaryDirectory() + "tessera-damaged-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in [
      ("a.safetensors", "\u{8}"), ("b.npz", "PK"), ("c.h5", "HDF"), ("d.npz", ""),
    ] {
      let path = folder + "/" + name
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let result = try run(["checkpoint", "inspect", path])
      #expect(result.code == 2, "\(result)")
      #expect(result.error.hasPrefix("tessera: \(path): "), "\(result.error)")
      #expect(result.error.split(separator: "\n").count == 1)
    }
    for (name, text) in [("e.yaml", ""), ("f.yaml", "- a\n"), ("g.yaml", "a: [b\n")] {
      let path = folder + "/" + name
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let result = try run(["run", path])
      #expect(result.code == 2, "\(result)")
      #expect(result.error.hasPrefix("tessera: \(path)"), "\(result.error)")
    }
  }

  @Test(.enabled(if: isBuilt, "the program is not built"))
  func takesCommitFromEnvironment() throws {
    let result = try run(["doctor"], ["TESSERA_COMMIT": "abc123"])
    #expect(result.output.contains("abc123"))
  }
}
