import Storage

/// What `tessera run` prints on standard output.
public enum OutcomeListing {
  /// The run folders, then their scalars: one column a run for a few runs, one row a run for many.
  public static func text(_ outcomes: [(config: ResolvedConfig, outcome: RunOutcome)]) -> String {
    guard outcomes.count > 1 else { return outcomes.first.map { single($0.outcome) } ?? "" }
    let names = Set(outcomes.flatMap { $0.outcome.result.scalars.keys }).sorted()
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
    var table = TextTable(["result", "value", "interval"], alignments: [.left, .right])
    for (name, value) in outcome.result.scalars.sorted(by: { $0.key < $1.key }) {
      let interval = outcome.result.intervals[name].map {
        "\(NumberFormat.short($0.low)) … \(NumberFormat.short($0.high))"
      }
      table.add([name, NumberFormat.short(value), interval ?? ""])
    }
    let notes = outcome.result.notes.map { "note: \($0)\n" }.joined()
    return outcome.folder.path + "\n"
      + (outcome.result.scalars.isEmpty ? "" : "\n" + table.text)
      + (notes.isEmpty ? "" : "\n" + notes)
  }

  /// An array of `{run, label, seed, wasDone, seconds, scalars}`.
  public static func json(_ outcomes: [(config: ResolvedConfig, outcome: RunOutcome)]) -> JSONValue
  {
    .array(
      outcomes.map { config, outcome in
        [
          "run": .string(outcome.folder.path), "label": .string(config.label),
          "seed": .integer(config.seed), "wasDone": .bool(outcome.wasDone),
          "seconds": .number(outcome.result.seconds),
          "scalars": .object(
            outcome.result.scalars.sorted { $0.key < $1.key }.map {
              .init($0.key, .number($0.value))
            }),
        ]
      })
  }
}
