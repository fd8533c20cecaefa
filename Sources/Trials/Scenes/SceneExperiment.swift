import Datasets
import Foundation
import Metrics
import Scenes
import Storage
import TensorCore

/// Learns to decompose scenes into objects and background with SPACE (Lin et al. 2020), and measures how well its boxes
/// fit.
///
/// A step is one gradient step. Batches are those of shuffled passes over the training images; every draw is a function
/// of seed, step and place, so that a resumed run is bit for bit the uninterrupted one.
public struct SceneExperiment: Experiment {
  /// `scenes`
  public static let name = "scenes"
  /// For listings.
  public static let summary =
    "SPACE: unsupervised decomposition of scenes into objects with boxes and background segments"

  let configuration: SceneConfiguration
  let source: any SceneSource
  let random: Philox
  private let folder: String?
  private let directories: [String]
  private(set) var model: SPACE<Float>
  private(set) var state: SPACE<Float>.State
  private var optimiser: SPACEOptimizer<Float>
  private var best: Kept?
  private var warnings: [String] = []

  /// The parameters with the best validation so far.
  private struct Kept {
    let step: Int
    let quality: Double
    let model: SPACE<Float>
    let state: SPACE<Float>.State
  }

  /// Opens the images and draws the initial weights.
  public init(configuration: SceneConfiguration, environment: RunEnvironment) throws {
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
    model = SPACE(
      try configuration.architecture(), settings: configuration.settings,
      random: random.stream("model"))
    state = model.initialState
    optimiser = SPACEOptimizer(
      foregroundRate: configuration.foregroundRate, backgroundRate: configuration.backgroundRate,
      clipNorm: configuration.clipNorm)
  }

  /// The file of images, or the pictures and boxes of a folder.
  public static func inputs(configuration: SceneConfiguration, environment: RunEnvironment) throws
    -> [InputFile]
  {
    try configuration.data.inputs(
      side: configuration.model.side, in: environment.dataDirectories)
  }

  /// The gradient steps.
  public var stepCount: Int { configuration.steps }

  /// The places of the training images of a step: shuffled passes, one after the other.
  func batch(at step: Int) -> [Int] {
    let available = source.count(of: .train)
    let count = configuration.data.count == 0 ? available : min(configuration.data.count, available)
    return ShuffledPasses(count: count, batchSize: configuration.batchSize, random: random)
      .rows(ofStep: step)
  }

  /// One gradient step; now and then a row of the log, and a validation.
  public mutating func advance(step: Int, log: inout StepLog) throws {
    let x = try source.images(at: batch(at: step), of: .train)
    let found =
      hasForeground(at: step) ? takeStep(x, step: step) : takeBackgroundStep(x, step: step)
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

  /// Whether a step trains the foreground too: not while the background has its head start.
  private func hasForeground(at step: Int) -> Bool { model.settings.wholeStep(step) >= 0 }

  /// What a gradient step found.
  private struct Found {
    let loss: Double
    let terms: [(name: String, value: Double)]
    let norm: Double
    /// The first parameter whose gradient is not finite, if any.
    let culprit: String?
    var isFinite: Bool { loss.isFinite && norm.isFinite }
  }

  /// A step of the whole model.
  private mutating func takeStep(_ x: Tensor<Float>, step: Int) -> Found {
    let found = model.evaluate(x, at: step, state, random: random)
    let done = model.settings.wholeStep(step)
    optimiser.foreground.learningRate =
      configuration.foregroundRate
      * (done < configuration.warmUpSteps
        ? Double(done + 1) / Double(configuration.warmUpSteps) : 1)
    let norm = optimiser.update(&model, with: found.gradient)
    return settle(loss: found.loss, found.terms, norm, found.state) {
      Self.firstNonFinite(found.gradient, of: $0)
    }
  }

  /// A step of the background alone, with the noise that it would have in a whole one.
  private mutating func takeBackgroundStep(_ x: Tensor<Float>, step: Int) -> Found {
    let noise = model.backgroundNoise(batch: x.shape[0], random: random.stream("noise", step))
    let found = model.evaluateBackground(x, noise, state)
    let norm = optimiser.update(&model.background, with: found.gradient)
    return settle(loss: found.terms.loss, found.terms.means, norm, found.state) {
      Self.firstNonFinite(found.gradient, of: $0.background).map { "background.\($0)" }
    }
  }

  /// Keeps the state after a step whose numbers are finite; else looks for the culprit, and all stays as it was before.
  private mutating func settle(
    loss: Double, _ terms: [(name: String, value: Double)], _ norm: Double,
    _ next: SPACE<Float>.State, culprit: (SPACE<Float>) -> String?
  ) -> Found {
    let isFinite = loss.isFinite && norm.isFinite
    if isFinite { state = next }
    return Found(loss: loss, terms: terms, norm: norm, culprit: isFinite ? nil : culprit(model))
  }

  private static func firstNonFinite<Model: Parameterized>(
    _ gradient: Model.Gradient, of model: Model
  ) -> String? where Model.Scalar == Float {
    model.parameters.first { parameter in
      parameter.gradient(in: gradient).withUnsafeBufferPointer { $0.contains { !$0.isFinite } }
    }?.name
  }

  /// Scores and shows what has been trained so far: the background alone while it has its head start.
  private mutating func validate(_ step: Int, log: inout StepLog) throws {
    let whole = hasForeground(at: step)
    let scores = try scores(
      .validation, configuration.evaluation.validationCount,
      .samples(random.stream("validation", step)), whole: whole)
    for (name, value) in scores.scalars { log["validation/\(name)"] = value }
    if let (x, truth) = try shown(.validation) {
      let seen = decomposition(of: x, .means, whole: whole)
      log.add(
        image: "validation", seen.panels(of: x, truth: truth).png,
        caption: "The first validation images\(Self.boxColours(known: truth != nil))")
    }
    // Before, the parameters are not those of a whole model, however well they score.
    if whole && configuration.evaluation.keepsBest && step + 1 >= configuration.evaluation.keepsFrom
      && scores.quality > best?.quality ?? -.infinity
    {
      best = Kept(step: step, quality: scores.quality, model: model, state: state)
    }
  }

  private func decomposition(of x: Tensor<Float>, _ latents: SceneLatents, whole: Bool)
    -> SceneDecomposition<Float>
  {
    whole
      ? model.decompose(x, state, latents: latents)
      : model.decomposeBackground(x, state, latents: latents)
  }

  private func scores(
    _ split: SceneSplit, _ count: Int, _ latents: SceneLatents, whole: Bool = true,
    monitor: RunMonitor = RunMonitor()
  ) throws -> SceneScores {
    try SceneScores(
      source: source, split: split, count: count, batchSize: configuration.evaluation.batchSize,
      latents: latents, monitor: monitor
    ) { decomposition(of: $0, $1, whole: whole) }
  }

  private mutating func lookAtHealth(_ terms: [(name: String, value: Double)], step: Int) throws {
    let done = model.settings.wholeStep(step + 1)
    guard configuration.health.step > 0 && done == configuration.health.step,
      let finding = SceneHealth.finding(
        terms, cells: model.architecture.cells, components: model.architecture.components)
    else { return }
    switch configuration.health.action {
    case .note: warnings.append("health check after step \(step + 1): \(finding)")
    case .stop: throw RunError.unhealthy(finding: finding, step: step + 1)
    }
  }

  /// Tests the kept parameters, with sampled latents as the authors do and with posterior means; the boxes of the latter go to
  /// the run's `detections.jsonl`.
  public mutating func finish(_ monitor: RunMonitor) throws -> RunResult {
    var result = RunResult(
      experiment: Self.name, method: "SPACE", protocolName: configuration.data.source.rawValue,
      dataset: source.name, seed: configuration.seed, notes: warnings)
    if let note = configuration.data.fitNote(source) { result.notes.append(note) }
    if let set = source as? SceneSet { result.notes += set.notes }
    if let best {
      (model, state) = (best.model, best.state)
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
      split, configuration.evaluation.testCount, .samples(random.stream("test")), monitor: monitor)
    let mean = try scores(split, configuration.evaluation.testCount, .means, monitor: monitor)
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
    let pictures = ScenePictures(model: model, state: state)
    let first = x.rows(0..<1)
    func write(_ name: String, _ canvas: Canvas, _ caption: String) throws {
      try figures.write(Figure(name: name, png: canvas.png, caption: caption))
    }
    try write(
      "panels", decomposition(of: x, .means, whole: true).panels(of: x, truth: truth),
      "What the model makes of \(split.rawValue) images\(Self.boxColours(known: truth != nil))")
    try write(
      "glimpses", pictures.glimpses(first),
      "The decoded cells of the first image with their presence, the surest first")
    try write(
      "traversals", pictures.traversals(first),
      "One latent number of the surest object changed: appearance, then its box")
    try write(
      "samples", pictures.samples(count: 16, using: random.stream("samples")),
      "Images drawn from the prior")
  }

  /// Weights, moments, running statistics and the kept copy.
  public func checkpoint() throws -> Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.set(under: "model", model.namedParameters)
    checkpoint.set(under: "state", state.namedTensors)
    let (front, back) = (optimiser.foreground.state, optimiser.background.state)
    checkpoint.set(under: "foreground", front.tensors.map { ($0.key, $0.value) })
    checkpoint.set(under: "background", back.tensors.map { ($0.key, $0.value) })
    if let best {
      checkpoint.set(under: "best", best.model.namedParameters)
      checkpoint.set(under: "best-state", best.state.namedTensors)
    }
    let counters = Counters(
      steps: front.stepCount, backgroundSteps: back.stepCount, bestStep: best?.step,
      bestQuality: best?.quality, warnings: warnings)
    checkpoint.metadata["scenes"] = try RunCoding.text(counters)
    return checkpoint
  }

  /// Continues from a saved state.
  ///
  /// - Throws: ``RunError/unreadable(path:expected:found:advice:)`` if the data are no longer those that the run began with.
  public mutating func restore(_ checkpoint: Checkpoint) throws {
    let counters = try RunCoding.decoder.decode(
      Counters.self, from: Data(checkpoint.text("scenes").utf8))
    try configuration.data.check(
      against: counters.data, side: configuration.model.side, in: directories)
    try model.setParameters(to: checkpoint.tensors(under: "model"))
    try state.setTensors(to: checkpoint.tensors(under: "state"))
    try optimiser.foreground.restore(
      OptimizerState(stepCount: counters.steps, tensors: checkpoint.tensors(under: "foreground")))
    try optimiser.background.restore(
      OptimizerState(
        stepCount: counters.backgroundSteps ?? counters.steps,
        tensors: checkpoint.tensors(under: "background")))
    warnings = counters.warnings
    if let step = counters.bestStep, let quality = counters.bestQuality {
      var (kept, keptState) = (model, state)
      try kept.setParameters(to: checkpoint.tensors(under: "best"))
      try keptState.setTensors(to: checkpoint.tensors(under: "best-state"))
      best = Kept(step: step, quality: quality, model: kept, state: keptState)
    }
  }

  private struct Counters: Codable {
    var steps: Int
    /// Of the background, which may have had a head start; `nil` in states from before there was one.
    var backgroundSteps: Int?
    var bestStep: Int?
    var bestQuality: Double?
    var warnings: [String]
    /// The digest of the data in states from before the runner noted all inputs.
    var data: String?
  }
}
