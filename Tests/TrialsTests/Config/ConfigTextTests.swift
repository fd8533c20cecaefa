import Foundation
import Testing

@testable import Trials

/// Values as people write them, on the command line and in files: what they mean, or what to write in their place.
@Suite struct ConfigTextTests {
  private func message(_ text: String, _ overrides: [String] = []) -> String {
    do {
      return "no error: "
        + (try walks.load(text: text, path: "walk.yaml", overrides: overrides)[0].yaml)
    } catch { return "\(error)" }
  }

  @Test(arguments: [
    ("seed=010", "did you mean `10`?"), ("seed=0x10", "did you mean `16`?"),
    ("seed=0o17", "did you mean `15`?"), ("seed=1_000", "did you mean `1000`?"),
    ("seed=1.0", "expected a whole number, found `1.0`"), ("seed=1,000", "write 1000 for one"),
    ("seed=99999999999999999999", "expected a whole number"), ("seed=1e400", "a whole number"),
    ("seed=0,0", "found 0 again"), ("seed=1,01", "write 101 for one, or 1,1 for a sweep"),
    ("seed=1,", "found nothing"), ("seed=nan", "found `nan`"),
    ("optimizer.learningRate=0,001", "write 0.001 for one, or 0.0,1.0 for a sweep"),
    ("optimizer.learningRate=1,5", "write 1.5 for one, or 1.0,5.0 for a sweep"),
    ("optimizer.learningRate=-0,5", "write -0.5 for one"),
    ("optimizer.learningRate=0,001,0,01", "a sweep over 4"),
    ("optimizer.learningRate=0x10", "did you mean `16`?"),
    ("optimizer.learningRate=1e-400", "found `1e-400`"),
    ("optimizer.learningRate=1e400", "found `1e400`"),
    ("optimizer.learningRate=nan", "found `nan`"),
    ("optimizer.learningRate=-0", "a positive number"),
    ("optimizer.learningRate=1e-3,0.001", "found 0.001 again"),
    ("optimizer.learningRate=00.5", "did you mean `0.5`?"),
    ("optimizer.nesterov=yes", "did you mean `true`?"),
    ("optimizer.nesterov=Off", "did you mean `false`?"), ("hidden=[8],[8]", "found [8] again"),
    ("name=a,a", "found a again"),
    ("name='a,b", "where a quotation mark is not closed"), ("name=a,\"b", "is not closed"),
  ])
  func argumentsAreRefusedWithTheRightForm(_ argument: String, _ expected: String) {
    let text = message("experiment: walk\n", [argument])
    #expect(text.contains(expected), "\(text)")
  }

  @Test(arguments: [
    ("optimizer: {learningRate: '0,001'}", "found the text"),
    ("optimizer:\n  learningRate: 0,001", "did you mean `0.001`?"),
    ("optimizer: {nesterov: yes}", "did you mean `true`?"), ("seed: 010", "did you mean `10`?"),
    ("sweep: {seed: []}", "found an empty list; give it a value, or take the line away"),
    ("sweep: {seed: [3, 4, 3]}", "walk.yaml:2:15: `seed`: expected each value of a sweep once"),
    ("sweep: {seed: 3}", "expected a list of values"),
    ("optimizer:\n\tmomentum: 1", "the line begins with a tab: YAML wants spaces"),
    ("<<: *a", "alias"), ("optimizer: &o {momentum: 1}\n<<: *o", "the merge key `<<`"),
    ("seed: 1\nseed: 2", "found `seed` again"),
  ])
  func filesAreRefusedWithTheRightForm(_ lines: String, _ expected: String) {
    let text = message("experiment: walk\n" + lines + "\n")
    #expect(text.contains(expected), "\(text)")
  }

  @Test func numbersKeepTheirMeaning() throws {
    func value(_ key: String, _ text: String) throws -> ConfigValue? {
      try walks.load(text: "experiment: walk\n", path: "w", overrides: ["\(key)=\(text)"])[0][key]
    }
    for (text, number) in [("1e4", 10_000), ("+5", 5), ("0", 0), (" 7 ", 7), ("-0", 0)] {
      #expect(try value("seed", text) == .integer(number), "\(text)")
    }
    for (text, number) in [("0.001", 0.001), ("1e-05", 1e-5), (".5", 0.5), ("5.", 5), ("10", 10)] {
      #expect(try value("optimizer.learningRate", text) == .float(number), "\(text)")
    }
    #expect(try value("drift", "-0.0")?.yaml == "0.0")
    #expect(
      try walks.load(
        text: "experiment: walk\n", path: "w",
        overrides: ["drift=1.0,5.0", "seed=0,1,2", "name=\"a,b\",c"]
      ).count == 12)
    #expect(
      try walks.load(text: "experiment: walk\n", path: "w", overrides: ["seed = 3"])[0].seed == 3)
  }

  @Test func aSweepBeyondTheBoundIsCountedAndRefused() {
    let many = (0..<1000).map(String.init).joined(separator: ",")
    let text = message("experiment: walk\n", ["seed=\(many)", "stepCount=\(many)"])
    #expect(
      text.contains("a sweep of at most 10000 runs, found 1000000 (1000 of `seed` by"), "\(text)")
    #expect(text.count < 500)
  }

  @Test(arguments: [
    (Array("<!DOCTYPE html>\n<html></html>".utf8), "a web page"),
    (Array("experiment: walk\n# caf".utf8) + [0xE9, 0x0A], "bytes in line 2 that are not UTF-8"),
    ([0xFF, 0xFE, 0x65, 0, 0x78, 0], "UTF-16 text"), ([0x65, 0, 0x78, 0, 0x70, 0], "UTF-16 text"),
    (Array("PK\u{3}\u{4}".utf8), "an archive of NumPy arrays"), ([0x1F, 0x8B, 8], "a gzip file"),
    (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "a pointer of Git LFS"),
    ([UInt8](repeating: 0x20, count: 5 << 20), "more than 4 MiB"),
    ([0x89, 0x50, 0x4E, 0x47], "PNG"),
    (Array("<?xml version=\"1.0\"?>".utf8), "an XML text"),
  ])
  func filesOfAnotherKindAreNamed(_ bytes: [UInt8], _ expected: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/config.yaml"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do {
        _ = try walks.load(path: path)
        Issue.record("loaded \(expected)")
      } catch {
        #expect("\(error)".hasPrefix(path) && "\(error)".contains(expected), "\(error)")
      }
    }
  }

  @Test func marksAndLineEndsOfEditorsAreRead() throws {
    let config = try walks.load(text: "\u{FEFF}experiment: walk\r\nseed: 4\r\n", path: "w")[0]
    #expect(config.seed == 4)
  }

  @Test func distancesAreCountedBeforeTheFirstStep() throws {
    try DistanceMemory.check(rows: 1000, key: "batchSize", available: 10_000_000)
    #expect(throws: ConfigError.self) {
      try DistanceMemory.check(rows: 1001, key: "batchSize", available: 10_000_000)
    }
    #expect(throws: ConfigError.self) {
      try DistanceMemory.check(rows: .max, key: "batchSize", available: .max)
    }
  }
}
