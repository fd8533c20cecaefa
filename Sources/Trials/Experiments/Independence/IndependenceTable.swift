/// Power, size, cost and null bias of independence tests (spec §8.5). The paper's own study is not published, so that there
/// are no numbers of its to stand beside ours.
public struct IndependenceTable: Table {
  /// The name on the command line.
  public static let name = "independence"
  /// For listings.
  public static let summary =
    "power at 5 %, size, seconds and null bias of permutation tests of independence"
  /// Wall time.
  public static let expectedTime =
    "25 minutes on one core (x86-64, AVX-512), most of it distances at n 5000; --quick 1 minute"

  /// The share of rejections to expect of a cell with one column and the most rows, where theory says one.
  ///
  /// Where `T` depends on `Z` without correlation, a permutation test of the correlation is not exact: its statistic has
  /// the variance `v = E Z²T²/(E Z² E T²)` in place of 1, so that it rejects at 5 % with probability `2 Φ(−1.96/√v)`. That is
  /// 0.126 for quadratic (`v = 1.64`), 0.014 for circle (0.641) and 0.258 for product (3); three standard errors are allowed.
  static func expected(
    _ statistic: IndependenceStatistic, _ family: IndependenceFamily, columns: Int,
    isLargest: Bool, replications: Int
  ) -> (low: Double, high: Double)? {
    guard columns == 1, isLargest else { return nil }
    let blind: Double? =
      switch family {
      case .quadratic: 0.126
      case .circle: 0.014
      case .product: 0.258
      case .independent, .linear, .sine: nil
      }
    switch (statistic, family) {
    case (_, .independent): return nil
    // Consistent against these alternatives, or nearly.
    case (.sliceJoint, _), (.slicePair, _), (.distance, _): return (0.8, 1)
    case (.pearson, .linear), (.pearson, .sine): return (0.8, 1)
    case (.renyi, .linear), (.renyi, .sine), (.renyi, .quadratic): return (0.8, 1)
    case (.pearson, _):
      return blind.map { share in
        let margin = 3 * (share * (1 - share) / Double(replications)).squareRoot()
        return (max(0, share - margin), min(1, share + margin))
      }
    // Its learned function changes the variance in ways that no formula here covers.
    case (.renyi, _): return nil
    }
  }

  /// One run of the study.
  public static func run(_ context: TableContext) throws -> TableResult {
    let configs = try context.registry.resolve(
      experiment: IndependenceExperiment.name,
      overrides: ["threads=\(context.threads)"], quick: context.quick)
    let configuration = try configs[0].configuration(as: IndependenceConfiguration.self)
    let result = try context.run(context.runnable(configs)).first
    return TableResult(
      table: name, quick: context.quick, rows: rows(configuration, result))
  }

  /// Every cell of the table from one run's result; empty ones without a result.
  static func rows(_ configuration: IndependenceConfiguration, _ result: RunResult?)
    -> [TableRow]
  {
    summaryRows(configuration, result) + powerRows(configuration, result)
      + biasRows(configuration, result)
  }

  /// The value of a scalar that every result has.
  private static func values(_ scalar: String, _ result: RunResult?) -> [Double] {
    result.map { [$0.scalars[scalar]!] } ?? []
  }

  private static func summaryRows(
    _ configuration: IndependenceConfiguration, _ result: RunResult?
  ) -> [TableRow] {
    var rows: [TableRow] = []
    for statistic in configuration.statistics {
      let name = "size.\(statistic.rawValue)"
      if let size = result?.scalars[name], let interval = result?.intervals[name] {
        let count = zip(configuration.rows, configuration.replications).reduce(0) { $0 + $1.1 }
        // Three standard errors of a share of that many tests about the level.
        let tests = Double(count * configuration.dimensions.count)
        let level = configuration.level
        let margin = 3 * (level * (1 - level) / tests).squareRoot()
        rows.append(
          TableRow(
            row: statistic.label, column: "size at \(NumberFormat.short(level))", values: [size],
            expected: (max(0, level - margin), level + margin),
            note: "independent data, \(Int(tests)) tests; 95 % interval "
              + "\(NumberFormat.short(interval.low, digits: 2)) … \(NumberFormat.short(interval.high, digits: 2))"
          ))
      }
    }
    for statistic in configuration.statistics {
      for count in configuration.rows {
        rows.append(
          TableRow(
            row: statistic.label, column: "seconds per test, n \(count)",
            values: values("seconds.\(statistic.rawValue).n\(count)", result),
            note: "one thread, mean over families and dimensions"))
      }
    }
    return rows
  }

  private static func powerRows(
    _ configuration: IndependenceConfiguration, _ result: RunResult?
  ) -> [TableRow] {
    var rows: [TableRow] = []
    let largest = configuration.rows.max()
    for family in configuration.families {
      for columns in configuration.dimensions {
        for (count, replications) in zip(configuration.rows, configuration.replications) {
          for statistic in configuration.statistics {
            let label = "\(family.rawValue).d\(columns).n\(count)"
            let power = values("\(label).power/\(statistic.rawValue)", result)
            var row = TableRow(
              row: statistic.label, column: "\(family.rawValue) d \(columns) n \(count)",
              values: power,
              expected: expected(
                statistic, family, columns: columns, isLargest: count == largest,
                replications: replications),
              note: "share of \(replications) tests that reject")
            row.standardError = power.first.map {
              ($0 * (1 - $0) / Double(replications)).squareRoot()
            }
            rows.append(row)
          }
        }
      }
    }
    return rows
  }

  private static func biasRows(
    _ configuration: IndependenceConfiguration, _ result: RunResult?
  ) -> [TableRow] {
    var rows: [TableRow] = []
    for form in ["joint", "pair"] {
      for kind in ["in-sample", "held-out"] {
        for slices in configuration.bias.slices {
          for count in configuration.rows {
            rows.append(
              TableRow(
                row: "SLICE \(form), \(kind)", column: "null value S \(slices) n \(count)",
                values: values("bias.s\(slices).n\(count).\(form)/\(kind)", result),
                note:
                  "independent data, \(configuration.bias.dimension) columns a side, half fitted, "
                  + "mean of \(configuration.bias.replications)"))
          }
        }
      }
    }
    return rows
  }
}
