/// A row of a table that compares methods: what it runs, and which numbers it shows.
struct MethodRow {
  /// A cell: a column's name, the scalar of the results that fills it, and the paper's value.
  struct Cell {
    let column, key: String
    var paper: Double?
    var expected: (low: Double, high: Double)?
  }

  /// The name of the row.
  let label: String
  /// What its runs set.
  let overrides: [String]
  /// What they set in the quick form too, whose own settings stand over the others: what the row is about.
  var always: [String] = []
  /// Its cells from left to right.
  let cells: [Cell]
  /// The paper's seconds per max-step.
  var paperSeconds: Double?
  /// Seeds of the row; `tessera table --seeds` asks for another number.
  var seedCount = 1
  /// What a reader must know.
  var note = ""
}

/// Fills tables of methods: runs every row's seeds, and times a max-step of each.
enum MethodTableMaker {
  /// The filled cells, row by row, with the seconds per max-step at the end of each.
  static func rows<Timed: MaxStepTiming>(
    _ experiment: Timed.Type, _ context: TableContext, _ rows: [MethodRow]
  ) throws -> [TableRow] {
    var plans: [(row: MethodRow, first: ResolvedConfig, seeds: Int, note: String)] = []
    var configs: [ResolvedConfig] = []
    for row in rows where context.wants(row.label) {
      let seeds = context.seeds ?? (context.quick ? 1 : row.seedCount)
      // The row's own settings would stand over those of the quick form.
      let quick =
        context.quick ? try context.registry.entry(named: Timed.name).template.quickArguments : []
      let resolved = try context.registry.resolve(
        experiment: Timed.name,
        overrides: row.overrides + quick + row.always
          + ["seed=" + (0..<seeds).map(String.init).joined(separator: ",")],
        quick: false)
      let wanted = context.runnable(resolved)
      let gap =
        wanted.count < resolved.count ? "\(wanted.count) of \(resolved.count) seeds done" : ""
      plans.append(
        (
          row, resolved[0], wanted.count,
          [gap, row.note].filter { !$0.isEmpty }.joined(separator: "; ")
        ))
      configs += wanted
    }
    let results = try context.run(configs)
    var start = 0
    return try plans.flatMap { plan -> [TableRow] in
      let own = Array(results[start..<start + plan.seeds])
      start += plan.seeds
      return plan.row.cells.map { cell in
        TableRow(
          row: plan.row.label, column: cell.column,
          values: own.compactMap { $0.scalars[cell.key] }, paper: cell.paper,
          expected: context.quick ? nil : cell.expected, note: plan.note
        ).cautioned(by: own)
      } + [
        TableRow(
          row: plan.row.label, column: "seconds per max-step",
          // Rows that are filled from what is done start nothing, also no clock.
          values: try context.onlyDone
            ? [] : [MaxStepTimer.seconds(experiment, plan.first, context.options.environment)],
          paper: plan.row.paperSeconds,
          note: context.onlyDone
            ? "not timed with --done"
            : "this machine, one thread, at the start; the paper's on its GPU machine")
      ]
    }
  }
}
