import Storage

/// Fills tables on scenes: a row a config, the scores of its boxes as columns.
enum SceneTableMaker {
  /// Runs the rows whose data is there, all together, and fills the columns of all.
  ///
  /// - Parameter expected: the range of a column.
  static func rows(
    _ rows: [SceneRow], _ context: TableContext,
    expected: (String) -> (low: Double, high: Double)? = { _ in nil }
  ) throws -> [TableRow] {
    let directories = context.options.environment.dataDirectories
    let wanted = rows.filter { context.wants($0.label) }
    let runs = try wanted.map { row in
      row.isThere(in: directories)
        ? context.runnable(try configurations(of: row, context)) : []
    }
    // One sweep: a run works on one thread, and a row need not wait for the one above it.
    var results = try context.run(runs.flatMap(\.self))[...]
    return zip(wanted, runs).flatMap { row, runs -> [TableRow] in
      guard row.isThere(in: directories) else {
        return columns(row, [], note: missing(row), expected)
      }
      let found = Array(results.prefix(runs.count))
      results = results.dropFirst(runs.count)
      let seeds = seeds(of: row, context)
      let gap = runs.count < seeds ? "\(runs.count) of \(seeds) seeds done" : ""
      let form = context.quick ? "quick form: some steps, shows that it runs; in full: " : ""
      let notes =
        [gap, form + row.note]
        + found.flatMap { result in
          result.notes.filter { $0.hasPrefix("health check") }.map { "seed \(result.seed): \($0)" }
        }
      return columns(
        row, found, note: notes.filter { !$0.isEmpty }.joined(separator: "; "),
        context.quick ? { _ in nil } : expected)
    }
  }

  private static func seeds(of row: SceneRow, _ context: TableContext) -> Int {
    context.seeds ?? (context.quick ? 1 : row.seedCount)
  }

  private static func configurations(of row: SceneRow, _ context: TableContext) throws
    -> [ResolvedConfig]
  {
    // The row's own settings would stand over those of the quick form.
    let quick =
      context.quick
      ? try context.registry.entry(named: SceneExperiment.name).template.quickArguments : []
    let seeds = (0..<seeds(of: row, context)).map(String.init).joined(separator: ",")
    return try context.registry.resolve(
      experiment: SceneExperiment.name, overrides: row.overrides + quick + ["seed=\(seeds)"],
      quick: false)
  }

  private static func missing(_ row: SceneRow) -> String {
    "no data: make it with `\(row.data?.command ?? "")`; \(row.note)"
  }

  private static func columns(
    _ row: SceneRow, _ results: [RunResult], note: String,
    _ expected: (String) -> (low: Double, high: Double)?
  ) -> [TableRow] {
    let recalled = row.paper == nil ? "" : "; the paper's number is recollected, not read again"
    return [
      ("AP", row.paper?.precision), ("AP@0.5", row.paper?.half), ("count error", row.paper?.count),
      ("means/AP@0.5", nil), ("means/count error", nil), ("ARI", nil),
      ("squared error a value", nil),
    ].map { (column: String, paper: Double?) in
      TableRow(
        row: row.label, column: column, values: results.compactMap { $0.scalars[column] },
        paper: paper, expected: expected(column), note: note + (paper == nil ? "" : recalled)
      ).cautioned(by: results)
    }
  }
}

/// Boxes on generated scenes, three seeds: what a scaled model reaches without any download.
struct SpaceScenesTable: Table {
  static let name = "space-scenes"
  static let summary = "SPACE on generated scenes, scaled: AP, AP at 0.5, count error; three seeds"
  static let expectedTime = "40 minutes on two cores (x86-64, AVX-512); --quick seconds"

  static func run(_ context: TableContext) throws -> TableResult {
    TableResult(
      table: name, quick: context.quick,
      rows: try SceneTableMaker.rows([.procedural], context) { column in
        switch column {
        case "AP@0.5": (0.85, 1)
        case "count error": (0, 0.10)
        default: nil
        }
      })
  }
}

/// Table 1 of the paper: boxes on rooms.
struct SpaceRoomsTable: Table {
  static let name = "space-rooms"
  static let summary = "SPACE on 3D rooms (Table 1): AP, AP at 0.5, count error"
  static let expectedTime =
    "half an hour on two cores (x86-64, AVX-512) at 64 pixels; --quick a minute"

  static func run(_ context: TableContext) throws -> TableResult {
    var rows = try SceneTableMaker.rows([.smallRooms, .largeRooms], context)
    rows.append(
      TableRow(
        row: "SPAIR", column: "AP", values: [],
        note: "not built here yet; recollected to lie within 0.02 of SPACE"))
    return TableResult(table: name, quick: context.quick, rows: rows)
  }
}

/// Boxes on Atari against OCAtari's; the paper shows pictures only.
struct SpaceAtariTable: Table {
  static let name = "space-atari"
  static let summary = "SPACE on Atari games: AP, AP at 0.5, count error against OCAtari's boxes"
  static let expectedTime =
    "an hour and a half on two cores (x86-64, AVX-512) at 128 pixels; --quick a minute"

  static func run(_ context: TableContext) throws -> TableResult {
    TableResult(
      table: name, quick: context.quick, rows: try SceneTableMaker.rows(SceneRow.games, context))
  }
}

/// The boundary loss on and off: without it, large objects may be split between cells.
struct SpaceAblationTable: Table {
  static let name = "space-ablation"
  static let summary = "SPACE with the boundary loss and without: AP, AP at 0.5, count error"
  static let expectedTime =
    "an hour on two cores (x86-64, AVX-512), on rooms if they are there; --quick one minute"

  static func run(_ context: TableContext) throws -> TableResult {
    let rooms = SceneRow.smallRooms
    let hasRooms = rooms.isThere(in: context.options.environment.dataDirectories)
    var base = hasRooms ? rooms : .procedural
    if !hasRooms { base.note += "; for rooms, `\(rooms.data!.command)`" }
    let scenes = hasRooms ? "small rooms" : "generated scenes"
    // As in the authors' rooms: on for 100,000 of 160,000 steps, so that boxes may tighten in the rest.
    let quick = SceneConfiguration().$steps.quick
    let steps = (context.quick ? quick! : base.steps) * 5 / 8
    return TableResult(
      table: name, quick: context.quick,
      rows: try SceneTableMaker.rows(
        [
          base.with([], label: "without boundary loss, \(scenes)"),
          base.with(
            ["objective.boundarySteps=\(steps)"],
            label: "with boundary loss for \(steps) steps, \(scenes)"),
        ], context))
  }
}
