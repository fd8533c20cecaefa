import Datasets
import Foundation

/// One row of a table on scenes: a config of `Experiments/scenes` and what it stands for.
struct SceneRow {
  /// The name of the row.
  let label: String
  /// Gradient steps.
  let steps: Int
  /// What the config sets, but for the steps.
  let settings: [String]
  /// The file in a data folder that it needs, and the command that makes it; `nil` for generated scenes.
  var data: (path: String, command: String)?
  /// Seeds of the full table.
  var seedCount = 1
  /// The paper's AP over thresholds, AP at 0.5 and count error, if any.
  var paper: (precision: Double, half: Double, count: Double)?
  /// What a reader must know.
  var note = ""

  /// What the config sets.
  var overrides: [String] { settings + ["steps=\(steps)"] }

  /// Whether its data is in one of the folders.
  func isThere(in directories: [String]) -> Bool {
    guard let data else { return true }
    return directories.contains { FileManager.default.fileExists(atPath: "\($0)/\(data.path)") }
  }

  /// With other settings laid over, under another name.
  func with(_ more: [String], label: String) -> SceneRow {
    var row = SceneRow(
      label: label, steps: steps, settings: settings + more, data: data, seedCount: seedCount)
    row.note = note
    return row
  }
}

extension SceneRow {
  /// What the scaled configs share: half width, glimpses of 8 pixels, one pair of deviations, no boundary loss.
  ///
  /// - Parameters:
  ///   - held: what alpha is held at, and until which step.
  ///   - rate: the foreground's.
  private static func scaled(
    side: Int, grid: Int, components: Int, held: (alpha: Double, steps: Int), rate: String
  ) -> [String] {
    [
      "model.side=\(side)", "model.grid=\(grid)", "model.components=\(components)",
      "model.glimpse=8", "model.widthDivisor=2", "objective.foregroundDeviation=0.15",
      "objective.backgroundDeviation=0.1", "objective.boundarySteps=-1",
      "objective.fixedAlpha=\(held.alpha)", "objective.fixedAlphaSteps=\(held.steps)",
      "foregroundRate=\(rate)", "logEvery=20",
    ]
  }

  private static func schedule(
    _ key: String, _ from: Int, _ to: Int, _ first: Double, _ last: Double
  ) -> [String] {
    [
      "objective.\(key).from=\(from)", "objective.\(key).to=\(to)",
      "objective.\(key).first=\(first)", "objective.\(key).last=\(last)",
    ]
  }

  /// `procedural.yaml`.
  static let procedural = SceneRow(
    label: "generated scenes", steps: 9000,
    settings: scaled(side: 32, grid: 4, components: 2, held: (0.1, 600), rate: "2e-4")
      + [
        "data.source=procedural", "data.procedural.side=32", "data.procedural.train=8000",
        "data.procedural.validation=200", "data.procedural.test=500",
        "data.procedural.leastObjects=1", "data.procedural.mostObjects=3",
        "data.procedural.leastSize=9", "data.procedural.mostSize=11",
        "data.procedural.shapes=[disc, square, triangle]", "data.procedural.rotates=false",
        "data.procedural.colours=8", "data.procedural.backgrounds=[plain, gradient, blobs]",
        "data.procedural.overlap=0.1", "objective.scaleDeviation=0.1",
        "backgroundRate=1.5e-4", "batchSize=12", "evaluation.every=250",
        "evaluation.validationCount=200", "evaluation.testCount=500", "evaluation.keepsFrom=8000",
        "health.step=2500",
      ] + schedule("presence", 2500, 4000, 0.1, 1e-10)
      + schedule("scaleMean", 600, 3000, -0.6, -0.85)
      + schedule("temperature", 600, 4000, 2.5, 0.5), seedCount: 3,
    note: "scaled: 32 pixels, half width, 1 to 3 sprites, 9,000 steps")

  /// Rooms of 64 pixels, to be learnt in 4,000 steps of 8 images.
  ///
  /// The background has a head start: without one, cells draw the floor before it has a segment of its own. Then alpha is held at
  /// a half, and appearance's divergence counts a tenth until cells have learnt to draw; else what glimpses say falls to nothing,
  /// and every object is drawn in one pale colour. As the divergence grows to its whole weight, cells that draw what the background
  /// draws too are given back.
  ///
  /// - Parameter scale: the prior mean at first and last, and the deviation. Sizes of small rooms spread by 0.3 around −1.9; a mean
  ///   below it keeps the boxes of a wider prior close.
  private static func rooms(
    _ set: String, grid: Int, scale: (first: Double, last: Double, deviation: Double)
  ) -> [String] {
    scaled(side: 64, grid: grid, components: 4, held: (0.5, 700), rate: "2e-4")
      + [
        "data.source=hdf5", "data.path=rooms/\(set)-64.h5",
        "objective.scaleDeviation=\(scale.deviation)", "headStartSteps=400", "warmUpSteps=200",
        "backgroundRate=6e-4", "batchSize=8", "evaluation.every=250",
        "evaluation.validationCount=100", "evaluation.testCount=500", "health.step=1500",
      ] + schedule("presence", 1800, 3000, 0.1, 0.02)
      + schedule("scaleMean", 0, 2000, scale.first, scale.last)
      + schedule("temperature", 1000, 3000, 2.5, 0.5)
      + schedule("appearanceWeight", 700, 2500, 0.1, 1)
  }

  private static let scaledRooms =
    "scaled: 64 pixels, half width, 4,000 steps of 8 images; rooms of our own making"

  /// `rooms-small-64.yaml`.
  static let smallRooms = SceneRow(
    label: "SPACE, small rooms, G = 8", steps: 4000,
    settings: rooms("small", grid: 8, scale: (-1.7, -2.2, 0.2)),
    data: (
      "rooms/small-64.h5", "tessera data make rooms --sets small --side 64 --name small-64"
    ), paper: (0.906, 0.920, 0.050), note: scaledRooms)

  /// `rooms-large-64.yaml`.
  static let largeRooms = SceneRow(
    label: "SPACE, large rooms, G = 16", steps: 4000,
    settings: rooms("large", grid: 16, scale: (-2.1, -2.4, 0.15)),
    data: (
      "rooms/large-64.h5", "tessera data make rooms --sets large --side 64 --name large-64"
    ), paper: (0.894, 0.961, 0.051), note: scaledRooms)

  /// A game at the published 128 pixels; that of Space Invaders is `space-invaders-128.yaml`, that of Asterix
  /// `asterix-128.yaml`.
  ///
  /// The foreground's rate is near the published one, and from the first step: at ten times it, what glimpses say falls to
  /// nothing within 100 steps. At 64 pixels a sprite is 3 by 3 dim pixels, and drawing it as an object costs more than it gains.
  ///
  /// Where more stands still than black (lanes, land), the background has a head start, at a higher rate: without one, cells draw
  /// it in pieces.
  ///
  /// - Parameters:
  ///   - scale: the last is the logit of the objects' side over the image's.
  ///   - headStart: steps of the background alone.
  ///   - held: what alpha is held at, and for how many steps.
  ///   - falls: the steps between which the prior of presence falls.
  static func game(
    _ name: String, scale: (first: Double, last: Double), components: Int = 2, headStart: Int = 0,
    backgroundRate: String = "3e-4", held: (alpha: Double, steps: Int) = (0.4, 700),
    falls: (from: Int, to: Int) = (1200, 2400)
  ) -> SceneRow {
    let counts = "--train 3000 --validation 200 --test 300"
    return SceneRow(
      label: name, steps: 4000,
      settings: scaled(side: 128, grid: 16, components: components, held: held, rate: "2e-5")
        + [
          "threads=1", "data.source=hdf5", "data.path=atari/\(name).h5",
          "headStartSteps=\(headStart)", "backgroundRate=\(backgroundRate)", "batchSize=4",
          "evaluation.every=250", "evaluation.validationCount=50", "evaluation.testCount=300",
          "evaluation.keepsFrom=2000", "health.step=1500",
        ] + schedule("presence", falls.from, falls.to, 0.1, 0.01)
        + schedule("scaleMean", 0, 1000, scale.first, scale.last)
        + schedule("temperature", 0, falls.to, 2.5, 0.5),
      data: ("atari/\(name).h5", "tessera data make atari --games \(name) \(counts)"),
      note: "scaled: half width, glimpses of 8 pixels, 4,000 steps of 4 images"
        + (headStart == 0 ? "" : ", the background alone for the first \(headStart)")
        + "; OCAtari's boxes, none in the paper")
  }

  /// The games of the table.
  static let games: [SceneRow] = [
    game("SpaceInvaders", scale: (-2.7, -2.95)), game("Carnival", scale: (-2.55, -2.8)),
    game("Asterix", scale: (-2.75, -3.0), headStart: 600, backgroundRate: "6e-4"),
    game(
      "RiverRaid", scale: (-2.55, -2.8), components: 4, headStart: 1000, backgroundRate: "1e-3",
      held: (0.25, 900), falls: (1200, 2200)),
  ]
}
