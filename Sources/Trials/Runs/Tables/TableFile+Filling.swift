import Settings

/// A row, settled: what it runs and what stands around its numbers.
private struct PlannedRow {
  let label: String
  let columns: [TableColumn]
  let row: TablePart
  /// Its configurations, one a seed; none for a row without runs.
  let all: [ResolvedConfig]
  /// Those that are to be run.
  let configs: [ResolvedConfig]
  let note: String
  let isCompared: Bool
  /// Whether the quick form, too, is held against ranges.
  let isExpectedInQuick: Bool
}

extension TableFile {
  /// Runs every row, all together, and fills the columns.
  ///
  /// - Throws: ``ConfigError`` with the place in the file, and what the runs throw.
  public func fill(_ context: TableContext) throws -> TableResult {
    let plans = try blocks.flatMap { try plan($0, context) }
    // One sweep: a run works on one thread, and a row need not wait for the one above it.
    var results = try context.run(plans.flatMap(\.configs))[...]
    let first = plans.lazy.compactMap(\.all.first).first
    let metrics = context.registry.metrics(of: first?.experiment ?? "")
    var cells: [TableRow] = []
    for plan in plans {
      let own = Array(results.prefix(plan.configs.count))
      results = results.dropFirst(own.count)
      cells += try plan.columns.compactMap { try cell(plan, $0, own, context, metrics) }
    }
    return TableResult(
      table: name, quick: context.quick, rows: cells, footnotes: footnotes)
  }

  /// The configurations of all rows that are wanted, in order.
  func configurations(_ context: TableContext) throws -> [ResolvedConfig] {
    try blocks.flatMap { try plan($0, context) }.flatMap(\.all)
  }

  private func plan(_ block: TablePart, _ context: TableContext) throws -> [PlannedRow] {
    let data = try chosen(block.data, [common, block], rows: block.rows, context)
    let rows = data?.part.rows ?? block.rows ?? []
    return try rows.filter { !block.without.contains($0.label!) }.compactMap { row in
      let own = (context.quick ? row.quick.label : nil) ?? row.label!
      let label = block.label.map { "\(own), \($0)" } ?? own
      guard context.wants(label) else { return nil }
      let rowData = try chosen(row.data, [common, block, row], rows: nil, context)
      let outer = [common, block] + [data?.part, rowData?.part].compactMap(\.self)
      let parts = outer + [row]
      let columns = (block.columns ?? common.columns ?? []).filter { column in
        row.only.map { only in column.names.contains(where: only.contains) } ?? true
      }
      let isMissing = data?.isMissing == true || rowData?.isMissing == true
      var notes = [data?.part, rowData?.part, common, block, row].compactMap(\.self)
        .map { context.quick && !isMissing ? $0.quick.note ?? $0.note : $0.note }
      var all: [ResolvedConfig] = []
      if isMissing {
        let make = (rowData?.isMissing == true ? rowData : data)?.part.make ?? ""
        notes.insert("no data: make it with `\(make)`", at: 0)
      } else if parts.contains(where: { $0.config != nil || $0.experiment != nil }) {
        all = try configurations(parts, context)
      }
      let configs = context.runnable(all)
      if configs.count < all.count {
        notes.insert("\(configs.count) of \(all.count) seeds done", at: 0)
      }
      return PlannedRow(
        label: label, columns: columns, row: row, all: all, configs: configs,
        note: notes.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "; "),
        isCompared: parts.allSatisfy { $0.isCompared ?? true },
        isExpectedInQuick: parts.compactMap(\.quick.isExpected).last ?? false)
    }
  }

  /// The data to run on: the first whose files are there, else the last, which is missing if it can be made.
  private func chosen(
    _ data: [TablePart], _ outer: [TablePart], rows: [TablePart]?, _ context: TableContext
  ) throws -> (part: TablePart, isMissing: Bool)? {
    guard let last = data.last else { return nil }
    for part in data {
      let row = (part.rows ?? rows)?.first { row in
        !outer.contains { $0.without.contains(row.label!) }
      }
      let config = try configurations(outer + [part] + [row].compactMap(\.self), context, seeds: 1)[
        0]
      let entry = try context.registry.entry(named: config.experiment)
      if (try? entry.inputs(config, context.options.environment)) != nil { return (part, false) }
    }
    return (last, last.make != nil)
  }

  /// The configurations of a row, one a seed.
  private func configurations(
    _ parts: [TablePart], _ context: TableContext, seeds: Int? = nil
  ) throws -> [ResolvedConfig] {
    guard let part = parts.last(where: { $0.config != nil || $0.experiment != nil }) else {
      throw ConfigError.invalid(
        key: "config", place: parts.last?.place ?? "", expected: "the config that the row runs",
        found: "none")
    }
    let registry = context.registry
    let base =
      try part.config.map { name in
        let (text, path) = try files.config(name, place: part.place)
        return try registry.layers(text: text, path: path)
      } ?? registry.layers(experiment: part.experiment ?? "", place: part.place)
    let count =
      seeds ?? context.seeds ?? (context.quick ? 1 : parts.compactMap(\.seeds).last ?? 1)
    return try registry.resolve(
      base, settings: parts.flatMap(\.settings),
      quick: context.quick ? parts.flatMap(\.quick.settings) : nil, seeds: count)
  }

  private func cell(
    _ plan: PlannedRow, _ column: TableColumn, _ results: [RunResult], _ context: TableContext,
    _ metrics: MetricList
  ) throws -> TableRow? {
    var title = column.title ?? ""
    let paper = plan.isCompared ? column.names.compactMap { plan.row.paper[$0] }.first : nil
    var note = plan.note
    var values: [Double] = []
    switch column.content {
    case .metric(let id):
      title = column.title ?? metrics.metric(id).title
      values = results.compactMap { $0.scalars[id] }
      if values.isEmpty, column.isOptional, !results.isEmpty { return nil }
      let gap = values.isEmpty ? gap(id, in: results, metrics) : nil
      if let runNotes {
        let own = results.flatMap { result in
          result.notes.filter { $0.hasPrefix(runNotes) }.map { "seed \(result.seed): \($0)" }
        }
        note = ([note] + own).filter { !$0.isEmpty }.joined(separator: "; ")
      }
      note = [gap, column.note ?? note].compactMap(\.self).filter { !$0.isEmpty }
        .joined(separator: "; ")
      if paper != nil {
        note = [note, source].filter { !$0.isEmpty }.joined(separator: "; ")
      }
    case .maxStep:
      // Rows that are filled from what is done start nothing, also no clock.
      note = context.onlyDone ? "not timed with --done" : column.note ?? note
      if let first = plan.all.first, !context.onlyDone {
        values = [try seconds(first, column, context)]
      }
    }
    let isExpected = plan.isCompared && (!context.quick || plan.isExpectedInQuick)
    let range = column.names.compactMap { plan.row.expected[$0] }.first ?? column.expected
    let cell = TableRow(
      row: plan.label, column: title, values: values, paper: paper,
      expected: isExpected ? range.map { ($0.lowerBound, $0.upperBound) } : nil, note: note)
    return column.content == .maxStep ? cell : cell.cautioned(by: results)
  }

  /// What to say of a metric that runs have not and their experiment does not declare: most likely its name is misspelled.
  private func gap(_ id: String, in results: [RunResult], _ metrics: MetricList) -> String? {
    guard !results.isEmpty, !metrics.isDeclared(id) else { return nil }
    let known = Set(results.flatMap(\.scalars.keys)).sorted()
    let advice = NearMiss.nearest(to: id, among: known).map { ", did you mean `\($0)`?" } ?? ""
    return "no run has a number `\(id)`\(advice)"
  }

  private func seconds(
    _ config: ResolvedConfig, _ column: TableColumn, _ context: TableContext
  ) throws -> Double {
    guard let maxStep = try context.registry.entry(named: config.experiment).maxStep else {
      throw ConfigError.invalid(
        key: "measure", place: column.place,
        expected: "rows whose experiment has a max-step",
        found: "`\(config.experiment)`, which has none")
    }
    return try maxStep(config, context.options.environment)
  }
}
