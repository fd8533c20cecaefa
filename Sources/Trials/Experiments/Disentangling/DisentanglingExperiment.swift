import Datasets
import Foundation
import Infomin
import Layers
import Storage
import TensorCore

/// Learns a representation of images that rebuilds them together with their label, and says nothing about that label
/// (Chen et al. 2022, disentanglement).
///
/// Minimises `α · MSE(G(E₁(x), t), x) + β · CE(label head) + γ · J(E₁(x), t)`. A step is one Adam step; every few steps a
/// max-step comes before it, on random training images encoded with the running statistics of the normalisations.
public struct DisentanglingExperiment: Experiment, ImageExperiment {
  /// `disentangling`
  public static let name = "disentangling"
  /// For listings.
  public static let summary =
    "label-irrelevant representations of images: rebuild x from Z and T while Z says nothing about T"

  let configuration: DisentanglingConfiguration
  let data: ImageSplits
  let classes: Int
  let random: Philox
  private let folder: String?
  private let passes: ShuffledPasses
  let schedule: ImageSchedule
  private var training: ImageTraining<DisentanglingModel<Float>, DisentanglingModel<Float>.State>
  var model: DisentanglingModel<Float> { training.model }
  var state: DisentanglingModel<Float>.State { training.state }

  /// Loads the images and draws the initial weights.
  public init(configuration: DisentanglingConfiguration, environment: RunEnvironment) throws {
    self.configuration = configuration
    let settings = configuration.data
    data = try settings.source.load(
      in: environment.dataDirectories, side: 32, channels: settings.channels,
      counts: (settings.train, settings.validation, settings.test),
      seed: UInt64(configuration.seed))
    try Configuration.checkCounts(data, least: 20)
    classes = try ImageLabels.classCount(settings.label, of: data, key: "data.label")
    if configuration.method == .distance {
      try DistanceMemory.check(
        rows: min(configuration.batchSize, data.train.count), key: "batchSize")
    }
    folder = environment.folder
    random = Philox(seed: UInt64(configuration.seed)).stream("disentangling")
    passes = ShuffledPasses(
      count: data.train.count, batchSize: min(configuration.batchSize, data.train.count),
      random: random)
    schedule = ImageSchedule(
      configuration, images: data.train.count, batchSize: passes.batchSize)
    var model = DisentanglingModel<Float>(
      channels: settings.channels, classes: classes,
      outputs: configuration.model.representation,
      widthDivisor: configuration.model.widthDivisor, random: random.stream("model"))
    model.doubleSoftmax = configuration.model.doubleSoftmax
    let estimator = configuration.method.estimator(
      inputs: configuration.model.representation, targets: classes, slice: configuration.slice,
      inner: configuration.inner, hidden: 256, random: random.stream("estimator"))
    training = ImageTraining(model, model.initialState, estimator)
  }

  /// The files of the source of images.
  public static func inputs(
    configuration: DisentanglingConfiguration, environment: RunEnvironment
  ) throws -> [InputFile] {
    try InputFile.files(
      of: configuration.data.source, key: "data.source", in: environment.dataDirectories)
  }

  /// The gradient steps.
  public var stepCount: Int { schedule.stepCount }

  /// A max-step if it is due, and one gradient step.
  public mutating func advance(step: Int, log: inout StepLog) throws {
    let logs = try begin(step, log: &log)
    let learningRate = schedule.learningRate(at: step)
    let rows = passes.rows(ofStep: step)
    let found = model.step(
      data.train.images(rows), labels: labels(of: data.train, rows), weights: configuration.terms,
      dependence: training.estimator, state: state, using: random.stream("step", step))
    training.update(with: found.gradient, state: found.state, rate: learningRate)
    guard logs || !found.losses.total.isFinite else { return }
    log["loss"] = found.losses.total
    log["loss/reconstruction"] = found.losses.reconstruction
    log["loss/label"] = found.losses.label
    log["dependence/batch"] = found.losses.dependence
    log["learning rate/Adam"] = learningRate
  }

  /// Fits the estimator on random training images.
  mutating func maxStep(_ step: Int) throws -> FitReport {
    guard configuration.method != .none else { return FitReport(inSample: 0) }
    let draw = random.stream("max-step", step)
    var pick = draw.stream("sample")
    let rows = Array(pick.permutation(data.train.count).prefix(configuration.fit.sampleSize))
    let z = model.content(data.train.images(rows), state.content)
    return try training.fit(z, oneHot(data.train, rows), using: draw)
  }

  func labels(of set: ImageSet, _ rows: [Int]) -> [Int] {
    let column = set.labels[configuration.data.label]!
    return rows.map { column[$0] }
  }

  func oneHot(_ set: ImageSet, _ rows: [Int]) -> Tensor<Float> {
    .oneHot(labels(of: set, rows), classCount: classes)
  }

  /// Weights, moments, running statistics and the estimator.
  public func checkpoint() throws -> Checkpoint { try training.checkpoint(Self.name) }

  /// Continues from a saved state.
  public mutating func restore(_ checkpoint: Checkpoint) throws {
    try training.restore(checkpoint, Self.name)
  }

  /// Measures the frozen representation, and draws what it makes of test images.
  public mutating func finish(_ monitor: RunMonitor) throws -> RunResult {
    var result = RunResult(
      experiment: Self.name, method: configuration.method.label,
      protocolName: configuration.data.label, dataset: data.train.name, seed: configuration.seed,
      notes: training.warnings.sorted() + [data.train.provenance])
    try DisentanglingEvaluation(experiment: self).measure(
      using: random.stream("evaluation"), monitor: monitor, into: &result)
    if let folder {
      try DisentanglingPictures(experiment: self).write(to: FigureFolder("\(folder)/figures"))
    }
    return result
  }
}

extension DisentanglingConfiguration {
  /// The weights as the model takes them.
  var terms: DisentanglingModel<Float>.Weights {
    .init(
      reconstruction: weights.reconstruction, label: weights.label,
      dependence: method == .none ? 0 : weights.dependence)
  }
}
