import Foundation
import Storage
import TensorCore
import Testing

@testable import Trials

/// Run folders that an earlier program wrote, before gradients, settings and tables had their present shape, are still the runs of their
/// configs: they keep their folder, resume, and are read by reports and lists.
///
/// Each holds what a killed run leaves, a state in the middle where it is small, and the result that the whole run had.
@Suite(.serialized) struct EarlierRunTests {
  private static let path =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    + "/EarlierRuns"

  /// An earlier run folder.
  struct Earlier: CustomTestStringConvertible, Sendable {
    let experiment, hash: String
    var testDescription: String { experiment }
    var folder: String { "\(EarlierRunTests.path)/\(experiment)/\(hash)" }
    var hasState: Bool { FileManager.default.fileExists(atPath: folder + "/checkpoints") }

    func config() throws -> ResolvedConfig {
      try ExperimentRegistry.standard.load(path: folder + "/config.yaml")[0]
    }

    /// Puts a copy into a runs folder; without its result it is a run that was killed.
    func copy(into runs: String, isDone: Bool) throws -> RunFolder {
      let parent = "\(runs)/\(experiment)"
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      let target = RunFolder("\(parent)/\(hash)")
      try FileManager.default.copyItem(atPath: folder, toPath: target.path)
      if isDone {
        try AtomicFile.write("", to: target.file("done"))
      } else {
        try FileManager.default.removeItem(atPath: target.file("result.json"))
      }
      return target
    }
  }

  static let all: [Earlier] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().map { experiment in
      let inner = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(experiment)"))
      return Earlier(experiment: experiment, hash: inner?.first ?? "")
    }
  }()

  private func options(_ runs: String) -> RunOptions {
    RunOptions(
      runsFolder: runs, cadence: .steps(2), environment: RunEnvironment(dataDirectories: []))
  }

  @Test func thereIsOneOfEachExperiment() {
    #expect(Self.all.map(\.experiment) == ExperimentRegistry.standard.names.sorted())
  }

  /// Keys that came later have defaults under which a run is the run that it was.
  @Test(arguments: all) func aConfigKeepsItsFolder(_ earlier: Earlier) throws {
    #expect(try earlier.config().hash == earlier.hash)
  }

  /// What was saved has the names, types and shapes that are saved now.
  @Test(arguments: all) func aStateHasTheSameNames(_ earlier: Earlier) throws {
    try withTemporaryFolder { runs in
      let outcome = try ExperimentRegistry.standard.run(earlier.config(), options: options(runs))
      let states = try FileManager.default.contentsOfDirectory(
        atPath: outcome.folder.file("checkpoints")
      ).filter { $0.hasPrefix("step-") }.sorted()
      let state = try Checkpoint.read(
        from: outcome.folder.file("checkpoints/\(try #require(states.last))"))
      // "optimiser steps I64 [1]"
      func name(_ line: Substring) -> String {
        line.prefix(upTo: line.lastIndex(of: "[") ?? line.endIndex).split(separator: " ").dropLast()
          .joined(separator: " ")
      }
      // The kept copy appears with the first validation.
      let then = try String(contentsOfFile: earlier.folder + "/state.txt", encoding: .utf8)
        .split(separator: "\n").map(name).filter { !$0.hasPrefix("best") }
      let now = state.tensors.keys.filter { !$0.hasPrefix("best") }
      #expect(Set(then).isSubset(of: now))
      // The cells that have been measured grow in number.
      #expect(then.count == now.count || earlier.experiment == "independence")
    }
  }

  @Test(arguments: all.filter(\.hasState)) func aKilledRunGoesOn(_ earlier: Earlier) throws {
    try withTemporaryFolder { runs in
      let folder = try earlier.copy(into: runs, isDone: false)
      let outcome = try ExperimentRegistry.standard.run(earlier.config(), options: options(runs))
      #expect(outcome.folder.path == folder.path && outcome.resumedAt != nil)
      let (then, now) = (try RunFolder(earlier.folder).metrics(), try folder.metrics())
      #expect(then.map(\.step) == now.map(\.step))
      #expect(then.map { $0.values.map(\.name) } == now.map { $0.values.map(\.name) })
      let before = try #require(try RunFolder(earlier.folder).result())
      #expect(before.scalars.keys.sorted() == outcome.result.scalars.keys.sorted())
      for (name, value) in before.scalars where !name.contains("seconds") {
        // Another processor's last bits, over a few steps.
        let found = try #require(outcome.result.scalars[name])
        #expect(abs(found - value) <= 0.02 * max(1, abs(value)), "\(name): \(value), now \(found)")
      }
    }
  }

  @Test(arguments: all) func aDoneRunIsReadAndReported(_ earlier: Earlier) throws {
    try withTemporaryFolder { runs in
      let folder = try earlier.copy(into: runs, isDone: true)
      let outcome = try ExperimentRegistry.standard.run(earlier.config(), options: options(runs))
      #expect(outcome.wasDone && outcome.folder.path == folder.path)
      let result = try #require(try RunFolder(earlier.folder).result())
      #expect(outcome.result.scalars == result.scalars && outcome.result.notes == result.notes)
      var complaints: [String] = []
      try Report.write(runs: [folder.path], to: runs + "/report.html") { complaints.append($0) }
      #expect(complaints.isEmpty)
      #expect(try String(contentsOfFile: runs + "/report.html", encoding: .utf8).count > 5000)
      var survey = RunSurvey(of: runs)
      survey.keepSound()
      #expect(survey.folders.map(\.path) == [folder.path] && survey.faults.isEmpty)
    }
  }
}
