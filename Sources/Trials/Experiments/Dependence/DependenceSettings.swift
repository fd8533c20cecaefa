import Infomin
import Settings
import TensorCore

/// The settings of the sliced estimator.
public struct SliceSettings: Codable, Sendable, Hashable {
  /// `S`, slices of each side.
  @Setting("S, slices of each side", ConfigRanges.slices) public var count = 100
  /// A sum over all slices, or the best pair.
  @Setting(
    "joint: a sum over all slices (the authors' code); pair: the best single pair (the paper)")
  public var form = SlicedDependence<Float>.Form.joint
  /// How directions are drawn.
  @Setting("sphere, orthogonal or gaussian directions") public var mode = SliceMode.sphere
  /// Added to the diagonal of both covariances.
  @Setting("added to the diagonal of both covariances", .positive) public var ridge = 1e-3
  /// 0 for the analytic solve, else steps of gradient ascent on the weights.
  @Setting("0: analytic solve; else Adam steps on the weights", 0...ConfigRanges.innerSteps)
  public var gradientSteps = 0
  /// Learning rate of the gradient ascent.
  @Setting("learning rate of the weights' gradient ascent", .positive) public var gradientRate =
    0.01

  /// The authors' settings for fairness.
  public init() {}

  /// The estimator.
  var estimator: SlicedDependence<Float> {
    SlicedDependence(
      sliceCount: count, form: form, mode: mode,
      solver: gradientSteps == 0
        ? .analytic : .gradient(steps: gradientSteps, learningRate: gradientRate),
      ridge: ridge)
  }
}

/// The settings of the other estimators: the inner loop of those with a critic.
public struct InnerSettings: Codable, Sendable, Hashable {
  /// L₂, passes at each max-step.
  @Setting("L₂, passes of the critic at each max-step", 1...ConfigRanges.innerSteps)
  public var passes = 3
  /// Adam's learning rate.
  @Setting("the critic's learning rate", .positive) public var learningRate = 5e-4
  /// Rows of an inner step.
  @Setting("rows of a critic's step", 4...) public var batchSize = 1024
  /// Whether the first pass only measures, as in the authors' code.
  @Setting("whether the first pass only measures, as in the authors' code")
  public var firstPassIdle = true
  /// Whether TC's value is clamped at independence.
  @Setting("whether TC stops at −ln 2, where its critic knows nothing")
  public var clampsAtIndependence = false
  /// Which centring distance correlation takes.
  @Setting("distance correlation: official (diagonal kept) or unbiased")
  public var centring = DistanceCorrelation<Float>.Centring.official

  /// The authors' settings for fairness.
  public init() {}

  /// The inner loop.
  var training: InnerTraining {
    InnerTraining(
      learningRate: learningRate, batchSize: batchSize, passes: passes, firstPassIdle: firstPassIdle
    )
  }
}

extension DependenceMethod {
  /// The estimator between representations of `inputs` columns and targets of `targets` columns.
  ///
  /// - Parameter hidden: units of RENYI's hidden layer: 128 in the authors' fairness experiments, 256 on images.
  func estimator(
    inputs: Int, targets: Int, slice: SliceSettings, inner: InnerSettings, hidden: Int = 128,
    random: Philox
  ) -> any DependenceEstimator<Float> {
    switch self {
    case .none: NoDependence()
    case .noneOfficial, .pearson: PearsonTerm()
    case .distance: DistanceCorrelation(inner.centring)
    case .slice: SlicedTerm(slice.estimator)
    case .renyi:
      NeuralRenyi(
        inputs: inputs, targets: targets, hidden: [hidden], training: inner.training, random: random
      )
    case .tc:
      NeuralTotalCorrelation(
        inputs: inputs, targets: targets, training: inner.training,
        clampsAtIndependence: inner.clampsAtIndependence, random: random)
    case .club:
      CLUB(inputs: inputs, targets: targets, training: inner.training, random: random)
    }
  }
}
