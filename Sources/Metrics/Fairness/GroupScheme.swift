import TensorCore

/// How a sensitive attribute divides rows into groups that bear names, settled on all rows of a table, so that every split and
/// every seed has the same.
///
/// - An attribute of words: each word is a group and its name.
/// - An attribute of at most ``mostValues`` numbers: each number is a group, named `sex = 0`.
/// - Any other: two groups on either side of a cut, named `age up to 37` and `age above 37`. The cut is the median where that
///   leaves enough rows on both sides, as it does not where many rows lie at a cap; else the value that divides best.
public struct GroupScheme: Sendable {
  /// More different numbers than this are cut in two.
  public static let mostValues = 6

  /// The name of the attribute.
  public let attribute: String
  /// The values that are groups of their own, with their names; `nil` for an attribute that is cut in two.
  private let named: [(value: Double, name: String)]?
  /// All values in ascending order, with the number of rows up to each.
  private let levels: [(value: Double, rowsUpTo: Int)]

  /// The scheme of an attribute.
  ///
  /// - Parameters:
  ///   - values: the attribute of every row.
  ///   - words: the words of the values 0, 1, …, for an attribute of words.
  /// - Throws: ``MetricsError/tooFewRows(metric:expected:found:)`` without rows,
  ///   ``MetricsError/notFinite(metric:argument:row:value:)``.
  public init(
    attribute: String, values: [Double], words: [String]? = nil
  ) throws(MetricsError) {
    guard !values.isEmpty else {
      throw .tooFewRows(metric: "sensitive groups", expected: 1, found: 0)
    }
    try checkFinite(values, "sensitive attribute", in: "sensitive groups")
    self.attribute = attribute
    var levels: [(value: Double, rowsUpTo: Int)] = []
    for (index, value) in values.sorted().enumerated() {
      if levels.last?.value == value {
        levels[levels.count - 1].rowsUpTo = index + 1
      } else {
        levels.append((value, index + 1))
      }
    }
    self.levels = levels
    if let words {
      named = levels.map { level in
        let place = Int(exactly: level.value) ?? -1
        return (
          level.value,
          words.indices.contains(place)
            ? words[place] : "\(attribute) = \(Self.text(level.value))"
        )
      }
    } else if levels.count <= Self.mostValues {
      named = levels.map { ($0.value, "\(attribute) = \(Self.text($0.value))") }
    } else {
      named = nil
    }
  }

  /// The groups of some rows, those of a test set.
  public struct Division: Sendable {
    /// The groups; `nil` where all rows are in one.
    public let groups: SensitiveGroups?
    /// The places of the groups with enough rows, between which differences are taken; all where fewer than two have enough.
    public let compared: [Int]
    /// What a reader of the rates must know: what stands together as `other`, which groups are small, or why there are none.
    public let notes: [String]
    /// The name of the group that a value of the attribute falls into; `nil` where there are no groups.
    public let name: @Sendable (_ value: Double) -> String?
  }

  /// Divides rows.
  ///
  /// Values of words or of few numbers with fewer than `leastCount` of the rows stand together as `other`.
  ///
  /// - Parameters:
  ///   - rows: the attribute of each row.
  ///   - leastCount: the fewest rows of a group of its own, at least 1.
  public func division(of rows: [Double], leastCount: Int) -> Division {
    require(
      !rows.isEmpty && leastCount >= 1,
      "GroupScheme.division: wants rows and a least count of at least 1, got \(rows.count) and \(leastCount)"
    )
    guard let named else { return cutDivision(of: rows, leastCount: leastCount) }
    return namedDivision(of: rows, named, leastCount: leastCount)
  }

  private func namedDivision(
    of rows: [Double], _ named: [(value: Double, name: String)], leastCount: Int
  ) -> Division {
    let counts = rows.reduce(into: [Double: Int]()) { $0[$1, default: 0] += 1 }
    let large = named.filter { counts[$0.value, default: 0] >= leastCount }
    let small = named.filter { (1..<leastCount).contains(counts[$0.value, default: 0]) }
    let other = large.contains { $0.name == "other" } ? "all other" : "other"
    let names = large.map(\.name) + (small.isEmpty ? [] : [other])
    let places = Dictionary(uniqueKeysWithValues: zip(large.map(\.value), large.indices))
    var notes: [String] = []
    if !small.isEmpty && !large.isEmpty {
      let smallRows = small.reduce(0) { $0 + counts[$1.value]! }
      let which =
        small.count == 1
        ? "1 value with fewer than \(leastCount) of the \(rows.count) test rows (\(small[0].name)) stands"
        : "\(small.count) values with fewer than \(leastCount) of the \(rows.count) test rows each "
          + "(\(NameText.short(small.map(\.name)))) stand together"
      notes.append(
        "groups of \(attribute): \(which) as \"\(other)\", \(Self.count(smallRows))")
    }
    return finish(
      names, rows.map { places[$0] ?? large.count }, leastCount: leastCount, notes,
      oneGroup: large.isEmpty ? "no value of it has \(leastCount) of them" : nil
    ) { places[$0].map { names[$0] } ?? other }
  }

  private func cutDivision(of rows: [Double], leastCount: Int) -> Division {
    let sorted = rows.sorted()
    func below(_ cut: Double) -> Int { sorted.partitionPoint { $0 <= cut } }
    let total = levels[levels.count - 1].rowsUpTo
    let median = levels.first { $0.rowsUpTo > total / 2 }!
    let rest = levels.filter { $0.value != median.value }
      .sorted {
        (abs(2 * $0.rowsUpTo - total), $0.value) < (abs(2 * $1.rowsUpTo - total), $1.value)
      }
    let candidates = [median] + rest
    func divides(_ cut: Double, _ least: Int) -> Bool {
      let low = below(cut)
      return low >= least && rows.count - low >= least
    }
    guard
      let cut = candidates.first(where: { divides($0.value, leastCount) })?.value
        ?? candidates.first(where: { divides($0.value, 1) })?.value
    else {
      return finish(
        ["\(attribute) = \(Self.text(rows[0]))"], rows.map { _ in 0 }, leastCount: leastCount, []
      ) { _ in nil }
    }
    let text = Self.text(cut)
    let names = ["\(attribute) up to \(text)", "\(attribute) above \(text)"]
    var notes: [String] = []
    if cut != median.value {
      notes.append(
        "groups of \(attribute): cut at \(text), since the median, \(Self.text(median.value)), leaves too few rows on one side"
      )
    }
    return finish(names, rows.map { $0 > cut ? 1 : 0 }, leastCount: leastCount, notes) {
      names[$0 > cut ? 1 : 0]
    }
  }

  /// - Parameter oneGroup: why there are no groups, where that is not that all rows are in the first.
  private func finish(
    _ names: [String], _ assignment: [Int], leastCount: Int, _ notes: [String],
    oneGroup: String? = nil, name: @escaping @Sendable (Double) -> String?
  ) -> Division {
    guard names.count > 1, let groups = try? SensitiveGroups(names: names, assignment: assignment)
    else {
      let reason = oneGroup ?? "all have \(names.first ?? "one value")"
      return Division(
        groups: nil, compared: [],
        notes: [
          "rates by group of \(attribute) are left out: of the \(Self.count(assignment.count, "test row")), \(reason)"
        ], name: { _ in nil })
    }
    let counts = assignment.reduce(into: [Int](repeating: 0, count: names.count)) { $0[$1] += 1 }
    let large = names.indices.filter { counts[$0] >= leastCount }
    var notes = notes
    for place in names.indices where counts[place] < leastCount {
      notes.append(
        "groups of \(attribute): \"\(names[place])\" has \(Self.count(counts[place], "test row")), fewer than "
          + "\(leastCount): its rates say little"
          + (large.count > 1 ? ", and it is left out of the differences between groups" : ""))
    }
    return Division(
      groups: groups, compared: large.count > 1 ? large : Array(names.indices), notes: notes,
      name: name)
  }

  private static func count(_ count: Int, _ noun: String = "row") -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// A number as short as it can be told from its neighbours of single precision: `37`, `0.4928`.
  public static func text(_ value: Double) -> String {
    let single = Float(value)
    let text = Double(single) == value ? "\(single)" : "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

/// Lists of names in notes.
public enum NameText {
  /// The first eight, and how many more there are.
  public static func short(_ names: [String]) -> String {
    let shown = names.prefix(8).joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }
}

extension [Double] {
  /// In an array whose first elements alone hold: how many these are.
  fileprivate func partitionPoint(_ holds: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
