import Foundation
import Storage
import Testing

@testable import Trials

/// One run folder that is damaged spoils no other, and nothing in it is lost.
@Suite struct BrokenRunTests {
  private func config(_ seed: Int) throws -> ResolvedConfig {
    try walks.resolve(experiment: "walk", overrides: ["seed=\(seed)"])[0]
  }

  private func options(_ runs: String) -> RunOptions {
    RunOptions(
      runsFolder: runs, cadence: .steps(10), environment: RunEnvironment(dataDirectories: []),
      pendingSignal: { nil })
  }

  private func three(_ runs: String) throws -> [RunFolder] {
    try (0..<3).map { try walks.run(config($0), options: options(runs)).folder }
  }

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  @Test(arguments: [
    ("", "found an empty file"), ("{\"commit\":", "found `{\"commit\":`"),
    ("[]", "at ``"), ("<html>", "found `<html>`"), ("{\"status\": \"done\"}", "found no key"),
  ])
  func aBrokenRecordIsNamedAndTheOthersAreListed(content: String, found: String) throws {
    try withTemporaryFolder { runs in
      let folders = try three(runs)
      try write(content, folders[1].file("run.json"))
      var survey = RunSurvey(of: runs)
      #expect(survey.folders.count == 3)
      let text = try RunListing.list(survey.folders)
      #expect(text.contains("\(folders[1].path)") && text.contains("cannot be read"))
      #expect(text.contains(folders[0].path) && text.contains(folders[2].path))
      guard case .array(let rows) = try RunListing.json(survey.folders) else {
        Issue.record("no array")
        return
      }
      #expect(rows.filter { $0["status"] == "done" }.count == 2)
      #expect(rows.filter { $0["status"] == "cannot be read" }.count == 1)
      survey.keepSound(RunListing.requireSound)
      #expect(survey.folders.map(\.path).sorted() == [folders[0], folders[2]].map(\.path).sorted())
      #expect(try RunListing.compare(survey.folders).contains("total"))
      let fault = try #require(survey.faults.first)
      #expect(survey.faults.count == 1 && fault.path == folders[1].path)
      #expect(fault.message.contains(folders[1].file("run.json")))
      #expect(fault.message.contains(found) || found == "at ``", "\(fault.message)")
      #expect(
        fault.message.contains(
          "the other files of the run are kept: `tessera run \(folders[1].path)/config.yaml --runs \(runs)`"
        ))
      #expect(!fault.message.contains("delete"))
    }
  }

  /// What the advice says: the same command writes the file again, and the result is the old one.
  @Test(arguments: ["run.json", "config.yaml"]) func theCommandOfTheRunMendsIt(name: String) throws
  {
    try withTemporaryFolder { runs in
      let folder = try three(runs)[1]
      let before = try folder.result()
      try write("{broken", folder.file(name))
      let outcome = try walks.run(config(1), options: options(runs))
      #expect(outcome.wasDone && outcome.result == before && outcome.cautions.count == 1)
      #expect(outcome.cautions[0].contains("\(name) could not be read and was written again"))
      #expect(try folder.record().status == .done && folder.record().stepCount == 40)
      #expect(try folder.configuration() == config(1).yaml)
      #expect(
        try FileBytes.read(folder.file(name + ".damaged")) == Array("{broken".utf8))
      #expect(try walks.run(config(1), options: options(runs)).cautions.isEmpty)
    }
  }

  /// A result that is damaged is made again from the last state, to the same bits.
  @Test(arguments: ["", "{\"experiment\": \"walk\"}", "[1, 2"])
  func aDamagedResultIsMadeAgain(content: String) throws {
    try withTemporaryFolder { runs in
      let folder = try three(runs)[1]
      var before = try #require(try folder.result())
      let metrics = try FileBytes.read(folder.file("metrics.jsonl"))
      try write(content, folder.file("result.json"))
      #expect(throws: RunError.self) { try folder.result() }
      let outcome = try walks.run(config(1), options: options(runs))
      #expect(outcome.cautions.count == 1)
      #expect(outcome.cautions[0].contains("the evaluation is done again from the last state"))
      var after = outcome.result
      (before.seconds, after.seconds) = (0, 0)
      #expect(before == after)
      #expect(try FileBytes.read(folder.file("metrics.jsonl")) == metrics)
      #expect(try walks.run(config(1), options: options(runs)).wasDone)
    }
  }

  /// A newer version's record: what this one knows is shown.
  @Test func unknownFieldsDoNoHarm() throws {
    try withTemporaryFolder { runs in
      let folder = try three(runs)[1]
      let text = String(decoding: try FileBytes.read(folder.file("run.json")), as: UTF8.self)
      try write(
        text.replacing(
          "{\n", with: "{\n  \"accelerator\": [1, {\"a\": null}],\n", maxReplacements: 1),
        folder.file("run.json"))
      #expect(try folder.record().status == .done)
      try write(text.replacing("\"done\"", with: "\"paused\""), folder.file("run.json"))
      #expect { try folder.record() } throws: {
        "\($0)".contains("run.json") && "\($0)".contains("paused")
      }
    }
  }

  @Test func otherThingsAmongRunsAreNoRuns() throws {
    try withTemporaryFolder { runs in
      let folders = try three(runs)
      try write("x", runs + "/report.html")
      try write("x", runs + "/walk/report.html")
      try Folders.make(runs + "/walk/notes")
      try Folders.make(runs + "/empty")
      try FileManager.default.createSymbolicLink(
        atPath: runs + "/walk/gone", withDestinationPath: "nowhere")
      var survey = RunSurvey(of: runs)
      #expect(survey.folders.count == 3 && survey.faults.isEmpty)
      // A run whose record is gone is named.
      try FileManager.default.removeItem(atPath: folders[0].file("run.json"))
      survey = RunSurvey(of: runs)
      #expect(survey.folders.count == 2 && survey.faults.count == 1)
      #expect(survey.faults[0].message.contains("expected the record of a run, found none"))
      #expect(RunFolder.all(in: runs).count == 2)
    }
  }

  /// `latest` is for people; a damaged state gives way to the one before; a log that is too short, too.
  @Test func damagedStatesGiveWay() throws {
    try withTemporaryFolder { runs in
      let whole = try walks.run(config(0), options: options(runs + "/whole"))
      func part(_ name: String) throws -> RunFolder {
        let folder = try walks.run(config(0), options: options("\(runs)/\(name)")).folder
        for file in ["done", "result.json"] {
          try FileManager.default.removeItem(atPath: folder.file(file))
        }
        return folder
      }
      let marker = try part("marker")
      try write("step-99999999.safetensors\n", marker.file("checkpoints/latest"))
      #expect(
        try walks.run(config(0), options: options(runs + "/marker")).resumedAt == 40)

      let log = try part("log")
      let bytes = try FileBytes.read(log.file("metrics.jsonl"))
      try Data(bytes.dropLast(5)).write(to: URL(fileURLWithPath: log.file("metrics.jsonl")))
      let outcome = try walks.run(config(0), options: options(runs + "/log"))
      #expect(outcome.resumedAt == 30 && outcome.cautions.count == 1)
      #expect(outcome.cautions[0].contains("the state before it serves"))
      expectSame(outcome.folder, whole.folder)

      let both = try part("both")
      for name in ["step-00000030", "step-00000040"] {
        try write("torn", both.file("checkpoints/\(name).safetensors"))
      }
      #expect { try walks.run(config(0), options: options(runs + "/both")) } throws: {
        let text = "\($0)"
        return text.contains("step-00000040.safetensors: expected a state to go on from")
          && text.contains("move \(both.file("checkpoints")) elsewhere")
          && !text.contains("delete")
      }
    }
  }
}
