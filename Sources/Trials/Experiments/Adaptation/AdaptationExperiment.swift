import Datasets
import Foundation
import Infomin
import Layers
import Storage
import TensorCore

/// Classifies target images from the labels of source images alone (Chen et al. 2022, domain adaptation).
///
/// Minimises `α · CE(content head(z_c), source labels) + β · CE(domain head(z_d), domain) + γ · J(z_c, z_d)`. A step is one Adam
/// step on a batch of each domain; every few steps a max-step comes before it, on random images of both domains encoded with the
/// running statistics of the normalisations. SLICE's gradient reaches both encoders, that of all other terms `z_c` alone.
public struct AdaptationExperiment: Experiment, ImageExperiment {
  /// `adaptation`
  public static let name = "adaptation"
  /// For listings.
  public static let summary =
    "domain adaptation: classify target images by a representation that says nothing about the domain"

  let configuration: AdaptationConfiguration
  let source, target: ImageSplits
  let classes: Int
  let random: Philox
  private let folder: String?
  private let sourcePasses, targetPasses: ShuffledPasses
  let schedule: ImageSchedule
  private var training: ImageTraining<AdaptationModel<Float>, AdaptationModel<Float>.State>
  var model: AdaptationModel<Float> { training.model }
  var state: AdaptationModel<Float>.State { training.state }

  /// Loads the images and draws the initial weights.
  public init(configuration: AdaptationConfiguration, environment: RunEnvironment) throws {
    self.configuration = configuration
    let settings = configuration.data
    func load(_ source: ImageSource) throws -> ImageSplits {
      try source.load(
        in: environment.dataDirectories, side: 32, channels: 3,
        counts: (settings.train, 1, settings.test), seed: UInt64(configuration.seed))
    }
    target = try load(settings.target)
    source = ImageLabels.shared(try load(settings.source), with: target, label: settings.label)
    // Measured over both domains together.
    for domain in [source, target] { try Configuration.checkCounts(domain, least: 10) }
    classes = try ImageLabels.classCount(settings.label, of: source, key: "data.label")
    let found = try ImageLabels.classCount(settings.label, of: target, key: "data.label")
    try ConfigChecks.check(
      "data.target", found == classes,
      "images with \(classes) values of \(settings.label), as those of data.source", found)
    folder = environment.folder
    random = Philox(seed: UInt64(configuration.seed)).stream("adaptation")
    let size = min(configuration.batchSize, source.train.count, target.train.count)
    if configuration.method == .distance {
      try DistanceMemory.check(rows: size, key: "batchSize")
    }
    sourcePasses = ShuffledPasses(
      count: source.train.count, batchSize: size, random: random.stream("source"))
    targetPasses = ShuffledPasses(
      count: target.train.count, batchSize: size, random: random.stream("target"))
    schedule = ImageSchedule(configuration, images: source.train.count, batchSize: size)
    let columns = configuration.model.representation
    let model = AdaptationModel<Float>(
      channels: 3, classes: classes, outputs: columns,
      widthDivisor: configuration.model.widthDivisor, random: random.stream("model"))
    let estimator = configuration.method.estimator(
      inputs: columns, targets: columns, slice: configuration.slice, inner: configuration.inner,
      hidden: 256, random: random.stream("estimator"))
    training = ImageTraining(model, model.initialState, estimator)
  }

  /// The files of both sources of images.
  public static func inputs(
    configuration: AdaptationConfiguration, environment: RunEnvironment
  ) throws -> [InputFile] {
    let directories = environment.dataDirectories
    return try InputFile.files(of: configuration.data.source, key: "data.source", in: directories)
      + InputFile.files(of: configuration.data.target, key: "data.target", in: directories)
  }

  /// The gradient steps.
  public var stepCount: Int { schedule.stepCount }

  /// A max-step if it is due, and one gradient step.
  public mutating func advance(step: Int, log: inout StepLog) throws {
    let logs = try begin(step, log: &log)
    let learningRate = schedule.learningRate(at: step)
    let rows = sourcePasses.rows(ofStep: step)
    let labels = source.train.labels[configuration.data.label]!
    let draw = random.stream("step", step)
    let found = model.step(
      source: (
        augmented(source.train.images(rows), draw.stream("source")), rows.map { labels[$0] }
      ),
      target: configuration.sourceOnly
        ? nil
        : augmented(
          target.train.images(targetPasses.rows(ofStep: step)), draw.stream("target")),
      weights: configuration.terms, dependence: training.estimator,
      includingTarget: configuration.method == .slice, state: state, using: draw)
    training.update(with: found.gradient, state: found.state, rate: learningRate)
    guard logs || !found.losses.total.isFinite else { return }
    log["loss"] = found.losses.total
    log["loss/content"] = found.losses.content
    log["loss/domain"] = found.losses.domain
    log["dependence/batch"] = found.losses.dependence
    log["learning rate/Adam"] = learningRate
  }

  private func augmented(_ x: Tensor<Float>, _ draw: Philox) -> Tensor<Float> {
    guard configuration.data.augments else { return x }
    let images = x.shape[0]
    let cropped = ReflectedCrop<Float>(padding: 4, images: images, using: draw.stream("crop"))(x)
    return HorizontalFlip<Float>(images: images, using: draw.stream("flip"))(cropped)
  }

  /// Fits the estimator on random training images of both domains, in a shuffled order.
  mutating func maxStep(_ step: Int) throws -> FitReport {
    guard configuration.method != .none else { return FitReport(inSample: 0) }
    let draw = random.stream("max-step", step)
    let count = configuration.fit.sampleSize
    func sample(_ set: ImageSet, _ name: String) -> Tensor<Float> {
      var pick = draw.stream(name)
      return set.images(Array(pick.permutation(set.count).prefix(count)))
    }
    let x = Tensor.concatenate(
      [sample(source.train, "source"), sample(target.train, "target")], along: 0)
    var shuffle = draw.stream("shuffle")
    let order = shuffle.permutation(x.shape[0])
    return try training.fit(
      model.content(x, state.content).gather(rows: order),
      model.domain(x, state.domain).gather(rows: order), using: draw)
  }

  /// Weights, moments, running statistics and the estimator.
  public func checkpoint() throws -> Checkpoint { try training.checkpoint(Self.name) }

  /// Continues from a saved state.
  public mutating func restore(_ checkpoint: Checkpoint) throws {
    try training.restore(checkpoint, Self.name)
  }

  /// Measures both classifiers and the dependence of the frozen representations, and draws them.
  public mutating func finish(_ monitor: RunMonitor) throws -> RunResult {
    let name = configuration.sourceOnly ? "source only" : configuration.method.label
    var result = RunResult(
      experiment: Self.name, method: name, protocolName: configuration.data.label,
      dataset: "\(source.train.name) → \(target.train.name)", seed: configuration.seed,
      notes: training.warnings.sorted() + [source.train.provenance, target.train.provenance])
    let codes = AdaptationEvaluation(experiment: self).codes()
    try AdaptationEvaluation(experiment: self).measure(
      codes, using: random.stream("evaluation"), monitor: monitor, into: &result)
    if let folder {
      try AdaptationPictures(experiment: self).write(
        codes, to: FigureFolder("\(folder)/figures"))
    }
    return result
  }
}

extension AdaptationConfiguration {
  /// The weights as the model takes them.
  var terms: AdaptationModel<Float>.Weights {
    .init(
      content: weights.content, domain: sourceOnly ? 0 : weights.domain,
      dependence: method == .none ? 0 : weights.dependence)
  }
}
