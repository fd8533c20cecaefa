import Datasets
import Settings

/// The settings of a domain adaptation run: classify target images from labels of source images alone, by a representation that
/// says nothing about the domain (Chen et al. 2022; spec §8.3).
public struct AdaptationConfiguration: ImageConfiguration {
  /// The experiment.
  @Setting("the experiment") public var experiment = "adaptation"
  /// The seed of every stream.
  @Setting("seed of weights, splits, shuffles and slices", 0...) public var seed = 0
  /// Threads of the run.
  @Setting(.threads) public var threads = 2

  /// The images of both domains.
  public struct Data: Codable, Sendable, Hashable {
    /// Images whose labels are known.
    @Setting("images whose labels are known; those called …-twin need no file")
    public var source = ImageSource.digitTwin
    /// Images whose labels only the evaluation sees.
    @Setting("images whose labels only the evaluation sees")
    public var target = ImageSource.digitTwinShifted
    /// The column of labels to predict.
    @Setting("the column of labels to predict, such as digit or class; both domains have it")
    public var label = "digit"
    /// Training images of each domain, 0 for all.
    @Setting("training images of each domain, 0 for all", 0..., quick: 960) public var train = 0
    /// Test images of each domain, 0 for all.
    @Setting("test images of each domain, 0 for all", 0..., quick: 300) public var test = 0
    /// Whether training images are cropped at random (after a reflecting border of 4) and flipped.
    @Setting(
      "whether training images are cropped at random (after a reflecting border of 4) and flipped")
    public var augments = false
  }
  /// The images of both domains.
  public var data = Data()

  /// The networks.
  public struct Model: Codable, Sendable, Hashable {
    /// Columns of `z_c` and of `z_d`.
    @Setting("columns of z_c and of z_d", ConfigRanges.width, quick: 16)
    public var representation = 128
    /// What divides the channels of hidden layers.
    @Setting(
      "what divides the channels of hidden layers (1 in the paper)", .among([1, 2, 4, 8, 16]),
      quick: 16)
    public var widthDivisor = 1
  }
  /// The networks.
  public var model = Model()

  /// The weights of the objective `α · CE(content) + β · CE(domain) + γ · J(z_c, z_d)`.
  public struct Weights: Codable, Sendable, Hashable {
    /// α, of the content classifier's cross-entropy on source images.
    @Setting("α, weight of the content classifier's cross-entropy", 0...) public var content = 1.0
    /// β, of the domain classifier's cross-entropy.
    @Setting("β, weight of the domain classifier's cross-entropy", 0...) public var domain = 1.0
    /// γ, of the dependence.
    @Setting("γ, weight of the dependence of z_c and z_d", 0...) public var dependence = 0.1
  }
  /// The weights of the objective.
  public var weights = Weights()

  /// The dependence term.
  @Setting("the dependence term") public var method = DependenceMethod.slice
  /// Whether target images are left out of training altogether: the baseline that adaptation has to beat.
  @Setting("whether target images are left out of training: the baseline; wants method none")
  public var sourceOnly = false
  /// Passes over the source images.
  @Setting("passes over the source images", 1..., quick: 4) public var epochs = 81
  /// Images of each domain in a step.
  @Setting("images of each domain in a step", 8..., quick: 32) public var batchSize = 256
  /// Adam's learning rate.
  @Setting("Adam's learning rate (betas 0.5, 0.999)", .positive) public var learningRate = 1e-3
  /// The epoch from which on the rate is a tenth, 0 for never.
  @Setting("epoch from which on the rate is a tenth, 0 for never", 0..., quick: 0)
  public var decayEpoch = 50
  /// Steps between two rows of the log.
  @Setting("steps between two rows of the log", 1...) public var logEvery = 10

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
    fit.$sampleSize.meaning = "random training images of each domain in a max-step"
    fit.$sampleSize.quick = 200
    slice.$count.quick = 20
    inner.passes = 5
    inner.$passes.quick = 3
    inner.batchSize = 2500
  }

  /// Checks that the baseline has no dependence term.
  public func validate() throws {
    try ConfigChecks.check(
      "sourceOnly", !sourceOnly || method == .none, "false, or true with method none",
      "true with method \(method.rawValue)")
  }
}
