import Foundation
import Storage
import Synchronization
import Testing

@testable import Trials

@Suite struct RunnerTests {
  private func config(_ overrides: String...) throws -> ResolvedConfig {
    try walks.resolve(experiment: "walk", overrides: overrides)[0]
  }

  private func options(
    _ folder: String, cadence: CheckpointCadence = .standard, signal: Int32? = nil
  ) -> RunOptions {
    RunOptions(
      runsFolder: folder, cadence: cadence, environment: RunEnvironment(dataDirectories: []),
      pendingSignal: { signal })
  }

  @Test func writesRunFolder() throws {
    try withTemporaryFolder { runs in
      let config = try config()
      let outcome = try walks.run(config, options: options(runs, cadence: .steps(7)))
      #expect(!outcome.wasDone && outcome.resumedAt == nil)
      let folder = outcome.folder
      #expect(folder.path == "\(runs)/walk/\(config.hash)")
      #expect(folder.isDone)
      let record = try folder.record()
      #expect(record.status == .done && record.step == 40 && record.stepCount == 40)
      #expect(record.error.isEmpty && record.pid == Int(getpid()))
      #expect(try folder.configuration() == config.yaml)
      #expect(try folder.result() == outcome.result)
      let metrics = try folder.metrics()
      #expect(metrics.map(\.step) == Array(0..<40))
      #expect(metrics[3].values.map(\.name) == ["loss/distance", "speed"])
      #expect(zip(metrics, metrics.dropFirst()).allSatisfy { $0.time <= $1.time })
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(
        files == [
          ".lock", "checkpoints", "config.yaml", "done", "events.out.tfevents.0.tessera",
          "inputs.json", "metrics.jsonl", "result.json", "run.json",
        ])
      let states = try FileManager.default.contentsOfDirectory(atPath: folder.file("checkpoints"))
        .sorted()
      #expect(states == ["latest", "step-00000035.safetensors", "step-00000040.safetensors"])
    }
  }

  @Test func givesResultOfDoneRun() throws {
    try withTemporaryFolder { runs in
      let first = try walks.run(config(), options: options(runs))
      let second = try walks.run(config(), options: options(runs))
      #expect(second.wasDone)
      #expect(second.result == first.result)
    }
  }

  /// Five steps, a signal, the rest: the same as all at once.
  @Test func resumesAfterSignalToTheSameBits() throws {
    try withTemporaryFolder { runs in
      let config = try config()
      let whole = try walks.run(config, options: options(runs + "/whole"))
      let count = Atomic<Int>(0)
      var stopping = options(runs + "/parts")
      stopping.pendingSignal = { count.add(1, ordering: .relaxed).newValue == 5 ? SIGINT : nil }
      #expect { try walks.run(config, options: stopping) } throws: {
        if case RunError.interrupted(SIGINT) = $0 { true } else { false }
      }
      let folder = RunFolder(of: config, in: runs + "/parts")
      #expect(try folder.record().status == .interrupted)
      #expect(try folder.record().step == 5)
      let rest = try walks.run(config, options: options(runs + "/parts"))
      #expect(rest.resumedAt == 5)
      expectSame(rest.folder, whole.folder)
    }
  }

  @Test func resumesInsideEvaluation() throws {
    try withTemporaryFolder { runs in
      let config = try config()
      let whole = try walks.run(config, options: options(runs + "/whole"))
      let count = Atomic<Int>(0)
      var stopping = options(runs + "/parts")
      stopping.pendingSignal = { count.add(1, ordering: .relaxed).newValue == 43 ? SIGTERM : nil }
      #expect(throws: RunError.self) { try walks.run(config, options: stopping) }
      let rest = try walks.run(config, options: options(runs + "/parts"))
      #expect(rest.resumedAt == 40)
      expectSame(rest.folder, whole.folder)
    }
  }

  @Test func cutsLogsBackToCheckpoint() throws {
    try withTemporaryFolder { runs in
      let config = try config()
      let whole = try walks.run(config, options: options(runs + "/whole", cadence: .steps(10)))
      // A run that was killed at step 37: lines after the checkpoint at 30, the last one cut short.
      let folder = RunFolder(of: config, in: runs + "/parts")
      let count = Atomic<Int>(0)
      var stopping = options(runs + "/parts")
      stopping.pendingSignal = { count.add(1, ordering: .relaxed).newValue == 30 ? SIGINT : nil }
      #expect(throws: RunError.self) { try walks.run(config, options: stopping) }
      let log = try JSONLines(appendingTo: folder.file("metrics.jsonl"))
      for step in 30..<37 {
        try log.append(["step": .integer(step), "time": 1, "values": ["loss/distance": 9]])
      }
      let handle = try #require(FileHandle(forWritingAtPath: folder.file("metrics.jsonl")))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(#"{"step": 37, "ti"#.utf8))
      let rest = try walks.run(config, options: options(runs + "/parts"))
      #expect(rest.resumedAt == 30)
      expectSame(rest.folder, whole.folder)
    }
  }

  /// A child process that has inherited the descriptor does not hold the folder on.
  @Test func aLockIsReleasedForAllWhoHaveIt() throws {
    try withTemporaryFolder { folder in
      var lock: RunLock? = try RunLock(folder: folder)
      let inherited = dup(try #require(lock).descriptor)
      defer { close(inherited) }
      #expect(throws: RunError.self) { try RunLock(folder: folder) }
      #expect(RunLock.isHeld(folder: folder))
      lock = nil
      #expect(!RunLock.isHeld(folder: folder))
      _ = try RunLock(folder: folder)
    }
  }

  @Test func fallsBackToTheStateBefore() throws {
    try withTemporaryFolder { runs in
      let config = try config()
      let whole = try walks.run(config, options: options(runs + "/whole"))
      let first = try walks.run(config, options: options(runs + "/parts", cadence: .steps(10)))
      for name in ["done", "result.json"] {
        try FileManager.default.removeItem(atPath: first.folder.file(name))
      }
      let newest = first.folder.file("checkpoints/step-00000040.safetensors")
      try Data("torn".utf8).write(to: URL(fileURLWithPath: newest))
      let rest = try walks.run(config, options: options(runs + "/parts"))
      #expect(rest.resumedAt == 30)
      expectSame(rest.folder, whole.folder)
    }
  }

  @Test func stopsAtNaNWithSavedState() throws {
    try withTemporaryFolder { runs in
      let config = try config("badStep=12")
      let folder = RunFolder(of: config, in: runs)
      let saved = folder.file("checkpoints/failed-00000013.safetensors")
      #expect { try walks.run(config, options: options(runs)) } throws: {
        let text = "\($0)"
        return text.contains("step 12: expected `loss/distance` to be finite, found nan")
          && text.contains(saved)
      }
      #expect(try Checkpoint.read(from: saved).tensors["position"] != nil)
      #expect(try folder.record().status == .failed)
      #expect(try folder.record().error.contains("step 12"))
      #expect(try folder.metrics().count == 12)
      #expect(!folder.isDone)
    }
  }

  /// A folder that is moved away while its run goes on, and another that stands in its place by then.
  @Test(arguments: [false, true]) func aFolderThatIsTakenAwayEndsItsRun(_ another: Bool) throws {
    try withTemporaryFolder { runs in
      let config = try config()
      let folder = RunFolder(of: config, in: runs)
      let count = Atomic<Int>(0)
      var taking = options(runs, cadence: .steps(10))
      taking.pendingSignal = {
        if count.add(1, ordering: .relaxed).newValue == 15 {
          rename(folder.path, runs + "/taken")
          if another {
            for name in ["checkpoints", "figures"] { try? Folders.make(folder.file(name)) }
            for name in ["run.json", "metrics.jsonl"] {
              try? AtomicFile.write("another\n", to: folder.file(name))
            }
          }
        }
        return nil
      }
      #expect { try walks.run(config, options: taking) } throws: { error in
        "\(error)".contains(folder.file("metrics.jsonl"))
          && "\(error)".contains("was deleted or moved") && ExitStatus.code(for: error) == 1
      }
      if another {
        #expect(try String(contentsOfFile: folder.file("run.json"), encoding: .utf8) == "another\n")
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: folder.file("checkpoints")) == [])
      } else {
        #expect(!FileManager.default.fileExists(atPath: folder.file("run.json")))
      }
    }
  }

  @Test func refusesSecondRunInOneFolder() throws {
    try withTemporaryFolder { runs in
      let config = try config()
      let first = try RunSession(config: config, options: options(runs))
      #expect { try walks.run(config, options: options(runs)) } throws: {
        "\($0)".contains("found it in use by process \(getpid()); wait for that run or stop it")
      }
      withExtendedLifetime(first) {}
    }
    try withTemporaryFolder { runs in
      let config = try config()
      do { _ = try RunSession(config: config, options: options(runs)) }
      #expect(try walks.run(config, options: options(runs)).folder.isDone)
    }
  }

  @Test func saysWhatCannotBeWritten() throws {
    try withTemporaryFolder { runs in
      let file = runs + "/file"
      try Data().write(to: URL(fileURLWithPath: file))
      #expect { try walks.run(config(), options: options(file)) } throws: {
        let text = "\($0)"
        return text.contains("\(file)/walk/") && text.contains("cannot be written: Not a directory")
          && text.contains("--runs")
      }
    }
  }

  @Test func refusesStateOfAnotherConfiguration() throws {
    try withTemporaryFolder { runs in
      let other = try walks.run(config("seed=1"), options: options(runs))
      let config = try config()
      let folder = RunFolder(of: config, in: runs)
      try FileManager.default.createDirectory(
        atPath: folder.path, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: other.folder.file("checkpoints"), toPath: folder.file("checkpoints"))
      #expect { try walks.run(config, options: options(runs)) } throws: {
        "\($0)".contains("expected a state of configuration \(config.hash)")
      }
    }
  }

  @Test func readsCadence() {
    #expect(CheckpointCadence("50") == .steps(50))
    #expect(CheckpointCadence("2.5s") == .seconds(2.5))
    for bad in ["0", "-1", "x", "s", "0s", "nans", ""] { #expect(CheckpointCadence(bad) == nil) }
  }
}

/// Expects the same metrics and results, bit by bit, without times.
func expectSame(
  _ one: RunFolder, _ other: RunFolder, sourceLocation: SourceLocation = #_sourceLocation
) {
  do {
    let (a, b) = (try one.metrics(), try other.metrics())
    #expect(a.map(\.step) == b.map(\.step), sourceLocation: sourceLocation)
    #expect(
      a.map { $0.values.map(\.value.bitPattern) } == b.map { $0.values.map(\.value.bitPattern) },
      sourceLocation: sourceLocation)
    var (x, y) = (try #require(try one.result()), try #require(try other.result()))
    (x.seconds, y.seconds) = (0, 0)
    #expect(x == y, sourceLocation: sourceLocation)
    let (p, q) = (try eventCount(one), try eventCount(other))
    #expect(p == q, sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}

/// The length of the event file; events of equal steps and names have equal lengths.
private func eventCount(_ folder: RunFolder) throws -> Int {
  try FileBytes.read(folder.file("events.out.tfevents.0.tessera")).count
}
