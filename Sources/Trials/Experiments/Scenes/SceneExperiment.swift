import Datasets
import Metrics
import Scenes
import Storage
import TensorCore

/// A kind of scene model as configs name it: its labels, and how a configuration makes one.
protocol SceneModelKind: SendableMetatype {
  /// What trains its models.
  associatedtype Trainer: SceneTrainer where Trainer.Model.Scalar == Float

  /// What results call it.
  static var title: String { get }
  /// Checks what the model's settings must hold.
  ///
  /// - Throws: ``ConfigError/invalid(key:place:expected:found:)``.
  static func check(_ configuration: SceneConfiguration) throws
  /// A model before training.
  ///
  /// - Throws: as ``check(_:)``.
  static func trainer(_ configuration: SceneConfiguration, random: Philox) throws -> Trainer
}

/// Learns to decompose scenes into objects and background, and measures how well its boxes and masks fit.
///
/// The experiment of configs; `model.kind` says which model, and ``SceneTraining`` trains it.
public struct SceneExperiment: Experiment {
  /// `scenes`
  public static let name = "scenes"
  /// For listings.
  public static let summary =
    "SPACE: unsupervised decomposition of scenes into objects with boxes and background segments"

  private var training: any AnySceneTraining

  /// Opens the images and draws the initial weights.
  public init(configuration: SceneConfiguration, environment: RunEnvironment) throws {
    training = try configuration.model.kind.type.training(configuration, environment)
  }

  /// The file of images, or the pictures and boxes of a folder.
  public static func inputs(configuration: SceneConfiguration, environment: RunEnvironment) throws
    -> [InputFile]
  {
    try configuration.data.inputs(
      side: configuration.model.side, in: environment.dataDirectories)
  }

  /// The gradient steps.
  public var stepCount: Int { training.stepCount }
  /// One gradient step; now and then a row of the log, and a validation.
  public mutating func advance(step: Int, log: inout StepLog) throws {
    try training.advance(step: step, log: &log)
  }
  /// Tests the kept parameters.
  public mutating func finish(_ monitor: RunMonitor) throws -> RunResult {
    try training.finish(monitor)
  }
  /// Weights, moments, what moves beside them and the kept copy.
  public func checkpoint() throws -> Checkpoint { try training.checkpoint() }
  /// Continues from a saved state.
  public mutating func restore(_ checkpoint: Checkpoint) throws {
    try training.restore(checkpoint)
  }
}

/// The training of a scene model of some kind.
protocol AnySceneTraining: Sendable {
  var stepCount: Int { get }
  mutating func advance(step: Int, log: inout StepLog) throws
  mutating func finish(_ monitor: RunMonitor) throws -> RunResult
  func checkpoint() throws -> Checkpoint
  mutating func restore(_ checkpoint: Checkpoint) throws
}

extension SceneModelKind {
  fileprivate static func training(
    _ configuration: SceneConfiguration, _ environment: RunEnvironment
  ) throws -> any AnySceneTraining {
    try SceneTraining<Self>(configuration: configuration, environment: environment)
  }
}

/// The training of a scene model and its evaluation, the same for all kinds.
///
/// A step is one gradient step. Batches are those of shuffled passes over the training images; every draw is a function
/// of seed, step and place, so that a resumed run is bit for bit the uninterrupted one.
struct SceneTraining<Kind: SceneModelKind>: AnySceneTraining {
  typealias Model = Kind.Trainer.Model

  let configuration: SceneConfiguration
  let source: any SceneSource
  let random: Philox
  private let folder: String?
  private let directories: [String]
  private(set) var trainer: Kind.Trainer
  private var best: Kept?
  private var warnings: [String] = []

  /// The parameters with the best validation so far.
  private struct Kept {
    let step: Int
    let quality: Double
    let model: Model
    let state: Model.State
  }

  init(configuration: SceneConfiguration, environment: RunEnvironment) throws {
    self.configuration = configuration
    source = try configuration.data.open(
      side: configuration.model.side, seed: configuration.seed,
      in: environment.dataDirectories)
    guard source.count(of: .train) > 0 else {
      throw ConfigError.invalid(
        key: configuration.data.source == .procedural ? "data.procedural.train" : "data.path",
        place: "", expected: "at least one image to train on", found: "none in \(source.name)")
    }
    directories = environment.dataDirectories
    random = Philox(seed: UInt64(configuration.seed)).stream("scenes")
    folder = environment.folder
    trainer = try Kind.trainer(configuration, random: random.stream("model"))
  }

  var stepCount: Int { configuration.steps }

  /// The places of the training images of a step: shuffled passes, one after the other.
  func batch(at step: Int) -> [Int] {
    let available = source.count(of: .train)
    let count = configuration.data.count == 0 ? available : min(configuration.data.count, available)
    return ShuffledPasses(count: count, batchSize: configuration.batchSize, random: random)
      .rows(ofStep: step)
  }

  /// One gradient step; now and then a row of the log, and a validation.
  mutating func advance(step: Int, log: inout StepLog) throws {
    let x = try source.images(at: batch(at: step), of: .train)
    let found = trainer.step(x, at: step, random: random)
    if step % configuration.logEvery == 0 || step + 1 == stepCount || !found.isFinite {
      log["loss"] = found.loss
      for term in found.terms { log[term.name] = term.value }
      log["gradient norm"] = found.norm
    }
    if !found.isFinite {
      // The weights are still those before the step; its log names what went wrong first.
      if let name = found.culprit { log["loss/gradient of \(name)"] = found.norm }
      return
    }
    try lookAtHealth(found.terms, step: step)
    let every = configuration.evaluation.every
    if every > 0 && (step + 1) % every == 0 && source.count(of: .validation) > 0 {
      try validate(step, log: &log)
    }
  }

  /// Scores and shows what has been trained so far.
  private mutating func validate(_ step: Int, log: inout StepLog) throws {
    let isWhole = trainer.wholeStep(step) >= 0
    let scores = try scores(
      .validation, configuration.evaluation.validationCount,
      .samples(random.stream("validation", step)), after: step)
    for (name, value) in scores.scalars { log["validation/\(name)"] = value }
    if let (x, truth) = try shown(.validation) {
      let seen = trainer.decompose(x, after: step, latents: .means)
      log.add(
        image: "validation", seen.panels(of: x, truth: truth).png,
        caption: "The first validation images\(Self.boxColours(known: truth != nil))")
    }
    // Before, the parameters are not those of a whole model, however well they score.
    if isWhole && configuration.evaluation.keepsBest
      && step + 1 >= configuration.evaluation.keepsFrom
      && scores.quality > best?.quality ?? -.infinity
    {
      best = Kept(
        step: step, quality: scores.quality, model: trainer.model, state: trainer.state)
    }
  }

  private func scores(
    _ split: SceneSplit, _ count: Int, _ latents: SceneLatents, after step: Int,
    monitor: RunMonitor = RunMonitor()
  ) throws -> SceneScores {
    try SceneScores(
      source: source, split: split, count: count, batchSize: configuration.evaluation.batchSize,
      latents: latents, monitor: monitor
    ) { trainer.decompose($0, after: step, latents: $1) }
  }

  private mutating func lookAtHealth(_ terms: [(name: String, value: Double)], step: Int) throws {
    let done = trainer.wholeStep(step + 1)
    guard configuration.health.step > 0 && done == configuration.health.step,
      let finding = trainer.finding(in: terms)
    else { return }
    switch configuration.health.action {
    case .note: warnings.append("health check after step \(step + 1): \(finding)")
    case .stop: throw RunError.unhealthy(finding: finding, step: step + 1)
    }
  }

  /// Tests the kept parameters, with sampled latents as the authors do and with posterior means; the boxes of the latter go to
  /// the run's `detections.jsonl`.
  mutating func finish(_ monitor: RunMonitor) throws -> RunResult {
    var result = RunResult(
      experiment: SceneExperiment.name, method: Kind.title,
      protocolName: configuration.data.source.rawValue,
      dataset: source.name, seed: configuration.seed, notes: warnings)
    if let note = configuration.data.fitNote(source) { result.notes.append(note) }
    if let set = source as? SceneSet { result.notes += set.notes }
    if let best {
      (trainer.model, trainer.state) = (best.model, best.state)
      result.notes.append(
        "parameters after step \(best.step + 1), the best on validation images")
    }
    let evaluation = configuration.evaluation
    if evaluation.keepsBest && evaluation.every > 0 && source.count(of: .validation) == 0 {
      result.notes.append("no validation images: the parameters after the last step")
    }
    let split: SceneSplit = source.count(of: .test) > 0 ? .test : .train
    if split == .train { result.notes.append("no test images: measured on training images") }
    let sampled = try scores(
      split, evaluation.testCount, .samples(random.stream("test")), after: stepCount,
      monitor: monitor)
    let mean = try scores(split, evaluation.testCount, .means, after: stepCount, monitor: monitor)
    for (name, value) in sampled.scalars + sampled.details { result.scalars[name] = value }
    for (name, value) in mean.scalars + mean.details { result.scalars["means/\(name)"] = value }
    if let none = sampled.undefinedNote(split) { result.notes.append(none) }
    if let left = sampled.detection?.counts.imagesLeftOut, left > 0 {
      result.notes.append("\(left) images without objects are left out of the count error")
    }
    if let folder {
      try AtomicFile.write(mean.lines(source, split), to: "\(folder)/detections.jsonl")
    }
    try draw(split)
    return result
  }

  /// The images that pictures show, and their boxes where they are known.
  private func shown(_ split: SceneSplit) throws -> (x: Tensor<Float>, truth: [SceneTruth]?)? {
    let count = min(configuration.evaluation.pictures, source.count(of: split))
    guard count > 0 else { return nil }
    let indices = Array(0..<count)
    return (
      try source.images(at: indices, of: split),
      source.hasBoxes(split) ? try source.truth(at: indices, of: split) : nil
    )
  }

  /// What the colours of boxes mean, for the caption of panels.
  private static func boxColours(known: Bool) -> String {
    known
      ? ": true boxes in white, those found in green where they fit one and in red where not"
      : ": the boxes found are yellow"
  }

  /// Writes the figures of the run.
  private func draw(_ split: SceneSplit) throws {
    guard let folder, let (x, truth) = try shown(split) else { return }
    let figures = FigureFolder("\(folder)/figures")
    let (model, state, first) = (trainer.model, trainer.state, x.rows(0..<1))
    func write(_ name: String, _ canvas: Canvas, _ caption: String) throws {
      try figures.write(Figure(name: name, png: canvas.png, caption: caption))
    }
    try write(
      "panels", model.decompose(x, state, latents: .means).panels(of: x, truth: truth),
      "What the model makes of \(split.rawValue) images\(Self.boxColours(known: truth != nil))")
    let pieces = model.pieces(of: first, state)
    try write(pieces.name, pieces.canvas, pieces.caption)
    if let traversals = model.traversalSheet(of: first, state) {
      try write(
        "traversals", traversals,
        "One latent number of the surest object changed: appearance, then its box")
    }
    if let samples = model.sample(count: 16, state, using: random.stream("samples")) {
      try write(
        "samples", PanelSheet(images: samples, inRowsOf: 8).canvas, "Images drawn from the prior")
    }
  }

  private static var saved: [SavedPart<Self>] {
    [
      // The digest of the data in states from before the runner noted all inputs.
      SavedPart(
        save: { _, _, _ in },
        restore: { whole, _, values in
          try whole.configuration.data.check(
            against: values.optional("data"), side: whole.configuration.model.side,
            in: whole.directories)
        }),
      .parameters("model", \.trainer.model),
      SavedPart(
        save: { whole, state, _ in state.set(under: "state", whole.trainer.state.namedTensors) },
        restore: { whole, state, _ in
          try whole.trainer.state.setTensors(to: state.tensors(under: "state"))
        }),
      SavedPart(
        save: { whole, state, values in
          for optimizer in whole.trainer.optimizers {
            state.set(
              under: optimizer.name, optimizer.state.tensors.map { ($0.key, $0.value) })
            values.set(optimizer.counter, optimizer.state.stepCount)
          }
        },
        restore: { whole, state, values in
          let others: Set = ["bestStep", "bestQuality", "warnings", "data"]
          try whole.trainer.restoreOptimizers(steps: values.integers(except: others)) {
            try state.tensors(under: $0)
          }
        }),
      .value("warnings", \.warnings),
      SavedPart(
        save: { whole, state, values in
          guard let best = whole.best else { return }
          state.set(under: "best", best.model.namedParameters)
          state.set(under: "best-state", best.state.namedTensors)
          values.set("bestStep", best.step)
          values.set("bestQuality", best.quality)
        },
        restore: { whole, state, values in
          guard let step: Int = try values.optional("bestStep"),
            let quality: Double = try values.optional("bestQuality")
          else { return }
          var (kept, keptState) = (whole.trainer.model, whole.trainer.state)
          try kept.setParameters(to: state.tensors(under: "best"))
          try keptState.setTensors(to: state.tensors(under: "best-state"))
          whole.best = Kept(step: step, quality: quality, model: kept, state: keptState)
        }),
    ]
  }

  /// Weights, moments, what moves beside them and the kept copy.
  func checkpoint() throws -> Checkpoint { try Self.saved.checkpoint(of: self, "scenes") }

  /// Continues from a saved state.
  ///
  /// - Throws: ``RunError/unreadable(path:expected:found:advice:)`` if the data are no longer those that the run began with.
  mutating func restore(_ checkpoint: Checkpoint) throws {
    try Self.saved.restore(&self, from: checkpoint, "scenes")
  }
}
