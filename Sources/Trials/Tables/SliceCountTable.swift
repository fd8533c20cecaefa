import Datasets

/// `slice-count`
enum SliceCountTable: Table {
  static let name = "slice-count"
  static let summary =
    "the dependence that is left against the number of slices: Adult, Census, dSprites, faces"
  static let expectedTime =
    "full: about 40 min on 2 cores (30 runs, 20 of them on images); quick: under 3 min"

  private static let digitised = "paper's value read off its plot, ±0.003"

  static func run(_ context: TableContext) throws -> TableResult {
    TableResult(
      table: name, quick: context.quick, rows: try fairnessRows(context) + imageRows(context))
  }

  /// Adult and Census, the paper's S = 5…400 (spec §9.4).
  private static func fairnessRows(_ context: TableContext) throws -> [TableRow] {
    func rows(_ weight: String, _ paper: [(Int, Double)]) -> [FairnessRow] {
      paper.map { count, dependence in
        FairnessMethods.slice(
          weight: weight, paper: (.nan, dependence, .nan), label: "S = \(count)", count: count)
      }
    }
    let adult = FairnessBlock(
      label: "Adult", source: .adultOfficial, standIn: .adultTwinOfficial,
      overrides: ["data.split=official", "fit.rows=all"], isPaper: true, note: digitised,
      seedCount: 1)
    let census = FairnessBlock(
      label: "Census", source: .censusCounty2015, standIn: .censusTwin,
      overrides: ["data.split=official", "fit.rows=all"], isPaper: true,
      note: digitised + "; 3,218 counties of 2015 in place of tracts", seedCount: 1)
    let full = try FairnessTableMaker.run(
      name, context,
      blocks: [
        (adult, rows("0.15", [(5, 0.21), (20, 0.19), (100, 0.15), (200, 0.08), (400, 0.09)])),
        (census, rows("0.75", [(5, 0.07), (20, 0.06), (100, 0.05), (200, 0.06), (400, 0.06)])),
      ]
    ) { _, _, _ in nil }
    return full.rows.map { row in
      var row = row
      if row.paper?.isNaN == true { row.paper = nil }
      return row
    }
  }

  /// dSprites and faces, the paper's S = 10…400, under the scaled protocols of the tables of disentanglement.
  ///
  /// Their max-step sees all training images: with the thousand that those tables take, 400 slices would have more features
  /// than there are images to fit, and the curve would rise for want of images.
  private static func imageRows(_ context: TableContext) throws -> [TableRow] {
    let rows = imageRows(
      context, "dSprites", DisentangleSpritesTable.block, sampleSize: 3000, seedCount: 1,
      [(10, 0.51), (50, 0.26), (100, 0.13), (200, 0.08), (400, 0.07)],
      note: context.quick ? "" : "the max-step sees all of them")
    let faces = imageRows(
      context, "CMU faces", DisentangleFacesTable.pose, sampleSize: 450, seedCount: 3,
      [(10, 0.30), (50, 0.08), (100, 0.05), (200, 0.06), (400, 0.05)],
      note: "the paper's value is that of CMU-PIE"
        + (context.quick ? "" : "; the max-step has 450 images for 3 S features"))
    return try MethodTableMaker.rows(DisentanglingExperiment.self, context, rows + faces)
  }

  private static func imageRows(
    _ context: TableContext, _ label: String, _ block: ImageBlock, sampleSize: Int, seedCount: Int,
    _ paper: [(count: Int, dependence: Double)], note: String
  ) -> [MethodRow] {
    let (overrides, scale) = block.resolved(context)
    return paper.map { count, dependence in
      MethodRow(
        label: "S = \(count), \(label)",
        overrides: overrides + [
          "method=slice", "weights.dependence=0.1", "fit.sampleSize=\(sampleSize)",
        ],
        always: ["slice.count=\(count)"],
        cells: [
          .init(column: "squared error a pixel", key: "reconstruction.mse"),
          .init(column: "ρ*(Z;T)", key: "dependence.coded", paper: dependence),
          .init(column: "ρ*(Z;T) null 95 %", key: "dependence.coded.null95"),
          .init(column: "ρ*(Z;T) two-sided", key: "dependence.twoSided"),
          .init(column: "ρ*(Z;T) slices", key: "dependence.slice"),
          .init(column: "probe of T in Z", key: "probe.label"),
        ], seedCount: seedCount,
        note: [scale, note, digitised].filter { !$0.isEmpty }.joined(separator: "; "))
    }
  }
}
