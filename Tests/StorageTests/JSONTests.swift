import Foundation
import Testing

@testable import Storage

@Suite struct JSONTests {
  @Test func printsAndReadsBack() throws {
    let value: JSONValue = [
      "step": 3, "loss": 0.1, "tiny": 1e-300, "name": "a\"b\\c\n\u{1}é", "on": true, "none": nil,
      "list": [1, -2.5, "x", [], [:]],
    ]
    let text = value.description
    #expect(try JSONValue(parsing: text.utf8, path: "p", location: "l") == value)
    #expect(text.hasPrefix(#"{"step": 3, "loss": 0.1, "tiny": 1e-300, "name": "a\"b\\c\n\u0001é""#))
  }

  @Test func numbersThatAreNotFiniteAreStrings() {
    #expect(JSONValue.number(.nan).description == "\"NaN\"")
    #expect(JSONValue.number(-.infinity).description == "\"-Infinity\"")
    #expect(JSONValue.string("NaN").doubleValue?.isNaN == true)
    #expect(JSONValue.string("-Infinity").doubleValue == -.infinity)
  }

  @Test func readsEscapes() throws {
    let text = #" "\ud83d\ude00\u00e9\/\t" "#
    #expect(try JSONValue(parsing: text.utf8, path: "p", location: "l") == "😀é/\t")
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "01", "1.", "-", "1e", "tru", "\"a", "\"\\x\"",
    "1 2",
    "{\"a\":1,\"a\":2}", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\u{1}\"", "[1 2]", "nul", "+1",
    "{a:1}",
    "\"\\u12\"",
  ])
  func refuses(text: String) {
    let error = storageError("\(text)") {
      _ = try JSONValue(parsing: text.utf8, path: "p", location: "l")
    }
    #expect(error?.path == "p")
    #expect(error?.location.hasPrefix("l, byte ") == true)
  }

  @Test func refusesBottomlessNesting() {
    let text = String(repeating: "[", count: 100_000)
    _ = storageError { _ = try JSONValue(parsing: text.utf8, path: "p", location: "l") }
  }

  @Test func linesAreCutBackToACheckpoint() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("metrics.jsonl")
    var noted = 0
    do {
      let lines = try JSONLines(appendingTo: path)
      try lines.append(["step": 1])
      try lines.synchronize()
      noted = lines.length
      try lines.append(["step": 2])
    }
    // A crash in the middle of a line.
    let handle = try #require(FileHandle(forWritingAtPath: path))
    handle.seekToEndOfFile()
    handle.write(Data("{\"step\": ".utf8))
    try handle.close()
    #expect(try JSONLines.read(path) == [["step": 1], ["step": 2]])
    let resumed = try JSONLines(appendingTo: path, truncatedTo: noted)
    try resumed.append(["step": 22])
    #expect(try JSONLines.read(path) == [["step": 1], ["step": 22]])
    let error = storageError { _ = try JSONLines(appendingTo: path, truncatedTo: 1000) }
    guard case .mismatched = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  @Test func aFullDiskIsAnError() throws {
    let lines = try JSONLines(appendingTo: "/dev/full")
    let error = storageError { try lines.append(["step": 1]) }
    #expect(error?.found == "No space left on device")
  }

  @Test func aBrokenLineIsNamed() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("{\"a\": 1}\n{\"a\": }\n", to: folder.file("x"))
    let error = storageError { _ = try JSONLines.read(folder.file("x")) }
    #expect(error?.location == "line 2, byte 6")
  }
}
