import Foundation
import Storage
import Testing

@testable import Trials

/// A run whose files may not grow past a limit: the system refuses the write, as it does on a full disk.
@Suite(.serialized) struct FullDiskTests {
  private static func config() throws -> ResolvedConfig {
    try walks.resolve(experiment: "walk")[0]
  }

  private static func options(_ runs: String) -> RunOptions {
    RunOptions(
      runsFolder: runs, cadence: .steps(3), environment: RunEnvironment(dataDirectories: []),
      pendingSignal: { nil })
  }

  /// Exit code of a child whose run was refused a write: 1 with a message that says so, 0 if it went through.
  private static func live(_ runs: String, limit: UInt, expecting code: Int32) async {
    await #expect(processExitsWith: .exitCode(code)) { [runs, limit] in
      signal(SIGXFSZ, SIG_IGN)
      var rule = rlimit(rlim_cur: limit, rlim_max: limit)
      guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &rule) == 0 else { exit(9) }
      do {
        _ = try Runner.run(
          Walk.self, config: FullDiskTests.config(), options: FullDiskTests.options(runs))
        exit(0)
      } catch {
        let text = ExitStatus.message(for: error)
        exit(
          text.contains(runs) && text.contains("File too large") ? ExitStatus.code(for: error) : 8)
      }
    }
  }

  @Test func leavesNothingHalfWritten() async throws {
    let folder = NSTemporaryDirectory() + "tessera-full-\(UInt64.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let config = try FullDiskTests.config()
    let whole = try walks.run(config, options: FullDiskTests.options(folder + "/whole"))
    for limit: UInt in [100, 700, 1500, 2900] {
      let runs = "\(folder)/\(limit)"
      await FullDiskTests.live(runs, limit: limit, expecting: 1)
      let run = RunFolder(of: config, in: runs)
      let files = try FileManager.default.subpathsOfDirectory(atPath: run.path)
      #expect(!files.contains { $0.hasSuffix(".aside") }, "limit \(limit): \(files)")
      for name in ["result.json", "done"] { #expect(!run.exists(name)) }
      if run.exists("run.json") { #expect(try run.record().status != .done) }
      _ = try run.metrics()
      let rest = try walks.run(config, options: FullDiskTests.options(runs))
      expectSame(rest.folder, whole.folder)
    }
    await FullDiskTests.live("\(folder)/enough", limit: 1 << 20, expecting: 0)
  }

  /// Nothing more can be written, not even the note, until older states give way.
  @Test func notesFailureInPlaceOfOlderStates() throws {
    try withTemporaryFolder { runs in
      let session = try RunSession(
        config: FullDiskTests.config(), options: FullDiskTests.options(runs))
      try session.start(stepCount: 40)
      for step in 1...3 { try session.save(Checkpoint(), step: step) }
      // A folder in the place of `run.json` refuses the note as a full disk would.
      let note = session.folder.file("run.json")
      try FileManager.default.removeItem(atPath: note)
      try FileManager.default.createDirectory(atPath: note, withIntermediateDirectories: true)
      session.fail(with: UsageError("the first error"))
      let states = try FileManager.default.contentsOfDirectory(
        atPath: session.folder.file("checkpoints")
      ).filter { $0.hasPrefix("step-") }
      #expect(states == ["step-00000003.safetensors"])
    }
  }
}
