import Foundation
import Storage
import Testing

@testable import Benchmarks

/// The shape of what `bench` prints.
@Suite struct BenchmarkRowTests {
  private let keys = [
    "suite", "case", "threads", "seconds", "gflops", "ceilingGflops", "share", "peakBytes", "peer",
    "peerSeconds", "ratio",
  ]

  private func members(_ row: BenchmarkRow) throws -> [JSONValue.Member] {
    guard case .object(let members) = row.json else {
      Issue.record("no object: \(row.json)")
      return []
    }
    return members
  }

  @Test func hasTheKeysOfTheContract() throws {
    let row = BenchmarkRow(
      suite: "s", caseName: "c", threads: 2, seconds: 0.5, gflops: 20, ceilingGflops: 80,
      peakBytes: 4096, peer: "p", peerSeconds: 2)
    #expect(try members(row).map(\.name) == keys)
    #expect(row.json["share"] == .number(0.25))
    #expect(row.json["ratio"] == .number(4))
    #expect(row.json["peakBytes"] == .integer(4096))
  }

  @Test func whatDoesNotApplyIsNull() throws {
    let row = BenchmarkRow(suite: "s", caseName: "c", threads: 1, seconds: 1)
    let members = try members(row)
    #expect(members.map(\.name) == keys)
    #expect(members.filter { $0.value == .null }.map(\.name) == Array(keys.dropFirst(4)))
  }

  @Test func suitesHaveTheCasesOfTheirPeers() throws {
    let expected = [
      "tensor": ["matmul-512", "exp-1e6", "guard-exp-1e6", "cholesky-512"],
      "infomin": ["solve-n500-D80-d1-S100", "solve-n10000-D256-onehot3-S250", "adult-batch"],
    ]
    #expect(
      BenchmarkCatalog.standard.suites.map { $0.name } == [
        "tensor", "infomin", "attention", "space",
      ])
    #expect(
      Set(SpaceSuite.cases.map(\.name)).isSuperset(
        of: ["atari-joint", "rooms-small", "rooms-large", "atari-joint-part-background"]))
    #expect(
      Set(TensorSuite.cases.map(\.name)).isSuperset(of: expected["tensor"]!))
    #expect(Set(InfominSuite.cases.map(\.name)).isSuperset(of: expected["infomin"]!))
    let names = TensorSuite.cases.map(\.name) + InfominSuite.cases.map(\.name)
    #expect(Set(names).count == names.count)
  }

  /// Every case of every suite can be made and called; the large ones by the benchmark itself.
  @Test(arguments: ["guard-exp-1e6", "sum-1e6", "kernel-add-1e6"])
  func runsACase(_ name: String) throws {
    let context = BenchmarkContext(threads: 1, repeats: 1, pattern: name, peerFolder: "/nowhere")
    let rows = try TensorSuite.run(context)
    #expect(rows.map(\.caseName) == [name])
    #expect(rows[0].seconds > 0)
    #expect((rows[0].peer == "Swift scalar") == name.hasPrefix("guard"))
  }

  @Test func anUnknownCaseNamesThoseThatAreThere() {
    let context = BenchmarkContext(threads: 1, repeats: 1, pattern: "nonsense")
    #expect {
      try TensorSuite.run(context)
    } throws: {
      "\($0)".contains("--case nonsense: expected a case of tensor")
        && "\($0)".contains(", cholesky-512, ")
    }
  }

  @Test func selectsByNameAndByBeginning() {
    var context = BenchmarkContext(threads: 1)
    #expect(context.selects("a-b"))
    context.pattern = "a-*"
    #expect(context.selects("a-b") && !context.selects("b-a"))
    context.pattern = "a"
    #expect(context.selects("a") && !context.selects("a-b"))
  }

  @Test func countsTheFloorOfASolve() {
    // f = 400 rows, p = 300 features, and the slices of all 500 rows: by hand.
    let found = SolveCase(rows: 500, columns: 80, slices: 100, target: .normal(columns: 1))
      .operations
    let slices = 2.0 * 500 * 80 * 100
    let covariance = 400.0 * 300 * 300 + 2 * 400 * 300 * 3
    let factor = 300.0 * 300 * 300 / 3
    #expect(found == slices + covariance + factor + 300 * 300 * 3 + 300 * 3 * 3)
  }

  @Test func medianOfEvenAndOdd() {
    #expect(Stopwatch.median([3, 1, 2]) == 2)
    #expect(Stopwatch.median([4, 1, 2, 3]) == 2.5)
  }
}
