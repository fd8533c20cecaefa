import Foundation
import Testing
import Trials

/// Memory, disk and threads that run out end a run with one line that says so, and never with a backtrace or a wait without end.
@Suite(.enabled(if: Program.isBuilt, "the program is not built")) struct ScarcityTests {
  private static let fairness = "experiment: fairness\n"
  private static let small =
    "data.source=adult-twin epochs=2 evaluation.passes=2 evaluation.twoSidedPasses=2 evaluation.slices=4 slice.count=4 "
    + "evaluation.permutations=20 evaluation.bootstrap=20 model.representation=4 model.predictor=4 model.hidden=8 --quiet "
    + "--runs runs"

  private func run(_ command: String, _ config: String = ScarcityTests.fairness) throws
    -> Program.Ending
  {
    var ending: Program.Ending?
    try Program.withFolder { folder in
      try Data(config.utf8).write(to: URL(fileURLWithPath: folder + "/config.yaml"))
      ending = try Program.shell(command, folder: folder)
    }
    return try #require(ending)
  }

  private func expectOneLine(_ ending: Program.Ending, code: Int32, _ parts: [String]) {
    #expect(ending.code == code, "\(ending)")
    #expect(ending.error.split(separator: "\n").count == 1, "\(ending)")
    for part in parts { #expect(ending.error.contains(part), "\(part): \(ending)") }
  }

  @Test func distancesThatDoNotFitAreRefusedBeforeTheFirstStep() throws {
    let ending = try run(
      "ulimit -v 2500000; timeout 60 \"$TESSERA\" run config.yaml method=distance data.rows=45000 batchSize=100000 "
        + "validationRows=100 \(Self.small)")
    expectOneLine(ending, code: 2, ["`batchSize`", "distances", "bytes", "take fewer rows"])
  }

  @Test func aTensorThatCannotBeHadNamesItsSizeAndShape() throws {
    let ending = try run(
      "ulimit -v 1500000; timeout 60 \"$TESSERA\" run config.yaml data.rows=300 batchSize=50 \(Self.small) "
        + "model.hidden=4096 model.representation=4096 model.predictor=4096")
    expectOneLine(
      ending, code: 1, ["out of memory", "bytes", "a tensor of shape [", "ulimit -v"])
  }

  @Test func sizesBeyondTheirBoundsAreRefusedBeforeMemoryIsAskedFor() throws {
    let ending = try run(
      "timeout 60 \"$TESSERA\" run config.yaml data.rows=300 batchSize=50 \(Self.small) "
        + "model.hidden=100000000")
    expectOneLine(ending, code: 2, ["`model.hidden`", "1 to 4096, found 100000000"])
  }

  /// OpenBLAS asks for its work space without end where it is refused.
  @Test(arguments: [150_000, 400_000, 1_000_000]) func tooLittleRoomForTheLibrariesIsSaid(
    _ limit: Int
  ) throws {
    let ending = try run("ulimit -v \(limit); timeout -s KILL 60 \"$TESSERA\" list")
    #expect(ending.code == 1 || ending.code == 127, "\(ending)")
    #expect(ending.error.split(separator: "\n").count == 1, "\(ending)")
  }

  @Test func rowsThatDoNotFitAreRefused() throws {
    let ending = try run(
      "timeout 60 \"$TESSERA\" run config.yaml data.source=adult-twin data.rows=200000000000 --quiet --runs runs"
    )
    expectOneLine(
      ending, code: 2, ["`data.rows`", "found 200000000000"])
  }

  @Test func aFileThatMayNotGrowIsAnErrorAndNoSignal() throws {
    let ending = try run(
      "ulimit -f 4; timeout 60 \"$TESSERA\" run config.yaml data.rows=300 batchSize=50 \(Self.small) model.hidden=100"
    )
    expectOneLine(ending, code: 1, ["runs/fairness/", "File too large"])
  }

  @Test func aRunWhoseFolderIsTakenAwayEndsWithItsPath() throws {
    let ending = try run(
      """
      "$TESSERA" run config.yaml --runs runs --checkpoint-every 1 steps=100000000 & run=$!
      for i in $(seq 600); do sleep 0.05; [ -s runs/*/*/metrics.jsonl ] && break; done
      # A save may lay a folder while it is being taken away.
      for i in $(seq 200); do kill -0 $run 2>/dev/null || break; rm -rf runs; sleep 0.05; done
      kill -KILL $run 2>/dev/null; wait $run
      """, "experiment: toy-gaussian\nmethod: pearson\n")
    #expect(ending.code == 1 && ending.error.contains("tessera: runs/toy-gaussian/"), "\(ending)")
  }
}
