import Foundation
import TensorCore

/// The groups that a sensitive attribute divides the rows into.
public struct SensitiveGroups: Sendable, Equatable {
  /// The groups' names, such as `≤ 37` and `> 37`.
  public let names: [String]
  /// The group of each row.
  public let assignment: [Int]

  /// Groups as given.
  ///
  /// - Requires: each row's group is one of the named.
  /// - Throws: ``MetricsError/emptyGroup(metric:group:rowCount:)`` if a group has no row.
  public init(names: [String], assignment: [Int]) throws(MetricsError) {
    var counts = [Int](repeating: 0, count: names.count)
    for (row, group) in assignment.enumerated() {
      require(
        names.indices.contains(group),
        "SensitiveGroups: row \(row) is in group \(group), which is not in 0..<\(names.count)")
      counts[group] += 1
    }
    if let empty = counts.firstIndex(of: 0) {
      throw .emptyGroup(
        metric: "sensitive groups", group: names[empty], rowCount: assignment.count)
    }
    self.names = names
    self.assignment = assignment
  }

  /// One group for each value, in the order of the values.
  ///
  /// - Throws: ``MetricsError/tooFewRows(metric:expected:found:)`` without rows,
  ///   ``MetricsError/notFinite(metric:argument:row:value:)``.
  public init(values t: [Double]) throws(MetricsError) {
    try Self.check(t)
    let levels = Set(t).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(levels, levels.indices))
    try self.init(
      names: levels.map { "= \(Self.text($0))" }, assignment: t.map { places[$0]! })
  }

  /// Groups between quantiles of a continuous attribute: by default the rows up to the median and the rows above it.
  ///
  /// A row that equals a bound belongs to the group below it.
  ///
  /// - Parameters:
  ///   - t: the attribute.
  ///   - quantiles: increasing shares strictly between 0 and 1; k of them make k + 1 groups.
  /// - Throws: ``MetricsError/emptyGroup(metric:group:rowCount:)`` if so many rows are equal that a group has none.
  public init(of t: [Double], atQuantiles quantiles: [Double] = [0.5]) throws(MetricsError) {
    require(
      zip([0] + quantiles, quantiles + [1]).allSatisfy { $0 < $1 },
      "SensitiveGroups: quantiles must increase strictly between 0 and 1, got \(quantiles)")
    try Self.check(t)
    let sorted = t.sorted()
    let bounds = quantiles.map { quantile(ofSorted: sorted, $0) }
    let texts = bounds.map(Self.text)
    let names = (0...bounds.count).map { group in
      if bounds.isEmpty { return "all" }
      if group == 0 { return "≤ \(texts[0])" }
      if group == bounds.count { return "> \(texts[group - 1])" }
      return "> \(texts[group - 1]), ≤ \(texts[group])"
    }
    try self.init(names: names, assignment: t.map { value in bounds.count { value > $0 } })
  }

  /// These groups alone, with the rows that are in one of them.
  ///
  /// - Parameter kept: places in ``names``, each once, in the order wanted.
  /// - Returns: the groups, and the places of their rows among all.
  public func keeping(_ kept: [Int]) -> (groups: SensitiveGroups, rows: [Int]) {
    require(
      Set(kept).count == kept.count && kept.allSatisfy(names.indices.contains),
      "SensitiveGroups.keeping: wants places in 0..<\(names.count), each once, got \(kept)")
    let places = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
    let rows = assignment.indices.filter { places[assignment[$0]] != nil }
    return (
      SensitiveGroups(
        knownNames: kept.map { names[$0] }, assignment: rows.map { places[assignment[$0]]! }), rows
    )
  }

  private init(knownNames: [String], assignment: [Int]) {
    names = knownNames
    self.assignment = assignment
  }

  private static func check(_ t: [Double]) throws(MetricsError) {
    guard !t.isEmpty else {
      throw .tooFewRows(metric: "sensitive groups", expected: 1, found: 0)
    }
    try checkFinite(t, "sensitive attribute", in: "sensitive groups")
  }

  private static func text(_ value: Double) -> String { String(format: "%.4g", value) }
}

/// The value below which a share of the sorted values lies, interpolated linearly between neighbours.
func quantile(ofSorted values: [Double], _ share: Double) -> Double {
  let place = share * Double(values.count - 1)
  let low = Int(place.rounded(.down))
  let high = min(low + 1, values.count - 1)
  return values[low] + (values[high] - values[low]) * (place - Double(low))
}
