import Storage

/// What `tessera run` prints on standard output.
public enum OutcomeListing {
  /// A run's folder, then its scalars. Several runs are a table, a row per run; with more scalars than runs, a column per run, and
  /// the folders below.
  public static func text(_ outcomes: [(config: ResolvedConfig, outcome: RunOutcome)]) -> String {
    guard outcomes.count > 1 else { return outcomes.first.map { single($0.outcome) } ?? "" }
    let names = Set(outcomes.flatMap { $0.outcome.result.scalars.keys }).sorted()
    if names.count > outcomes.count {
      var table = TextTable(
        ["result"] + outcomes.map(\.config.label),
        alignments: [.left] + outcomes.map { _ in .right })
      for name in names {
        table.add(
          [name] + outcomes.map { NumberFormat.short($0.outcome.result.scalars[name]) })
      }
      let folders = outcomes.map { "\($0.config.label): \($0.outcome.folder.path)\n" }
      return table.text + "\n" + folders.joined()
    }
    var table = TextTable(
      ["run"] + names + ["folder"],
      alignments: [.left] + Array(repeating: .right, count: names.count))
    for (config, outcome) in outcomes {
      table.add(
        [config.label] + names.map { NumberFormat.short(outcome.result.scalars[$0]) }
          + [outcome.folder.path])
    }
    return table.text
  }

  private static func single(_ outcome: RunOutcome) -> String {
    let table = table(of: outcome.result)
    let groups = GroupListing.text(of: outcome.result)
    let notes = outcome.result.notes.map { "note: \($0)\n" }.joined()
    return outcome.folder.path + "\n"
      + (outcome.result.scalars.isEmpty ? "" : "\n" + table.text)
      + (groups.isEmpty ? "" : "\n" + groups)
      + (notes.isEmpty ? "" : "\n" + notes)
  }

  /// A row a scalar; the same figure found another way stands in the row of the first, in a column of that way. The column of
  /// intervals is there where a scalar has one.
  static func table(of result: RunResult, _ registry: ExperimentRegistry = .standard) -> TextTable {
    let names = result.scalars.keys.sorted()
    let metrics = registry.metrics(of: result.experiment)
    let others = names.compactMap { name -> (way: String, base: String, name: String)? in
      let metric = metrics.metric(name)
      guard let way = metric.way, let base = metric.base, result.scalars[base] != nil else {
        return nil
      }
      return (way, base, name)
    }
    let ways = others.map(\.way).firstAppearances
    let repeated = Set(others.map(\.name))
    let hasIntervals = !result.intervals.isEmpty
    var table = TextTable(
      ["result", "value"] + ways + (hasIntervals ? ["interval"] : []),
      alignments: [.left, .right] + ways.map { _ in .right })
    for name in names where !repeated.contains(name) {
      let interval = result.intervals[name].map {
        "\(NumberFormat.short($0.low)) … \(NumberFormat.short($0.high))"
      }
      table.add(
        [name, NumberFormat.short(result.scalars[name])]
          + ways.map { way in
            others.first { $0.way == way && $0.base == name }
              .flatMap { result.scalars[$0.name] }.map { NumberFormat.short($0) } ?? ""
          }
          + (hasIntervals ? [interval ?? ""] : []))
    }
    return table
  }

  /// An array of `{run, label, seed, wasDone, seconds, scalars, notes, cautions}`, with `fairness` and `groups` where a result has
  /// rates by group.
  public static func json(_ outcomes: [(config: ResolvedConfig, outcome: RunOutcome)]) -> JSONValue
  {
    .array(
      outcomes.map { config, outcome in
        let facts: JSONValue = [
          "run": .string(outcome.folder.path), "label": .string(config.label),
          "seed": .integer(config.seed), "wasDone": .bool(outcome.wasDone),
          "seconds": .number(outcome.result.seconds),
          "cautions": .array(outcome.cautions.map { .string($0) }),
          "notes": .array(outcome.result.notes.map { .string($0) }),
          "scalars": .object(
            outcome.result.scalars.sorted { $0.key < $1.key }.map {
              .init($0.key, .number($0.value))
            }),
        ]
        guard case .object(let members) = facts else { return facts }
        return .object(members + GroupListing.members(of: outcome.result))
      })
  }
}
