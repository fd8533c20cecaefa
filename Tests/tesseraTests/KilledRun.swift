import Foundation
import Testing
import Trials

/// A config that the built program runs whole, and again in lives that end in a kill: both must come to the same bits.
struct KilledRun {
  /// The config; small, so that a whole run takes a second or two.
  let config: String
  /// Rows of the log of a whole run.
  let rows: Int
  /// Files of the run folder that must be the same in every byte.
  var files: [String] = []
  /// Kills that must hit a living run.
  var kills = 3
  /// Lives of one run before it may end.
  var lives = 4
  /// Runs that are started until there were enough kills.
  var rounds = 12
  /// When a kill comes, in lengths of a whole run.
  var moments = 0.2...0.8

  /// The arguments that run it in a folder of runs, and save it after every step.
  func arguments(_ folder: String, _ runs: String, _ more: String...) throws -> [String] {
    let path = folder + "/config.yaml"
    try Data(config.utf8).write(to: URL(fileURLWithPath: path))
    return ["run", path, "--runs", folder + "/" + runs, "--checkpoint-every", "1"] + more
  }

  /// The one run of a folder of runs.
  static func only(_ folder: String, _ runs: String) throws -> RunFolder {
    let all = RunFolder.all(in: folder + "/" + runs)
    try #require(all.count == 1)
    return all[0]
  }

  /// The lives of some runs: each is killed at a random moment, also while a state is written, and works on another number of
  /// threads.
  func endsWithTheSameBits() throws {
    try Program.withFolder { folder in
      let start = ContinuousClock.now
      #expect(try Program.run(arguments(folder, "whole")).code == 0)
      let length = (ContinuousClock.now - start) / Duration.microseconds(1)
      let whole = try Self.only(folder, "whole")
      #expect(try whole.metrics().count == rows)
      // How long a run takes depends on what else the machine does, so rounds go on, with shorter lives, until enough
      // kills have hit a living run.
      var hits = 0
      for round in 0..<rounds where hits < kills {
        for life in 0..<lives {
          let ending = try Program.run(
            arguments(folder, "\(round)", "threads=\(1 + life % 2)"), signal: SIGKILL,
            after: UInt32(Double.random(in: moments) * length / (1 + Double(round) / 2)))
          if ending.wasKilled { hits += 1 } else { break }
        }
        #expect(try Program.run(arguments(folder, "\(round)", "threads=2")).code == 0)
        try expectSame(Self.only(folder, "\(round)"), whole, "round \(round)")
      }
      #expect(hits >= kills, "only \(hits) kills hit a living run")
    }
  }

  /// Compares rows of logs, results without their time, and ``files``.
  func expectSame(_ one: RunFolder, _ other: RunFolder, _ comment: Comment) throws {
    let (a, b) = (try one.metrics(), try other.metrics())
    #expect(a.map(\.step) == b.map(\.step), comment)
    #expect(
      a.map { $0.values.map(\.value.bitPattern) } == b.map { $0.values.map(\.value.bitPattern) },
      comment)
    var results = (try #require(try one.result()), try #require(try other.result()))
    (results.0.seconds, results.1.seconds) = (0, 0)
    #expect(results.0 == results.1, comment)
    for file in files {
      let (a, b) = (URL(fileURLWithPath: one.file(file)), URL(fileURLWithPath: other.file(file)))
      #expect(try Data(contentsOf: a) == Data(contentsOf: b), "\(comment): \(file)")
    }
  }
}
