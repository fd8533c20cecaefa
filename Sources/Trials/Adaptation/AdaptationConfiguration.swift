import Datasets

/// The settings of a domain adaptation run: classify target images from labels of source images alone, by a representation that
/// says nothing about the domain (Chen et al. 2022; spec §8.3).
public struct AdaptationConfiguration: ImageConfiguration {
  /// The experiment.
  public var experiment = "adaptation"
  /// The seed of every stream.
  public var seed = 0
  /// Threads of the run.
  public var threads = 2

  /// The images of both domains.
  public struct Data: Codable, Sendable, Hashable {
    /// Images whose labels are known.
    public var source = ImageSource.digitTwin
    /// Images whose labels only the evaluation sees.
    public var target = ImageSource.digitTwinShifted
    /// The column of labels to predict.
    public var label = "digit"
    /// Training images of each domain, 0 for all.
    public var train = 0
    /// Test images of each domain, 0 for all.
    public var test = 0
    /// Whether training images are cropped at random (after a reflecting border of 4) and flipped.
    public var augments = false
  }
  /// The images of both domains.
  public var data = Data()

  /// The networks.
  public struct Model: Codable, Sendable, Hashable {
    /// Columns of `z_c` and of `z_d`.
    public var representation = 128
    /// What divides the channels of hidden layers.
    public var widthDivisor = 1
  }
  /// The networks.
  public var model = Model()

  /// The weights of the objective `α · CE(content) + β · CE(domain) + γ · J(z_c, z_d)`.
  public struct Weights: Codable, Sendable, Hashable {
    /// α, of the content classifier's cross-entropy on source images.
    public var content = 1.0
    /// β, of the domain classifier's cross-entropy.
    public var domain = 1.0
    /// γ, of the dependence.
    public var dependence = 0.1
  }
  /// The weights of the objective.
  public var weights = Weights()

  /// The dependence term.
  public var method = DependenceMethod.slice
  /// Whether target images are left out of training altogether: the baseline that adaptation has to beat.
  public var sourceOnly = false
  /// Passes over the source images.
  public var epochs = 81
  /// Images of each domain in a step.
  public var batchSize = 256
  /// Adam's learning rate.
  public var learningRate = 1e-3
  /// The epoch from which on the rate is a tenth, 0 for never.
  public var decayEpoch = 50
  /// Steps between two rows of the log.
  public var logEvery = 10

  /// The max-step; its sample is that many images of each domain.
  public var fit = ImageFitSettings()
  /// The sliced estimator.
  public var slice = SliceSettings()
  /// The other estimators.
  public var inner = InnerSettings()
  /// The measurements on frozen representations.
  public var evaluation = ImageEvaluationSettings()

  /// The authors' SLICE settings on MNIST and MNIST-M.
  public init() {
    fit.sampleSize = 2500
    inner.passes = 5
    inner.batchSize = 2500
  }

  /// One line a key.
  public static let documentation = DependenceMethod.documentation
    .merging(ImageFitSettings.documentation) { $1 }
    .merging(ImageEvaluationSettings.documentation) { $1 }
    .merging([
      "experiment": "the experiment: adaptation",
      "seed": "seed of weights, splits, shuffles and slices; 0 or more",
      "threads": "threads of the run, 1 to 1024; changes no result",
      "data.source": "images whose labels are known; those called …-twin need no file",
      "data.target": "images whose labels only the evaluation sees",
      "data.label": "the column of labels to predict, such as digit or class; both domains have it",
      "data.train": "training images of each domain, 0 for all",
      "data.test": "test images of each domain, 0 for all",
      "data.augments":
        "whether training images are cropped at random (after a reflecting border of 4) and flipped",
      "model.representation": "columns of z_c and of z_d, 1 to 4096",
      "model.widthDivisor":
        "what divides the channels of hidden layers: 1 (the paper's), 2, 4, 8 or 16",
      "weights.content": "α, weight of the content classifier's cross-entropy; not negative",
      "weights.domain": "β, weight of the domain classifier's cross-entropy; not negative",
      "weights.dependence": "γ, weight of the dependence of z_c and z_d; not negative",
      "sourceOnly":
        "whether target images are left out of training: the baseline; wants method none",
      "epochs": "passes over the source images, at least 1",
      "batchSize": "images of each domain in a step, at least 8",
      "learningRate": "Adam's learning rate (betas 0.5, 0.999), positive",
      "decayEpoch": "epoch from which on the rate is a tenth, 0 for never",
      "logEvery": "steps between two rows of the log, at least 1",
      "fit.sampleSize": "random training images of each domain in a max-step, at least 20",
    ]) { $1 }

  /// A form that ends in seconds.
  public static let quickOverrides: [(key: String, value: String)] =
    [
      ("data.train", "960"), ("data.test", "300"), ("epochs", "4"), ("batchSize", "32"),
      ("model.widthDivisor", "16"), ("model.representation", "16"), ("decayEpoch", "0"),
      ("fit.sampleSize", "200"), ("slice.count", "20"), ("inner.passes", "3"),
    ] + ImageEvaluationSettings.quickOverrides

  /// Checks ranges.
  public func validate() throws {
    try ConfigChecks.atLeast([("data.train", data.train, 0), ("data.test", data.test, 0)])
    try ConfigChecks.check(
      "sourceOnly", !sourceOnly || method == .none, "false, or true with method none",
      "true with method \(method.rawValue)")
    try ConfigChecks.notNegative([
      ("weights.content", weights.content), ("weights.domain", weights.domain),
      ("weights.dependence", weights.dependence),
    ])
    try validateTraining(
      representation: model.representation, widthDivisor: model.widthDivisor)
  }
}
