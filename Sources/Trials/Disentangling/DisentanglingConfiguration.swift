import Datasets

/// The settings of a disentanglement run: representations of images that say nothing about their label (Chen et al. 2022;
/// spec §8.2).
public struct DisentanglingConfiguration: ImageConfiguration {
  /// The experiment.
  public var experiment = "disentangling"
  /// The seed of every stream.
  public var seed = 0
  /// Threads of the run.
  public var threads = 2

  /// The images and their label.
  public struct Data: Codable, Sendable, Hashable {
    /// The images.
    public var source = ImageSource.spriteTwin
    /// The column of labels that `Z` must hide, `T`.
    public var label = "shape"
    /// Channels of an image.
    public var channels = 1
    /// Images to train on, 0 for all.
    public var train = 0
    /// Images to validate on, 0 for all.
    public var validation = 0
    /// Images to test on, 0 for all.
    public var test = 0
  }
  /// The images and their label.
  public var data = Data()

  /// The networks.
  public struct Model: Codable, Sendable, Hashable {
    /// Columns of `Z`.
    public var representation = 256
    /// What divides the channels of hidden layers.
    public var widthDivisor = 1
    /// Whether the label head's softmax is applied twice, as in the authors' code.
    public var doubleSoftmax = false
  }
  /// The networks.
  public var model = Model()

  /// The weights of the objective `α · MSE + β · CE + γ · J`.
  public struct Weights: Codable, Sendable, Hashable {
    /// α, of the mean squared error of reconstructions.
    public var reconstruction = 1.0
    /// β, of the label head's cross-entropy.
    public var label = 1.0
    /// γ, of the dependence.
    public var dependence = 0.1
  }
  /// The weights of the objective.
  public var weights = Weights()

  /// The dependence term.
  public var method = DependenceMethod.slice
  /// Passes over the training images.
  public var epochs = 51
  /// Images of a step.
  public var batchSize = 256
  /// Adam's learning rate.
  public var learningRate = 5e-4
  /// The epoch from which on the rate is a tenth, 0 for never.
  public var decayEpoch = 40
  /// Steps between two rows of the log.
  public var logEvery = 10

  /// The max-step.
  public var fit = ImageFitSettings()
  /// The sliced estimator.
  public var slice = SliceSettings()
  /// The other estimators.
  public var inner = InnerSettings()
  /// The measurements on frozen representations.
  public var evaluation = ImageEvaluationSettings()

  /// The authors' SLICE settings on dSprites.
  public init() {
    slice.count = 250
    inner.passes = 10
    inner.learningRate = 1e-3
    inner.batchSize = 5000
  }

  /// One line a key.
  public static let documentation = DependenceMethod.documentation
    .merging(ImageFitSettings.documentation) { $1 }
    .merging(ImageEvaluationSettings.documentation) { $1 }
    .merging([
      "experiment": "the experiment: disentangling",
      "seed": "seed of weights, splits, shuffles and slices; 0 or more",
      "threads": "threads of the run, 1 to 1024; changes no result",
      "data.source": "the images, see `tessera data list`; those called …-twin need no file",
      "data.label": "the column of labels that Z must hide, such as shape, digit or expression",
      "data.channels": "channels of an image: 1 (grey) or 3",
      "data.train": "images to train on, 0 for all of the source's",
      "data.validation": "images to validate on, 0 for all",
      "data.test": "images to test on, 0 for all",
      "model.representation": "columns of Z, 1 to 4096",
      "model.widthDivisor":
        "what divides the channels of hidden layers: 1 (the paper's), 2, 4, 8 or 16",
      "model.doubleSoftmax":
        "whether the label head's softmax is applied twice, as in the authors' code",
      "weights.reconstruction": "α, weight of the mean squared error; not negative",
      "weights.label": "β, weight of the label head's cross-entropy; not negative",
      "weights.dependence": "γ, weight of the dependence of Z and T; not negative",
      "epochs": "passes over the training images, at least 1",
      "batchSize": "images of a step, at least 8",
      "learningRate": "Adam's learning rate (betas 0.5, 0.999), positive",
      "decayEpoch": "epoch from which on the rate is a tenth, 0 for never",
      "logEvery": "steps between two rows of the log, at least 1",
    ]) { $1 }

  /// A form that ends in seconds, with no more images than the smallest set of the paper's tasks has: 624 faces.
  public static let quickOverrides: [(key: String, value: String)] =
    [
      ("data.train", "240"), ("data.validation", "24"), ("data.test", "136"), ("epochs", "10"),
      ("batchSize", "32"), ("model.widthDivisor", "16"), ("model.representation", "16"),
      ("decayEpoch", "0"), ("fit.sampleSize", "400"), ("slice.count", "20"), ("inner.passes", "3"),
    ] + ImageEvaluationSettings.quickOverrides

  /// Checks ranges.
  public func validate() throws {
    try ConfigChecks.atLeast([
      ("data.train", data.train, 0), ("data.validation", data.validation, 0),
      ("data.test", data.test, 0),
    ])
    try ConfigChecks.check(
      "data.channels", [1, 3].contains(data.channels), "1 or 3", data.channels)
    try ConfigChecks.notNegative([
      ("weights.reconstruction", weights.reconstruction), ("weights.label", weights.label),
      ("weights.dependence", weights.dependence),
    ])
    try validateTraining(
      representation: model.representation, widthDivisor: model.widthDivisor)
  }
}
