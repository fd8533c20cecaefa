import Datasets
import Settings

/// The settings of a disentanglement run: representations of images that say nothing about their label (Chen et al. 2022;
/// spec §8.2). The quick form has no more images than the smallest set of the paper's tasks has: 624 faces.
public struct DisentanglingConfiguration: ImageConfiguration {
  /// The experiment.
  @Setting("the experiment") public var experiment = "disentangling"
  /// The seed of every stream.
  @Setting("seed of weights, splits, shuffles and slices", 0...) public var seed = 0
  /// Threads of the run.
  @Setting(.threads) public var threads = 2

  /// The images and their label.
  public struct Data: Codable, Sendable, Hashable {
    /// The images.
    @Setting("the images, see `tessera data list`; those called …-twin need no file")
    public var source = ImageSource.spriteTwin
    /// The column of labels that `Z` must hide, `T`.
    @Setting("the column of labels that Z must hide, such as shape, digit or expression")
    public var label = "shape"
    /// Channels of an image.
    @Setting("channels of an image (1 is grey)", .among([1, 3])) public var channels = 1
    /// Images to train on, 0 for all.
    @Setting("images to train on, 0 for all of the source's", 0..., quick: 240) public var train = 0
    /// Images to validate on, 0 for all.
    @Setting("images to validate on, 0 for all", 0..., quick: 24) public var validation = 0
    /// Images to test on, 0 for all.
    @Setting("images to test on, 0 for all", 0..., quick: 136) public var test = 0
  }
  /// The images and their label.
  public var data = Data()

  /// The networks.
  public struct Model: Codable, Sendable, Hashable {
    /// Columns of `Z`.
    @Setting("columns of Z", ConfigRanges.width, quick: 16) public var representation = 256
    /// What divides the channels of hidden layers.
    @Setting(
      "what divides the channels of hidden layers (1 in the paper)", .among([1, 2, 4, 8, 16]),
      quick: 16)
    public var widthDivisor = 1
    /// Whether the label head's softmax is applied twice, as in the authors' code.
    @Setting("whether the label head's softmax is applied twice, as in the authors' code")
    public var doubleSoftmax = false
  }
  /// The networks.
  public var model = Model()

  /// The weights of the objective `α · MSE + β · CE + γ · J`.
  public struct Weights: Codable, Sendable, Hashable {
    /// α, of the mean squared error of reconstructions.
    @Setting("α, weight of the mean squared error", 0...) public var reconstruction = 1.0
    /// β, of the label head's cross-entropy.
    @Setting("β, weight of the label head's cross-entropy", 0...) public var label = 1.0
    /// γ, of the dependence.
    @Setting("γ, weight of the dependence of Z and T", 0...) public var dependence = 0.1
  }
  /// The weights of the objective.
  public var weights = Weights()

  /// The dependence term.
  @Setting("the dependence term") public var method = DependenceMethod.slice
  /// Passes over the training images.
  @Setting("passes over the training images", 1..., quick: 10) public var epochs = 51
  /// Images of a step.
  @Setting("images of a step", 8..., quick: 32) public var batchSize = 256
  /// Adam's learning rate.
  @Setting("Adam's learning rate (betas 0.5, 0.999)", .positive) public var learningRate = 5e-4
  /// The epoch from which on the rate is a tenth, 0 for never.
  @Setting("epoch from which on the rate is a tenth, 0 for never", 0..., quick: 0)
  public var decayEpoch = 40
  /// Steps between two rows of the log.
  @Setting("steps between two rows of the log", 1...) public var logEvery = 10

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
    slice.$count.quick = 20
    fit.$sampleSize.quick = 400
    inner.passes = 10
    inner.$passes.quick = 3
    inner.learningRate = 1e-3
    inner.batchSize = 5000
  }
}
