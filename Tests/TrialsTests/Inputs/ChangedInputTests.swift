import Foundation
import Storage
import Synchronization
import Testing

@testable import Trials

/// A result of other data is never given as one of these.
@Suite struct ChangedInputTests {
  private func config(_ path: String, _ more: String...) throws -> ResolvedConfig {
    try readings.resolve(experiment: "reading", overrides: ["path=\(path)"] + more)[0]
  }

  private func options(
    _ runs: String, _ policy: ChangedInputs = .refuse, data: [String] = [], stops: Bool = false
  ) -> RunOptions {
    RunOptions(
      runsFolder: runs, cadence: .steps(1), environment: RunEnvironment(dataDirectories: data),
      changedInputs: policy, pendingSignal: { stops ? SIGINT : nil })
  }

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  /// What can be done to a file so that the same path holds other contents.
  enum Change: String, CaseIterable {
    case editedInPlace, replaced, sameSizeAndTime, linkRetargeted, fileBehindLink, folderBehindLink
  }

  @Test(arguments: Change.allCases) func otherContentsAreAnotherRun(change: Change) throws {
    try withTemporaryFolder { folder in
      let manager = FileManager.default
      for place in ["a", "b"] { try Folders.make("\(folder)/\(place)") }
      try write("aaaa", folder + "/a/table.csv")
      try write("bbbb", folder + "/b/table.csv")
      var path = folder + "/a/table.csv"
      switch change {
      case .linkRetargeted, .fileBehindLink:
        path = folder + "/link.csv"
        try manager.createSymbolicLink(atPath: path, withDestinationPath: "a/table.csv")
      case .folderBehindLink:
        try manager.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "a")
        path = folder + "/link/table.csv"
      default: break
      }
      let config = try config(path)
      let runs = folder + "/runs"
      let first = try readings.run(config, options: options(runs))
      #expect(first.folder.path == "\(runs)/reading/\(config.hash)")
      #expect(first.result.scalars["total"] == Double(4 * 4 * 97) && first.cautions.isEmpty)
      let same = try readings.run(config, options: options(runs))
      #expect(same.wasDone && same.cautions.isEmpty && same.folder == first.folder)

      let kept = try manager.attributesOfItem(atPath: folder + "/a/table.csv")
      switch change {
      case .editedInPlace:
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.write(contentsOf: Data("bbbb".utf8))
        try file.close()
      case .replaced, .fileBehindLink:
        try manager.removeItem(atPath: folder + "/a/table.csv")
        try write("bbbb", folder + "/a/table.csv")
      case .sameSizeAndTime:
        try write("bbbb", path)
        try manager.setAttributes(
          [.modificationDate: kept[.modificationDate]!], ofItemAtPath: path)
      case .linkRetargeted:
        try manager.removeItem(atPath: path)
        try manager.createSymbolicLink(atPath: path, withDestinationPath: "b/table.csv")
      case .folderBehindLink:
        try manager.removeItem(atPath: folder + "/link")
        try manager.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "b")
      }
      let other = try readings.run(config, options: options(runs))
      #expect(!other.wasDone && other.result.scalars["total"] == Double(4 * 4 * 98))
      #expect(other.folder.path.hasPrefix(first.folder.path + "-"))
      #expect(other.cautions.count == 1)
      let caution = try #require(other.cautions.first)
      #expect(
        caution.hasPrefix("\(first.folder.path) is of other data (path \(path): the SHA-256"))
      #expect(caution.contains("run in \(other.folder.path)"))
      // The old run is still there, and found again when its data are.
      let others = try readings.run(config, options: options(runs))
      #expect(others.wasDone && others.folder == other.folder && others.cautions.isEmpty)
      if change == .editedInPlace {
        try write("aaaa", path)
        let back = try readings.run(config, options: options(runs))
        #expect(back.wasDone && back.folder == first.folder && back.cautions.isEmpty)
      }
    }
  }

  /// Contents count, not times: a file that was touched or copied is the same one.
  @Test func sameContentsAreTheSameRun() throws {
    try withTemporaryFolder { folder in
      try write("aaaa", folder + "/t.csv")
      let config = try config(folder + "/t.csv")
      let first = try readings.run(config, options: options(folder + "/runs"))
      try FileManager.default.removeItem(atPath: folder + "/t.csv")
      try write("aaaa", folder + "/t.csv")
      let again = try readings.run(config, options: options(folder + "/runs"))
      #expect(again.wasDone && again.folder == first.folder && again.cautions.isEmpty)
    }
  }

  @Test func anUnfinishedRunIsNotGoneOnWithOthers() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      let runs = folder + "/runs"
      try write("aaaa", path)
      let config = try config(path)
      #expect(throws: RunError.self) {
        try readings.run(config, options: options(runs, stops: true))
      }
      try write("bbb", path)
      let error = #expect(throws: RunError.self) {
        try readings.run(config, options: options(runs))
      }
      let text = try #require(error).description
      #expect(ExitStatus.code(for: error!) == 2)
      #expect(
        text.hasPrefix(
          "\(path): expected the data that the run in \(runs)/reading/\(config.hash) began with"))
      #expect(text.contains("(4 bytes, now 3)") && text.contains("put the old data back to resume"))
      #expect(text.contains("the same command with --new-data"))
      // One command makes a run of its own; the old one can still be resumed.
      let anew = try readings.run(config, options: options(runs, .runAnew))
      #expect(anew.resumedAt == nil && anew.result.scalars["total"] == Double(4 * 3 * 98))
      #expect(anew.cautions.count == 1)
      let again = try readings.run(config, options: options(runs))
      #expect(again.wasDone && again.folder == anew.folder)
      try write("aaaa", path)
      let rest = try readings.run(config, options: options(runs))
      #expect(rest.resumedAt == 1 && rest.result.scalars["total"] == Double(4 * 4 * 97))
    }
  }

  /// A checkpoint knows its inputs by itself: without inputs.json it is not gone on with either.
  @Test(arguments: [nil, "", "{}"]) func aStateNotesItsInputs(content: String?) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try write("aaaa", path)
      let config = try config(path)
      #expect(throws: RunError.self) {
        try readings.run(config, options: options(folder + "/runs", stops: true))
      }
      let inputs = RunFolder(of: config, in: folder + "/runs").file("inputs.json")
      if let content {
        try write(content, inputs)
      } else {
        try FileManager.default.removeItem(atPath: inputs)
      }
      try write("bbbb", path)
      #expect {
        try readings.run(config, options: options(folder + "/runs"))
      } throws: {
        "\($0)".contains("put the old data back to resume")
      }
      try write("aaaa", path)
      let rest = try readings.run(config, options: options(folder + "/runs"))
      #expect(rest.resumedAt == 1 && rest.cautions.isEmpty)
      #expect(rest.folder.inputs()?.inputs.first?.path == path)
    }
  }

  /// Two projects with a file of the same relative path and one folder of runs.
  @Test func relativePathsOfTwoProjectsDoNotMeet() throws {
    try withTemporaryFolder { folder in
      for (project, text) in [("one", "aaaa"), ("two", "bbbb"), ("three", "aaaa")] {
        try Folders.make("\(folder)/\(project)")
        try write(text, "\(folder)/\(project)/table.csv")
      }
      let config = try config("table.csv")
      func run(_ project: String) throws -> RunOutcome {
        try readings.run(
          config, options: options(folder + "/runs", data: ["\(folder)/\(project)"]))
      }
      let one = try run("one")
      let two = try run("two")
      #expect(one.folder != two.folder && !two.wasDone)
      #expect(one.result.scalars != two.result.scalars)
      #expect(try run("one").folder == one.folder && run("two").folder == two.folder)
      // The same contents elsewhere are the same run.
      let three = try run("three")
      #expect(three.wasDone && three.folder == one.folder && three.cautions.isEmpty)
    }
  }

  @Test func aFileThatChangesWhileItIsReadIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try write("aaaa", path)
      let config = try config(path, "appendsWhileReading=b")
      #expect {
        try readings.run(config, options: options(folder + "/runs"))
      } throws: {
        "\($0)".contains("\(path): expected path to stay as it is while it is read")
      }
      #expect(!FileManager.default.fileExists(atPath: folder + "/runs"))
    }
  }

  @Test func aFileThatChangesDuringTheRunIsSaid() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try write("aaaa", path)
      let outcome = try readings.run(
        config(path, "appendsInStep=b"), options: options(folder + "/runs"))
      #expect(outcome.cautions.count == 1)
      #expect(outcome.cautions[0].contains("was changed while the run was reading it"))
      #expect(outcome.folder.cautions(registry: readings).count == 2)
    }
  }

  /// Data that are gone leave the newest result, which says that it was not compared.
  @Test func dataThatAreGoneAreSaid() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try write("aaaa", path)
      let config = try config(path)
      let first = try readings.run(config, options: options(folder + "/runs"))
      try FileManager.default.removeItem(atPath: path)
      let gone = try readings.run(config, options: options(folder + "/runs"))
      #expect(gone.wasDone && gone.folder == first.folder)
      #expect(gone.cautions.first?.contains("cannot be read now") == true)
      #expect(gone.cautions.first?.contains(path) == true)
      #expect(first.folder.cautions(registry: readings).isEmpty)
    }
  }

  /// Runs from before inputs were noted are shown and gone on with, and say what is not known.
  @Test func runsOfBeforeAreReportedWithACaution() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      let runs = folder + "/runs"
      try write("aaaa", path)
      let config = try config(path)
      let run = RunFolder(of: config, in: runs)
      func forget() throws {
        try FileManager.default.removeItem(atPath: run.file("inputs.json"))
        let states = try FileManager.default.contentsOfDirectory(atPath: run.file("checkpoints"))
        for name in states where name.hasPrefix("step-") {
          var state = try Checkpoint.read(from: run.file("checkpoints/\(name)"))
          state.metadata["run.inputs"] = nil
          try state.write(to: run.file("checkpoints/\(name)"))
        }
      }
      #expect(throws: RunError.self) {
        try readings.run(config, options: options(runs, stops: true))
      }
      try forget()
      let rest = try readings.run(config, options: options(runs))
      #expect(rest.resumedAt == 1 && rest.cautions.count == 1)
      #expect(rest.cautions[0].contains("whether the steps that are done are of the data"))
      // What its first steps read is still not known.
      #expect(run.inputs() == nil)
      let done = try readings.run(config, options: options(runs))
      #expect(done.wasDone && done.folder == run)
      #expect(done.cautions.first?.contains("with --new-data") == true)
      #expect(run.cautions(registry: readings) == [RunFolder.unknownData])
      let anew = try readings.run(config, options: options(runs, .runAnew))
      #expect(!anew.wasDone && anew.folder != run)
      #expect(try readings.run(config, options: options(runs)).folder == anew.folder)
    }
  }

  /// What is filled from runs that are done takes the old result, and says of what it is.
  @Test func oldResultsAreShownWhereNothingIsToBeStarted() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try write("aaaa", path)
      let config = try config(path)
      let first = try readings.run(config, options: options(folder + "/runs"))
      try write("bbbb", path)
      let context = TableContext(
        quick: false, registry: readings, options: options(folder + "/runs", .showOld),
        onlyDone: true)
      #expect(context.runnable([config]).count == 1)
      let results = try context.run([config])
      #expect(results[0].scalars == first.result.scalars)
      #expect(results[0].cautions.first?.contains("of other data than those of now") == true)
      #expect(RunFolder.all(in: folder + "/runs") == [first.folder])
      // Once there is a run of the new data, it is the one.
      let other = try readings.run(config, options: options(folder + "/runs"))
      #expect(try context.run([config])[0].scalars == other.result.scalars)
      #expect(try context.run([config])[0].cautions.isEmpty)
      // And a result that cannot be read is left out.
      try write("", other.folder.file("result.json"))
      #expect(context.runnable([config]).isEmpty)
    }
  }

  @Test func listingsSayWhatIsOfOtherData() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try write("aaaa", path)
      let run = try readings.run(config(path), options: options(folder + "/runs")).folder
      let cautions = { (folder: RunFolder) in folder.cautions(registry: readings) }
      #expect(RunListing.cautions([run], of: cautions).isEmpty)
      try write("bbbb", path)
      let lines = RunListing.cautions([run, run], of: cautions)
      #expect(lines.count == 1 && lines[0].contains("of other data than those of now: path"))
      let json = try RunListing.json([run], cautions: cautions)
      #expect(json.description.contains(#""cautions": ["of other data than"#))
      let comparison = try RunListing.comparison([run], cautions: cautions)
      #expect(comparison["cautions"]?.description.contains("of other data") == true)
    }
  }

  /// Nothing is read, nothing is said.
  @Test func generatedDataHaveNoCautions() throws {
    try withTemporaryFolder { runs in
      let config = try walks.resolve(experiment: "walk")[0]
      let first = try walks.run(config, options: RunOptions(runsFolder: runs))
      #expect(first.folder.inputs()?.inputs == [])
      try FileManager.default.removeItem(atPath: first.folder.file("inputs.json"))
      let again = try walks.run(config, options: RunOptions(runsFolder: runs))
      #expect(again.wasDone && again.cautions.isEmpty)
      #expect(again.folder.cautions(registry: walks).isEmpty)
    }
  }

  /// Cautions are shown where progress is not.
  @Test func quietRunsShowCautions() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try write("aaaa", path)
      let config = try config(path)
      let lines = Mutex<[String]>([])
      let quiet = CautionReporter { line in lines.withLock { $0.append(line) } }
      let options = options(folder + "/runs")
      _ = try readings.run(config, options: options, observer: quiet)
      #expect(lines.withLock { $0 }.isEmpty)
      try write("bbbb", path)
      let outcome = try readings.run(config, options: options, observer: quiet)
      #expect(lines.withLock { $0 } == outcome.cautions.map { "caution: \($0)" })
      let json = OutcomeListing.json([(config, outcome)])
      #expect(json.description.contains(#""cautions": ["\#(folder)/runs/reading/"#))
    }
  }
}
