import Datasets

/// The fairness tables of the paper: every method, ours and theirs.
enum FairnessTableMaker {
  /// Runs every row of every block and fills the columns.
  ///
  /// - Parameter expected: the range of a cell, by block, row and column.
  static func run(
    _ name: String, _ context: TableContext, blocks: [(FairnessBlock, [FairnessRow])],
    expected: (String, String, String) -> (low: Double, high: Double)?
  ) throws -> TableResult {
    let directories = context.options.environment.dataDirectories
    let rows = blocks.flatMap { block, rows in
      let (source, note) = block.resolved(in: directories)
      return rows.map { row -> MethodRow in
        let paper = block.isPaper ? row.paper : nil
        return MethodRow(
          label: blocks.count > 1 ? "\(row.label), \(block.label)" : row.label,
          overrides: block.overrides + ["data.source=\(source.rawValue)"] + row.overrides,
          cells: columns(paper).map { column, key, reference in
            MethodRow.Cell(
              column: column, key: key, paper: reference,
              expected: expected(block.label, row.label, column))
          },
          paperSeconds: paper?.seconds, seedCount: min(block.seedCount, row.mostSeeds),
          note: [note, row.note].filter { !$0.isEmpty }.joined(separator: "; "))
      }
    }
    return TableResult(
      table: name, quick: context.quick,
      rows: try MethodTableMaker.rows(FairnessExperiment.self, context, rows))
  }

  private static func columns(
    _ paper: (utility: Double, dependence: Double, seconds: Double)?
  ) -> [(String, String, Double?)] {
    [
      ("ρ*(Z;Y)", "utility.coded", paper?.utility),
      ("ρ*(Z;T)", "dependence.coded", paper?.dependence),
      ("ρ*(Z;T) validation", "dependence.coded.validation", nil),
      ("ρ*(Z;T) null 95 %", "dependence.coded.null95", nil),
      ("ρ*(Z;T) two-sided", "dependence.twoSided", nil),
      ("ρ*(Z;T) slices", "dependence.slice", nil),
    ]
  }
}

/// `fairness-adult`
enum FairnessAdultTable: Table {
  static let name = "fairness-adult"
  static let summary =
    "UCI Adult: predict income, hide age; every method, the official protocol and the leak-free one"
  static let expectedTime =
    "full: about 100 min on 2 cores (48 runs of 500 epochs); quick: about 2 min"

  static func run(_ context: TableContext) throws -> TableResult {
    let official = FairnessBlock.official(
      .adultOfficial, standIn: .adultTwinOfficial,
      note: "official protocol: the label is among the inputs")
    let leakFree = FairnessBlock.leakFree(
      "leak-free", .adult, standIn: .adultTwin, note: "no label among the inputs, shuffled split")
    let rivals = FairnessMethods.adult.filter {
      !["NONE (official)", "SLICE (best kept)", "SLICE (each batch)"].contains($0.label)
    }
    return try FairnessTableMaker.run(
      name, context, blocks: [(official, FairnessMethods.adult), (leakFree, rivals)]
    ) { block, row, column in
      guard !context.quick, block == "official" else { return nil }
      switch (row, column) {
      case ("SLICE", "ρ*(Z;T)"), ("SLICE (best kept)", "ρ*(Z;T)"): return (0, 0.12)
      case ("SLICE", "ρ*(Z;Y)"), ("SLICE (best kept)", "ρ*(Z;Y)"): return (0.98, 1)
      case ("NONE", "ρ*(Z;T)"): return (0.9, 1)
      case (_, "ρ*(Z;Y)"): return (0.95, 1)
      default: return nil
      }
    }
  }
}

/// `fairness-census`
enum FairnessCensusTable: Table {
  static let name = "fairness-census"
  static let summary =
    "US Census: predict poverty, hide the share of men; counties and tracts in place of 74,001 tracts"
  static let expectedTime =
    "full: about 40 min on 2 cores (75 runs of 500 epochs); quick: about 2 min"

  static func run(_ context: TableContext) throws -> TableResult {
    let directories = context.options.environment.dataDirectories
    let isFull = FairnessSource.censusTractsFull.isAvailable(in: directories)
    let official = FairnessBlock.official(
      isFull ? .censusTractsFull : .censusCounty2015, standIn: .censusTwin,
      note: isFull
        ? "official protocol: all tracts"
        : "official protocol on 3,218 counties of 2015 in place of the paper's 72,718 tracts")
    let leakFree = FairnessBlock.leakFree(
      "counties shuffled", .censusCounty2015, standIn: .censusTwin,
      note: "3,218 counties of 2015, shuffled split")
    let tracts = FairnessBlock.leakFree(
      "tracts shuffled", .censusTracts, standIn: .censusTwin,
      note: "4,254 tracts of Minnesota, Oregon and New York City, shuffled split")
    let rivals = FairnessMethods.census.filter {
      !["NONE (official)", "SLICE (best kept)", "SLICE (each batch)"].contains($0.label)
    }
    return try FairnessTableMaker.run(
      name, context,
      blocks: [(official, FairnessMethods.census), (leakFree, rivals), (tracts, rivals)]
    ) { block, row, column in
      guard !context.quick, block == "official" else { return nil }
      switch (row, column) {
      case ("SLICE", "ρ*(Z;T)"), ("SLICE (best kept)", "ρ*(Z;T)"): return (0, 0.2)
      case (_, "ρ*(Z;Y)"): return (0.9, 1)
      default: return nil
      }
    }
  }
}

/// `inner-steps`
enum InnerStepsTable: Table {
  static let name = "inner-steps"
  static let summary =
    "US Census: the rivals with more inner steps, which buy what the slices have at once"
  static let expectedTime = "full: about 20 min on 2 cores (21 runs); quick: about 1 min"

  static func run(_ context: TableContext) throws -> TableResult {
    let renyi: [(Int, Double, Double, Double)] = [
      (2, 0.95, 0.23, 0.092), (10, 0.95, 0.19, 0.642), (50, 0.95, 0.06, 2.456),
    ]
    let tc: [(Int, Double, Double, Double)] = [
      (3, 0.95, 0.27, 0.097), (10, 0.95, 0.21, 0.362), (20, 0.95, 0.08, 2.146),
    ]
    let rows =
      renyi.map {
        FairnessRow(
          "RENYI L₂ = \($0.0)",
          FairnessMethods.adversarial("renyi", weight: "0.15", passes: $0.0),
          paper: ($0.1, $0.2, $0.3))
      }
      + tc.map {
        FairnessRow(
          "TC L₂ = \($0.0)", FairnessMethods.adversarial("tc", weight: "0.1", passes: $0.0),
          paper: ($0.1, $0.2, $0.3))
      } + [FairnessMethods.slice(weight: "0.75", paper: (0.95, 0.07, 0.102))]
    let counties = FairnessBlock.official(
      .censusCounty2015, standIn: .censusTwin,
      note: "3,218 counties of 2015 in place of the paper's tracts", seedCount: 1)
    return try FairnessTableMaker.run(name, context, blocks: [(counties, rows)]) { _, _, _ in nil }
  }
}
