import Foundation
import Fuzzing
import Testing

/// Every reader over thousands of damaged files: it must come back, with a value or an error, each time.
///
/// `Scripts/fuzz` does the same for longer, along the coverage. Variables: TESSERA_FUZZ_COUNT, inputs per reader;
/// TESSERA_FUZZ_SEED, the seed of the changes; TESSERA_FUZZ_READERS, names with commas between, for all;
/// TESSERA_FUZZ_REPORT, a file that gets a line per reader.
@Suite(.serialized) struct FuzzReaderTests {
  static let corpus = URL(filePath: #filePath).deletingLastPathComponent().path + "/Corpus"

  static func number(_ name: String, _ standard: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? standard
  }

  /// The readers that the variable names, or all.
  static let names: [String] = {
    let all = FuzzReader.all.map(\.name)
    guard let wanted = ProcessInfo.processInfo.environment["TESSERA_FUZZ_READERS"] else {
      return all
    }
    let names = wanted.split(separator: ",").map(String.init)
    return all.filter(names.contains)
  }()

  /// Adds a line to the file that TESSERA_FUZZ_REPORT names.
  static func note(_ line: String) {
    guard let path = ProcessInfo.processInfo.environment["TESSERA_FUZZ_REPORT"],
      let file = fopen(path, "a")
    else { return }
    fputs(line + "\n", file)
    fclose(file)
  }

  @Test(arguments: FuzzReaderTests.names)
  func comesBackFromEveryInput(_ name: String) async {
    await #expect(
      processExitsWith: .success,
      "the input that ended it is in \(FuzzSession.lastInputPath(name))"
    ) { [name = name as String] in
      let reader = try #require(FuzzReader.named(name))
      let session = try FuzzSession(reader, corpus: Self.corpus)
      let summary = try session.run(
        count: Self.number("TESSERA_FUZZ_COUNT", 4000),
        seed: UInt64(Self.number("TESSERA_FUZZ_SEED", 0)))
      Self.note(
        "\(name): \(summary.inputCount) inputs, \(summary.soundCount) sound, \(summary.seconds) s, slowest "
          + "\(summary.slowest) s, \(summary.memory >> 10) KiB (\(summary.memoryMultiple) times the input), "
          + "library: \(summary.libraryFaults.sorted { $0.key < $1.key })")
      #expect(summary.soundCount > 0, "no input was sound: the seeds are none")
      #expect(summary.memory < 256 << 20, "an input of some kilobytes took so much memory")
    }
  }
}
