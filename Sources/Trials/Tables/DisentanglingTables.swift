import Datasets

/// Tables of disentanglement: a row per method.
enum DisentanglingTableMaker {
  /// Widths, images and epochs that two cores finish; the configs of `Experiments/disentangling` have the full settings.
  static let scaled = [
    "model.widthDivisor=8", "model.representation=32", "weights.reconstruction=10",
    "batchSize=50", "learningRate=0.002", "fit.sampleSize=1000",
    "fit.every=8", "slice.count=100", "evaluation.trainCount=2000", "evaluation.passes=100",
    "evaluation.twoSidedPasses=40",
  ]

  /// Runs every method.
  ///
  /// - Parameter paper: the paper's ρ*(Z;T), by method.
  static func table(
    _ name: String, _ context: TableContext, _ blocks: [(label: String, block: ImageBlock)],
    _ settings: [ImageMethods.Setting],
    paper: [DependenceMethod: Double] = [:], seedCount: Int = 3
  ) throws -> TableResult {
    let rows = blocks.flatMap { label, block in
      methodRows(label, context, block, settings, paper: paper, seedCount: seedCount)
    }
    return TableResult(
      table: name, quick: context.quick,
      rows: try MethodTableMaker.rows(DisentanglingExperiment.self, context, rows))
  }

  private static func methodRows(
    _ label: String, _ context: TableContext, _ block: ImageBlock,
    _ settings: [ImageMethods.Setting], paper: [DependenceMethod: Double], seedCount: Int
  ) -> [MethodRow] {
    let (overrides, note) = block.resolved(context)
    return settings.map { setting in
      MethodRow(
        label: [setting.method.label, label].filter { !$0.isEmpty }.joined(separator: ", "),
        overrides: overrides + ["method=\(setting.method.rawValue)"] + setting.overrides,
        cells: [
          .init(column: "squared error a pixel", key: "reconstruction.mse"),
          .init(column: "L2 norm an image", key: "reconstruction.norm"),
          .init(column: "label accuracy", key: "accuracy.label"),
          .init(column: "ρ*(Z;T)", key: "dependence.coded", paper: paper[setting.method]),
          .init(column: "ρ*(Z;T) two-sided", key: "dependence.twoSided"),
          .init(column: "ρ*(Z;T) slices", key: "dependence.slice"),
          .init(column: "ρ*(Z;T) null 95 %", key: "dependence.coded.null95"),
          .init(column: "probe of T in Z", key: "probe.label"),
          .init(column: "swaps seen as wanted", key: "swap.asWanted"),
          .init(column: "L2 norm of a swap", key: "swap.norm"),
          .init(column: "MIG", key: "factors.MIG"),
          .init(column: "DCI disentanglement", key: "factors.DCI disentanglement"),
        ], seedCount: seedCount,
        note: [note, setting.note].filter { !$0.isEmpty }.joined(separator: "; "))
    }
  }
}

/// `disentangle-dsprites`
enum DisentangleSpritesTable: Table {
  static let name = "disentangle-dsprites"
  static let summary = "dSprites: representations that hide the shape; every method, scaled"
  static let expectedTime = "full: see its file in Experiments/results; quick: under 3 minutes"

  /// Sprites whose shape is hidden, as two cores can train on them.
  static let block = ImageBlock(
    source: .dsprites,
    overrides: DisentanglingTableMaker.scaled + [
      "data.label=shape", "data.train=3000", "data.validation=100", "data.test=1000",
      "epochs=16", "decayEpoch=13",
    ],
    note: "scaled: 3,000 images, an eighth of the width, 16 epochs")

  static func run(_ context: TableContext) throws -> TableResult {
    try DisentanglingTableMaker.table(
      name, context, [("", block)],
      ImageMethods.disentangling(slice: 0.1, club: 7, template: 0.1),
      paper: [.slice: 0.08, .club: 0.22])
  }
}

/// `disentangle-faces`
enum DisentangleFacesTable: Table {
  static let name = "disentangle-faces"
  static let summary =
    "CMU face images in place of CMU-PIE: representations that hide the pose, or the expression; every method, scaled"
  static let expectedTime = "full: see its file in Experiments/results; quick: under 4 minutes"

  /// Faces one of whose labels is hidden, as two cores can train on them.
  static func block(hiding label: String, _ classes: String) -> ImageBlock {
    ImageBlock(
      source: .cmuFaces,
      overrides: DisentanglingTableMaker.scaled + [
        "data.label=\(label)", "data.train=0", "data.validation=24", "data.test=150",
        "epochs=80", "decayEpoch=64", "batchSize=48", "fit.sampleSize=400", "slice.count=30",
      ],
      note:
        "CMU face images (20 people, \(classes)) in place of CMU-PIE; scaled: an eighth of the width, 80 epochs"
    )
  }

  /// What CMU-PIE hides. In faces of a dozen pixels it can hardly be seen, by anybody.
  static let expression = block(hiding: "expression", "four expressions")
  /// Where a face looks is the largest thing in these images beside who it is.
  static let pose = block(hiding: "pose", "four poses")

  static func run(_ context: TableContext) throws -> TableResult {
    try DisentanglingTableMaker.table(
      name, context, [("pose", pose), ("expression", expression)],
      ImageMethods.disentangling(slice: 0.1, club: 0.1, template: 0.1))
  }
}

/// `disentangle-morpho`
enum DisentangleMorphoTable: Table {
  static let name = "disentangle-morpho"
  static let summary =
    "Morpho-MNIST: representations that hide how a digit was perturbed; every method, scaled"
  static let expectedTime = "full: see its file in Experiments/results; quick: under 3 minutes"

  /// Digits whose perturbation is hidden, as two cores can train on them.
  static let block = ImageBlock(
    source: .morphoMNIST,
    overrides: DisentanglingTableMaker.scaled + [
      "data.label=perturbation", "data.train=3000", "data.validation=100", "data.test=1000",
      "epochs=16", "decayEpoch=13",
    ],
    note:
      "perturbations drawn again over MNIST; scaled: 3,000 images, an eighth of the width, 16 epochs"
  )

  static func run(_ context: TableContext) throws -> TableResult {
    try DisentanglingTableMaker.table(
      name, context, [("", block)],
      ImageMethods.disentangling(slice: 0.1, club: 7, template: 0.1))
  }
}
