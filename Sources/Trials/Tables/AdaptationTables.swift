import Datasets

/// Tables of domain adaptation: a row per method, all with the same training budget.
enum AdaptationTableMaker {
  /// Widths, images and epochs that two cores finish; the configs of `Experiments/adaptation` have the full settings.
  static let scaled = [
    "model.widthDivisor=8", "model.representation=64", "batchSize=64", "fit.sampleSize=400",
    "fit.every=8", "slice.count=50", "evaluation.trainCount=2000",
  ]

  /// Runs every method.
  ///
  /// - Parameter paper: the paper's ρ*(Z;T) and the authors' last printed target accuracy, by method.
  static func table(
    _ name: String, _ context: TableContext, _ block: ImageBlock,
    _ settings: [ImageMethods.Setting],
    paper: [DependenceMethod: (accuracy: Double, dependence: Double)], seedCount: Int = 3
  ) throws -> TableResult {
    let (overrides, note) = block.resolved(context)
    let rows = settings.map { setting in
      let reference = paper[setting.method]
      return MethodRow(
        label: setting.overrides.contains("sourceOnly=true") ? "source only" : setting.method.label,
        overrides: overrides + ["method=\(setting.method.rawValue)"] + setting.overrides,
        cells: [
          .init(column: "target accuracy", key: "accuracy.target", paper: reference?.accuracy),
          .init(column: "source accuracy", key: "accuracy.source"),
          .init(column: "domain accuracy from z_d", key: "accuracy.domain"),
          .init(column: "probe of the domain in z_c", key: "probe.domain"),
          .init(
            column: "ρ*(z_c;domain)", key: "dependence.coded", paper: reference?.dependence),
          .init(column: "ρ*(z_c;domain) slices", key: "dependence.slice"),
          .init(column: "ρ*(z_c;z_d) slices", key: "dependence.representations"),
        ], seedCount: seedCount,
        note: [note, setting.note].filter { !$0.isEmpty }.joined(separator: "; "))
    }
    return TableResult(
      table: name, quick: context.quick,
      rows: try MethodTableMaker.rows(AdaptationExperiment.self, context, rows))
  }
}

/// `adapt-mnistm`
enum AdaptDigitsTable: Table {
  static let name = "adapt-mnistm"
  static let summary =
    "MNIST to MNIST-M without target labels: every method beside source only, scaled"
  static let expectedTime = "full: see its file in Experiments/results; quick: under 4 minutes"

  static func run(_ context: TableContext) throws -> TableResult {
    try AdaptationTableMaker.table(
      name, context,
      ImageBlock(
        source: .mnist, target: .mnistM,
        overrides: AdaptationTableMaker.scaled + [
          "data.label=digit", "data.train=2000", "data.test=1000", "epochs=8", "decayEpoch=6",
        ],
        note:
          "MNIST-M made here (own draws of crops); scaled: 2,000 images per domain, an eighth of the width, 8 epochs"
      ),
      ImageMethods.adaptation(slice: 1, club: 0.01),
      paper: [.slice: (0.9858, 0.06), .club: (0.8014, 0.49)])
  }
}

/// `adapt-cifar`
enum AdaptPicturesTable: Table {
  static let name = "adapt-cifar"
  static let summary =
    "CIFAR-10 to STL-10 (without its files: to CIFAR-10 under a stated shift), without target labels, scaled"
  static let expectedTime = "full: see its file in Experiments/results; quick: under 4 minutes"

  static func run(_ context: TableContext) throws -> TableResult {
    let hasSTL = ImageSource.stl10.isThere(in: context.options.environment.dataDirectories)
    return try AdaptationTableMaker.table(
      name, context,
      ImageBlock(
        source: .cifar10, target: hasSTL ? .stl10 : .cifar10Shifted,
        overrides: AdaptationTableMaker.scaled + [
          "data.label=class", "data.train=2000", "data.test=1000", "data.augments=true", "epochs=8",
          "decayEpoch=6",
        ],
        note: (hasSTL
          ? "" : "target: CIFAR-10 blurred, resampled and recoloured in place of STL-10; ")
          + "scaled: 2,000 images per domain, an eighth of the width, 8 epochs"),
      ImageMethods.adaptation(slice: 1, club: 0.005),
      paper: hasSTL ? [.slice: (0.8187, 0.08), .club: (0.7401, 0.42)] : [:])
  }
}
