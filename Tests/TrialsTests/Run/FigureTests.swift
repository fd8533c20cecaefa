import Foundation
import Storage
import Synchronization
import Testing

@testable import Trials

@Suite struct FigureTests {
  private func options(_ folder: String, signalAfter calls: Int? = nil) -> RunOptions {
    let count = Atomic<Int>(0)
    let box = Counter(count)
    return RunOptions(
      runsFolder: folder, cadence: .steps(10), environment: RunEnvironment(dataDirectories: []),
      pendingSignal: { box.next() == calls ? SIGINT : nil })
  }

  /// Counts calls.
  private final class Counter: Sendable {
    private let count: Atomic<Int>
    init(_ count: consuming Atomic<Int>) { self.count = count }
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
  }

  private func png(_ text: String) -> [UInt8] {
    var canvas = Canvas(width: 12, height: 9)
    canvas.write(text, x: 0, y: 0)
    return canvas.png
  }

  @Test func aRunKeepsItsNewestPicture() throws {
    try withTemporaryFolder { runs in
      let config = try walks.resolve(experiment: "walk", overrides: ["pictureEvery=7"])[0]
      let whole = try walks.run(config, options: options(runs + "/whole")).folder
      let entries = try FigureFolder(of: whole).entries()
      #expect(entries.map(\.file) == ["walk-step.png"] && entries[0].step == 34)
      #expect(entries[0].name == "walk/Step" && entries[0].caption == "The number of the step.")
      let bytes = try FileBytes.read(whole.file("figures/walk-step.png"))
      #expect(try PNGHeader(bytes, path: "").width == 16)

      // Stopped after step 27, whose picture is there, and gone on from there: the same events and figures.
      #expect(throws: RunError.self) {
        try walks.run(config, options: options(runs + "/parts", signalAfter: 28))
      }
      let parts = RunFolder(of: config, in: runs + "/parts")
      #expect(try FigureFolder(of: parts).entries()[0].step == 27)
      #expect(try FileBytes.read(parts.file("figures/walk-step.png")) != bytes)
      _ = try walks.run(config, options: options(runs + "/parts"))
      expectSame(parts, whole)
      #expect(try FigureFolder(of: parts).entries() == entries)
      #expect(try FileBytes.read(parts.file("figures/walk-step.png")) == bytes)
    }
  }

  @Test func picturesReplaceThoseOfTheirName() throws {
    try withTemporaryFolder { folder in
      let figures = FigureFolder(folder + "/new/figures")
      #expect(try figures.entries().isEmpty)
      try figures.write(Figure(name: "b/One", png: png("1")), step: 3)
      try figures.write(Figure(name: "a", png: png("2"), caption: "Two \"quoted\"."))
      try figures.write(Figure(name: "b/One", png: png("3"), caption: "three"), step: 9)
      try Data(png("4")).write(to: URL(filePath: figures.path + "/by hand.png"))
      let entries = try figures.entries()
      #expect(entries.map(\.file) == ["b-one.png", "a.png", "by hand.png"])
      #expect(entries.map(\.caption) == ["three", "Two \"quoted\".", ""])
      #expect(entries.map(\.step) == [9, nil, nil] && entries[2].name == "by hand")
      #expect(try FileBytes.read(figures.path + "/b-one.png") == png("3"))
      // A picture that went is not listed.
      try FileManager.default.removeItem(atPath: figures.path + "/a.png")
      #expect(try figures.entries().count == 2)
    }
  }

  @Test func whatIsNoPictureIsRefused() throws {
    try withTemporaryFolder { folder in
      let figures = FigureFolder(folder + "/figures")
      #expect(throws: StorageError.self) { try figures.write(Figure(name: "x", png: [1, 2])) }
      #expect(!FileManager.default.fileExists(atPath: figures.path + "/x.png"))
      try figures.write(Figure(name: "x", png: png("1")))
      for bad in [
        "{", "{\"file\": \"x.png\"}", "[{\"name\": \"x\"}]", "[{\"file\": \"../x.png\"}]",
      ] {
        try Data(bad.utf8).write(to: URL(filePath: figures.path + "/captions.json"))
        let error = #expect(throws: RunError.self) { try figures.entries() }
        #expect("\(error!)".contains("captions.json: expected") && "\(error!)".contains("delete"))
      }
    }
  }

  @Test func aStepHoldsOnePictureAName() {
    var log = StepLog(step: 3)
    log.add(image: "a", [1])
    log.add(image: "b", [2], caption: "two")
    log.add(image: "a", [3])
    #expect(log.images.map(\.name) == ["b", "a"] && log.images[1].png == [3])
    #expect(log.entries.isEmpty)
  }
}
