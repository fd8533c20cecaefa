import Settings
import Storage
import Trials

/// The suites that the command line knows.
public struct BenchmarkCatalog: Sendable {
  /// The suites in the order of listings.
  public let suites: [any BenchmarkSuite.Type]

  /// Makes a catalogue.
  public init(_ suites: [any BenchmarkSuite.Type]) { self.suites = suites }

  /// The suite called `name`.
  ///
  /// - Throws: `UsageError` with the names that there are.
  public func suite(named name: String) throws -> any BenchmarkSuite.Type {
    guard let suite = suites.first(where: { $0.name == name }) else {
      let known = suites.map { $0.name }
      let hint =
        NearMiss.nearest(to: name, among: known).map { "did you mean `\($0)`?" }
        ?? "the suites are \(known.joined(separator: ", "))"
      throw UsageError("no suite is called `\(name)`; \(hint)")
    }
    return suite
  }

  /// Timings as aligned columns.
  public static func text(_ rows: [BenchmarkRow]) -> String {
    var table = TextTable(
      ["suite", "case", "threads", "ms", "GFLOP/s", "share", "MiB", "peer", "peer ms", "ratio"],
      alignments: [.left, .left] + Array(repeating: .right, count: 5) + [.left, .right, .right])
    for row in rows {
      table.add([
        row.suite, row.caseName, String(row.threads), NumberFormat.short(row.seconds * 1000),
        NumberFormat.short(row.gflops, digits: 3), NumberFormat.short(row.share, digits: 2),
        NumberFormat.short(row.peakBytes.map { Double($0) / 1_048_576 }, digits: 3),
        row.peer ?? "—", NumberFormat.short(row.peerSeconds.map { $0 * 1000 }),
        NumberFormat.short(row.ratio, digits: 3),
      ])
    }
    return table.text
  }

  /// The suites as aligned columns.
  public var text: String {
    var table = TextTable(["suite", "times"])
    for suite in suites { table.add([suite.name, suite.summary]) }
    return table.text
  }

  /// The suites as an array of `{suite, summary}`.
  public var json: JSONValue {
    .array(suites.map { ["suite": .string($0.name), "summary": .string($0.summary)] })
  }
}
