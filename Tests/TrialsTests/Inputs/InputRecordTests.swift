import Datasets
import Foundation
import Storage
import Testing

@testable import Trials

/// What tells an input from others.
@Suite struct InputRecordTests {
  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func pictures(_ folder: String, mostBytes: Int = InputRecord.mostBytes) throws
    -> InputRecord
  {
    try InputRecord(
      of: InputFile(key: "data.path", path: folder, contents: .scenes(.pictures)),
      mostBytes: mostBytes)
  }

  @Test func aFileHasItsSHA256() throws {
    try withTemporaryFolder { folder in
      try write("abc", folder + "/t.csv")
      let record = try InputRecord(of: InputFile(key: "k", path: folder + "/t.csv"))
      #expect(
        record.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
      #expect(record.covers == "contents" && record.bytes == 3 && record.count == 1)
      #expect(try record.again()?.sha256 == record.sha256)
    }
  }

  /// What is done to a folder of pictures, and whether it is another set then.
  @Test func aFolderIsWhatIsReadOfIt() throws {
    try withTemporaryFolder { folder in
      let manager = FileManager.default
      let set = folder + "/set"
      try Folders.make(set + "/sub/deep")
      for name in ["a.png", "b.png"] { try write(name, "\(set)/\(name)") }
      let first = try pictures(set)
      #expect(first.files?.map(\.name) == ["a.png", "b.png"])
      func expectSame(_ same: Bool, _ what: Comment) throws {
        #expect(try (pictures(set).sha256 == first.sha256) == same, what)
      }
      for name in [".DS_Store", ".c.png", "notes.md", "sub/c.png", "sub/deep/c.png"] {
        try write("x", "\(set)/\(name)")
        try expectSame(true, "\(name) is not read")
      }
      try write("x", set + "/C.PNG")
      try expectSame(false, "a picture was added")
      try manager.removeItem(atPath: set + "/C.PNG")
      try expectSame(true, "and taken out again")
      try manager.moveItem(atPath: set + "/b.png", toPath: set + "/c.png")
      try expectSame(false, "a picture was renamed: its place is another")
      try manager.moveItem(atPath: set + "/c.png", toPath: set + "/B.png")
      try expectSame(false, "another case alone")
      try manager.moveItem(atPath: set + "/B.png", toPath: set + "/b.png")
      try expectSame(true, "and back")
      try manager.createSymbolicLink(atPath: set + "/d.png", withDestinationPath: "nowhere.png")
      try expectSame(true, "a link that leads nowhere is no picture")
      try manager.removeItem(atPath: set + "/d.png")
      try manager.createSymbolicLink(atPath: set + "/d.png", withDestinationPath: "d.png")
      try expectSame(true, "nor is a link to itself")
      try manager.removeItem(atPath: set + "/d.png")
      try manager.createSymbolicLink(atPath: set + "/train", withDestinationPath: ".")
      #expect(
        try pictures(set).count == 4, "a folder that leads back is read once more, not for ever")
      try manager.removeItem(atPath: set + "/train")
      #expect(mkfifo(set + "/e.png", 0o600) == 0)
      try expectSame(false, "a pipe is not waited for")
    }
  }

  /// The files of both forms of published sets.
  @Test func setsWithBoxesHaveTheirBoxes() throws {
    try withTemporaryFolder { folder in
      for place in ["train", "Test", "val/bb", "Pong-v0/train/bb", "runs/x"] {
        try Folders.make("\(folder)/\(place)")
      }
      for file in [
        "train/0-a.png", "train/notes.txt", "Test/1.png", "val/2.png", "val/bb/bb_0.txt",
        "Pong-v0/train/3.png", "Pong-v0/train/bb/bb_0.txt", "runs/x/panels.png", "top.png",
      ] {
        try write("x", "\(folder)/\(file)")
      }
      #expect(
        SceneListing.rooms.files(in: folder) == [
          "Test/1.png", "train/0-a.png", "val/2.png", "val/bb/bb_0.txt",
        ])
      #expect(
        SceneListing.games.files(in: folder) == [
          "Pong-v0/train/3.png", "Pong-v0/train/bb/bb_0.txt",
        ])
      #expect(SceneListing.pictures.files(in: folder).contains("top.png"))
    }
  }

  /// Beyond the limit, samples of every file tell other contents, and the record says so.
  @Test func largeInputsAreSampled() throws {
    try withTemporaryFolder { folder in
      for name in ["a.png", "b.png"] {
        try write(String(repeating: name, count: 1000), "\(folder)/\(name)")
      }
      let whole = try pictures(folder)
      let sampled = try pictures(folder, mostBytes: 100)
      #expect(sampled.covers == "names and samples of the contents")
      #expect(sampled.sha256 != whole.sha256)
      try write(String(repeating: "c.png", count: 1000), folder + "/b.png")
      #expect(try pictures(folder, mostBytes: 100).sha256 != sampled.sha256)
      let file = InputFile(key: "k", path: folder + "/a.png")
      let record = try InputRecord(of: file, mostBytes: 100)
      #expect(record.covers == "size and samples of the contents")
      // Not a result of a part of the file: first byte, last byte, and one between.
      let path = folder + "/big"
      for place in [0, 511, 999] {
        try Data(repeating: 0, count: 1000).write(to: URL(fileURLWithPath: path))
        let before = try SHA256.hex(ofFile: path, pieces: 3, length: 100)
        var bytes = Data(repeating: 0, count: 1000)
        bytes[place] = 1
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(try SHA256.hex(ofFile: path, pieces: 3, length: 100) != before)
      }
    }
  }

  /// What is no file is named for what it is, at once.
  @Test func whatIsNoFileIsRefused() throws {
    try withTemporaryFolder { folder in
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      for (path, found, advice) in [
        (folder + "/pipe", "found a pipe", "write what it gives to a file"),
        ("/dev/zero", "found a device", "write what it gives to a file"),
        (folder, "found a folder", "name a file in it"),
        (folder + "/none", "No such file", "check that the path is right"),
      ] {
        #expect {
          try InputRecord(of: InputFile(key: "k", path: path))
        } throws: {
          "\($0)".contains(found) && "\($0)".contains(advice) && "\($0)".contains(path)
        }
      }
    }
  }

  /// Every experiment that has a key for data names what it reads, and none where it is generated.
  @Test func builtInSetsNameTheirFiles() throws {
    try withTemporaryFolder { folder in
      try Folders.make(folder + "/adult")
      try Folders.make(folder + "/mnist")
      for name in ["adult.data", "adult.test"] { try write(name, "\(folder)/adult/\(name)") }
      for name in [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte", "other",
      ] {
        try write(name, "\(folder)/mnist/\(name)")
      }
      let environment = RunEnvironment(dataDirectories: [folder])
      func inputs(_ experiment: String, _ overrides: String...) throws -> [InputFile] {
        let config = try ExperimentRegistry.standard.resolve(
          experiment: experiment, overrides: overrides)[0]
        return try ExperimentRegistry.standard.entry(named: experiment).inputs(config, environment)
      }
      let adult = try inputs("fairness", "data.source=adult")
      #expect(adult.map(\.path) == [folder + "/adult"])
      #expect(adult[0].contents == .files(["adult.data", "adult.test"]))
      let digits = try inputs("disentangling", "data.source=mnist", "data.label=digit")
      #expect(
        digits[0].contents
          == .files([
            "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte.gz",
          ]))
      let both = try inputs("adaptation", "data.source=mnist", "data.target=digitTwinShifted")
      #expect(both.map(\.key) == ["data.source"])
      #expect(try inputs("fairness", "data.source=adult-twin").isEmpty)
      #expect(try inputs("disentangling", "data.source=digitTwin", "data.label=digit").isEmpty)
      #expect(try inputs("scenes", "data.source=procedural").isEmpty)
      #expect(try inputs("toy-gaussian").isEmpty)
      #expect(throws: DatasetError.self) { try inputs("fairness", "data.source=communities") }
      #expect(throws: DatasetError.self) {
        try inputs("scenes", "data.source=hdf5", "data.path=none.h5")
      }
    }
  }
}
