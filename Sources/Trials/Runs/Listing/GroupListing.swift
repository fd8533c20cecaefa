import Storage

/// Rates by protected group as the command line prints them.
enum GroupListing {
  /// A row per group, then the differences between groups; empty without groups.
  static func text(of result: RunResult) -> String {
    guard !result.groups.isEmpty else { return "" }
    var table = TextTable(
      ["group", "rows"] + rates.map(\.name), alignments: [.left, .right, .right, .right, .right])
    for row in result.groups {
      table.add(
        [row.group, "\(row.count)"]
          + rates.map { rate in
            let estimate = rate.estimate(row)
            return estimate.value.isNaN ? "—" : bracketed(estimate)
          })
    }
    let differences = result.fairness.sorted { $0.key < $1.key }.map {
      "\($0.key)  \(bracketed($0.value))\n"
    }
    return table.text + (differences.isEmpty ? "" : "\n" + differences.joined())
  }

  /// `fairness` and `groups` of a result in JSON; nothing without groups.
  static func members(of result: RunResult) -> [JSONValue.Member] {
    guard !result.groups.isEmpty else { return [] }
    return [
      .init(
        "fairness",
        .object(result.fairness.sorted { $0.key < $1.key }.map { .init($0.key, json($0.value)) })),
      .init(
        "groups",
        .array(
          result.groups.map { row in
            [
              "attribute": .string(row.attribute), "group": .string(row.group),
              "count": .integer(row.count), "positiveRate": json(row.positiveRate),
              "truePositiveRate": json(row.truePositiveRate),
              "falsePositiveRate": json(row.falsePositiveRate),
            ]
          })),
    ]
  }

  /// What stands beside the scalars where runs are compared: the differences between groups, then for each group its rates,
  /// `positive rate of cook`.
  static func numbers(of result: RunResult) -> [(name: String, value: Double)] {
    let differences = result.fairness.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) }
    let rows = result.groups.flatMap { row in
      rates.map { rate in ("\(rate.name) of \(row.group)", rate.estimate(row).value) }
        .filter { !$0.1.isNaN }
    }
    return differences + rows
  }

  private static let rates = GroupRate.all.map {
    (name: $0.name.lowercased(), estimate: $0.estimate)
  }

  private static func bracketed(_ estimate: Estimate) -> String {
    "\(NumberFormat.short(estimate.value, digits: 3)) [\(NumberFormat.short(estimate.low, digits: 3)), "
      + "\(NumberFormat.short(estimate.high, digits: 3))]"
  }

  private static func json(_ estimate: Estimate) -> JSONValue {
    guard !estimate.value.isNaN else { return .null }
    return [
      "value": .number(estimate.value), "low": .number(estimate.low),
      "high": .number(estimate.high),
    ]
  }
}
