import Foundation
import Storage
import TensorCore
import Testing

@testable import Trials

/// Runs on a folder of pictures: what they say of the data, and what they refuse to go on with.
@Suite(.serialized) struct SceneDataTests {
  /// Thirty pictures of a spot on a ground, two of them wider than high.
  private func pictures(_ folder: String) throws {
    try Folders.make(folder)
    for index in 0..<30 {
      let width = index < 2 ? 40 : 32
      var bytes = [UInt8](repeating: UInt8(40 + index), count: 32 * width * 3)
      for row in 8..<18 {
        for column in 8..<18 { bytes[(row * width + column + index % 8) * 3] = 250 }
      }
      try PNG.write(
        Image(height: 32, width: width, channels: 3, bytes: bytes),
        to: "\(folder)/\(index + 10).png")
    }
  }

  private func config(_ folder: String, _ more: String...) throws -> ResolvedConfig {
    try ExperimentRegistry.standard.resolve(
      experiment: "scenes",
      overrides: [
        "data.source=folder", "data.path=\(folder)", "model.side=32", "model.grid=4",
        "model.glimpse=8", "model.widthDivisor=4", "model.components=2", "batchSize=3", "steps=4",
        "evaluation.every=0", "evaluation.testCount=5", "evaluation.pictures=0", "health.step=0",
      ] + more)[0]
  }

  private func options(_ runs: String, stops: Bool = false) -> RunOptions {
    RunOptions(
      runsFolder: runs, cadence: .steps(1), environment: RunEnvironment(dataDirectories: []),
      pendingSignal: { stops ? SIGINT : nil })
  }

  /// The places looked at, the way to make them, and nothing on the disk.
  @Test func missingDataAreNamedAndLeaveNoRun() throws {
    try withTemporaryFolder { folder in
      let runs = folder + "/runs"
      let config = try ExperimentRegistry.standard.resolve(
        experiment: "scenes", overrides: ["data.source=hdf5", "data.path=rooms/none.h5"])[0]
      #expect {
        try ExperimentRegistry.standard.run(
          config,
          options: RunOptions(
            runsFolder: runs, environment: RunEnvironment(dataDirectories: [folder])))
      } throws: {
        let text = "\($0)"
        return text.contains("rooms/none.h5, \(folder)/rooms/none.h5")
          && text.contains("tessera data make rooms") && text.contains("TESSERA_DATA")
      }
      #expect(!FileManager.default.fileExists(atPath: runs))
    }
  }

  @Test func notesAndDetectionsNameTheData() throws {
    try withTemporaryFolder { folder in
      try pictures(folder + "/set")
      let config = try config(folder + "/set")
      let outcome = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      let notes = outcome.result.notes
      #expect(
        notes.contains(
          "2 pictures that are no squares were cropped to their middle square (data.fit=crop)"))
      let input = try #require(outcome.folder.inputs()?.inputs.first)
      #expect(input.key == "data.path" && input.count == 30 && input.path == folder + "/set")
      #expect(input.covers == "names and contents" && input.files?.count == 30)
      // What runs of before noted of a plain folder.
      #expect(try input.sha256 == EarlierFingerprint(of: folder + "/set").digest)
      let lines = try JSONLines.read(outcome.folder.file("detections.jsonl"))
      #expect(lines.map { $0["file"] } == ["19.png", "29.png", "39.png"])
      #expect(lines.map { $0["image"] } == [0, 1, 2])
      let padded = try self.config(folder + "/set", "data.fit=pad")
      let other = try ExperimentRegistry.standard.run(padded, options: options(folder + "/runs"))
      #expect(other.folder != outcome.folder)
      #expect(other.result.notes.contains { $0.contains("padded with black to squares") })
    }
  }

  /// Thirty rooms without validation images, with the boxes that `boxes` gives each.
  private func rooms(_ folder: String, _ boxes: (Int) -> String) throws {
    for split in ["train", "test"] {
      try pictures("\(folder)/plain/\(split)")
      try Folders.make("\(folder)/set/\(split)/bb")
      for index in 0..<30 {
        try FileManager.default.moveItem(
          atPath: "\(folder)/plain/\(split)/\(index + 10).png",
          toPath: "\(folder)/set/\(split)/\(index)-x.png")
        try AtomicFile.write(boxes(index), to: "\(folder)/set/\(split)/bb/bb_\(index).txt")
      }
      for index in 0..<2 {
        for name in ["\(index)-x.png", "bb/bb_\(index).txt"] {
          try FileManager.default.removeItem(atPath: "\(folder)/set/\(split)/\(name)")
        }
      }
      // Boxes go by the place of a picture.
      for index in 2..<30 {
        try FileManager.default.moveItem(
          atPath: "\(folder)/set/\(split)/bb/bb_\(index).txt",
          toPath: "\(folder)/set/\(split)/bb/bb_\(index - 2).txt")
      }
    }
  }

  /// AP does not exist without objects: it is left out with the reason, and never 0.
  @Test func withoutObjectsAveragePrecisionIsLeftOut() throws {
    try withTemporaryFolder { folder in
      try rooms(folder) { _ in "" }
      let config = try config(folder + "/set", "data.source=rooms")
      let outcome = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      let names = Set(outcome.result.scalars.keys)
      #expect(names.allSatisfy { !$0.contains("AP") && !$0.contains("recall") }, "\(names)")
      #expect(names.contains("squared error") && names.contains("objects"))
      #expect(
        outcome.result.notes.contains {
          $0.hasPrefix("no object in any of the 5 test images: AP and recall are left out")
        }, "\(outcome.result.notes)")
    }
  }

  /// Where some images alone have none, the others give it.
  @Test func someImagesWithoutObjectsLeaveAveragePrecision() throws {
    try withTemporaryFolder { folder in
      try rooms(folder) { $0 % 2 == 0 ? "" : "50,50,40,40\n" }
      let config = try config(folder + "/set", "data.source=rooms")
      let outcome = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      #expect(outcome.result.scalars["AP"] != nil && outcome.result.scalars["AP@0.95"] != nil)
      #expect(outcome.result.notes.allSatisfy { !$0.contains("no object in any") })
    }
  }

  /// What becomes of transparent pixels stands in the notes, and a key changes it.
  @Test func transparentPicturesAreNotedAndLaidOnAColour() throws {
    try withTemporaryFolder { folder in
      try pictures(folder + "/set")
      for index in 5..<9 {
        var bytes: [UInt8] = []
        for pixel in 0..<32 * 32 {
          let (red, alpha) = (UInt8(pixel % 250), UInt8(pixel % 2 * 255))
          bytes += [red, UInt8(index), 255, alpha]
        }
        try PNG.write(
          Image(height: 32, width: 32, channels: 4, bytes: bytes),
          to: "\(folder)/set/\(index + 10).png")
      }
      let plain = try config(folder + "/set")
      let outcome = try ExperimentRegistry.standard.run(plain, options: options(folder + "/runs"))
      #expect(
        outcome.result.notes.contains {
          $0.hasPrefix("4 of 30 pictures have transparent pixels: alpha is left out")
        }, "\(outcome.result.notes)")
      let black = try config(folder + "/set", "data.alpha=black")
      let other = try ExperimentRegistry.standard.run(black, options: options(folder + "/runs"))
      #expect(other.folder != outcome.folder)
      #expect(
        other.result.notes.contains(
          "4 of 30 pictures have transparent pixels and were laid on black (data.alpha=black)"))
    }
  }

  /// What was asked of validation cannot be had without images for it.
  @Test func withoutValidationImagesTheResultSaysSo() throws {
    try withTemporaryFolder { folder in
      try pictures(folder + "/set/train")
      try pictures(folder + "/set/test")
      let config = try config(folder + "/set", "evaluation.every=2")
      let outcome = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      #expect(
        outcome.result.notes.contains("no validation images: the parameters after the last step"))
    }
  }

  @Test func otherDataUnderTheSamePathAreRefused() throws {
    try withTemporaryFolder { folder in
      try pictures(folder + "/set")
      let config = try config(folder + "/set")
      #expect(throws: RunError.self) {
        try ExperimentRegistry.standard.run(config, options: options(folder + "/runs", stops: true))
      }
      let kept = folder + "/kept.png"
      try FileManager.default.moveItem(atPath: folder + "/set/20.png", toPath: kept)
      #expect {
        try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      } throws: {
        guard case RunError.unreadable(let path, let expected, _, let advice) = $0 else {
          return false
        }
        return path == folder + "/set" && expected.contains("the data that the run in")
          && advice.contains("put the old data back")
      }
      try FileManager.default.moveItem(atPath: kept, toPath: folder + "/set/20.png")
      let rest = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      #expect(rest.resumedAt == 1 && rest.cautions.isEmpty)
      let again = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      #expect(again.wasDone && again.cautions.isEmpty)
      // Another picture of the same size.
      let bytes = try Data(contentsOf: URL(filePath: folder + "/set/30.png"))
      try (bytes + [0]).write(to: URL(filePath: folder + "/set/30.png"))
      let other = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      #expect(!other.wasDone && other.folder != again.folder)
      #expect(other.cautions.count == 1)
      #expect(other.cautions[0].contains("\(again.folder.path) is of other data (data.path"))
      #expect(other.cautions[0].contains("30.png changed"))
      try FileManager.default.removeItem(atPath: folder + "/set")
      let gone = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      #expect(gone.wasDone && gone.cautions.count == 1 && gone.folder == other.folder)
      #expect(gone.cautions[0].contains("cannot be read now"))
    }
  }

  /// A folder behind a link, pictures behind links, boxes alone: each has its own digest, and each change is seen.
  @Test(arguments: ["folder", "pictures", "boxes"]) func linksAndBoxesAreSeen(kind: String) throws {
    try withTemporaryFolder { folder in
      let manager = FileManager.default
      let set = folder + "/set"
      try pictures(folder + "/all")
      var source = "data.source=folder"
      switch kind {
      case "folder": try manager.createSymbolicLink(atPath: set, withDestinationPath: "all")
      case "pictures":
        try Folders.make(set)
        for name in try manager.contentsOfDirectory(atPath: folder + "/all") {
          try manager.createSymbolicLink(
            atPath: "\(set)/\(name)", withDestinationPath: "../all/\(name)")
        }
      default:
        source = "data.source=rooms"
        for split in ["train", "test"] {
          try Folders.make("\(set)/\(split)/bb")
          for index in 12..<18 {
            try manager.copyItem(
              atPath: "\(folder)/all/\(index).png", toPath: "\(set)/\(split)/\(index).png")
            try Data("64,64,40,40\n".utf8).write(
              to: URL(filePath: "\(set)/\(split)/bb/bb_\(index - 12).txt"))
          }
        }
      }
      let config = try config(set, source)
      let first = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      let before = try #require(first.folder.inputs()?.inputs.first)
      #expect(before.sha256 != SHA256.hex(of: []))
      let again = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      #expect(again.wasDone && again.cautions.isEmpty)
      if kind == "boxes" {
        try Data("60,64,40,40\n".utf8).write(to: URL(filePath: set + "/test/bb/bb_0.txt"))
      } else {
        let picture = folder + "/all/10.png"
        try manager.removeItem(atPath: picture)
        try manager.copyItem(atPath: folder + "/all/11.png", toPath: picture)
      }
      let other = try ExperimentRegistry.standard.run(config, options: options(folder + "/runs"))
      #expect(!other.wasDone && other.folder != first.folder)
      #expect(
        other.cautions.first?.contains(
          kind == "boxes" ? "test/bb/bb_0.txt changed" : "10.png changed") == true)
    }
  }

  /// Data that are not there are made by a command that makes just them.
  @Test(arguments: [
    ("rooms/small.h5", 128, "tessera data make rooms --sets small"),
    ("rooms/large-64.h5", 64, "tessera data make rooms --sets large --side 64 --name large-64"),
    ("atari/Pong.h5", 64, "tessera data make atari --games Pong --side 64"),
    ("atari/joint.h5", 128, "tessera data make atari --joint"),
  ])
  func missingDataNameTheirCommand(path: String, side: Int, command: String) {
    var data = SceneConfiguration.Data()
    data.source = .hdf5
    data.path = path
    #expect {
      try data.open(side: side, seed: 0, in: ["/nowhere"])
    } throws: {
      "\($0)".contains("make it with `\(command)` (--help says more)")
    }
  }

  /// Runs from before the runner noted inputs have a fingerprint of their own, in notes and states: it still counts.
  @Test func fingerprintsOfBeforeStillCount() throws {
    try withTemporaryFolder { folder in
      let (set, runs) = (folder + "/set", folder + "/runs")
      try pictures(set)
      let config = try config(set)
      let run = RunFolder(of: config, in: runs)
      let digest = try EarlierFingerprint(of: set).digest
      #expect(throws: RunError.self) {
        try ExperimentRegistry.standard.run(config, options: options(runs, stops: true))
      }
      try FileManager.default.removeItem(atPath: run.file("inputs.json"))
      let path = run.file("checkpoints/step-00000001.safetensors")
      var state = try Checkpoint.read(from: path)
      state.metadata["run.inputs"] = nil
      let counters = try state.text("scenes")
      state.metadata["scenes"] = counters.replacing("{\n", with: "{\n\"data\": \"\(digest)\",\n")
      try state.write(to: path)
      let kept = folder + "/kept.png"
      try FileManager.default.moveItem(atPath: set + "/20.png", toPath: kept)
      #expect {
        try ExperimentRegistry.standard.run(config, options: options(runs))
      } throws: {
        "\($0)".contains("the data that the run began with (SHA-256 of its names and contents: ")
      }
      try FileManager.default.moveItem(atPath: kept, toPath: set + "/20.png")
      let rest = try ExperimentRegistry.standard.run(config, options: options(runs))
      #expect(rest.resumedAt == 1)
      var result = try #require(try run.result())
      result.notes.append("data set: SHA-256 of its names and contents is \(digest)")
      try AtomicFile.write(RunCoding.text(result), to: run.file("result.json"))
      let same = try ExperimentRegistry.standard.run(config, options: options(runs))
      #expect(same.wasDone && same.cautions.isEmpty)
      try FileManager.default.removeItem(atPath: set + "/20.png")
      let other = try ExperimentRegistry.standard.run(config, options: options(runs))
      #expect(!other.wasDone && other.cautions.first?.contains("of other data (data.path") == true)
    }
  }
}
