import Infomin
import TensorCore

/// The settings of the sliced estimator.
public struct SliceSettings: Codable, Sendable, Hashable {
  /// S.
  public var count = 100
  /// joint or pair.
  public var form = SlicedDependence<Float>.Form.joint
  /// How directions are drawn.
  public var mode = SliceMode.sphere
  /// Added to the diagonal of both covariances.
  public var ridge = 1e-3
  /// 0 for the analytic solve, else steps of gradient ascent on the weights.
  public var gradientSteps = 0
  /// Learning rate of the gradient ascent.
  public var gradientRate = 0.01

  /// The authors' settings for fairness.
  public init() {}

  /// Checks ranges.
  func validate() throws {
    try ConfigChecks.within([
      ("slice.count", count, ConfigRanges.slices),
      ("slice.gradientSteps", gradientSteps, 0...ConfigRanges.innerSteps),
    ])
    try ConfigChecks.positive([("slice.ridge", ridge), ("slice.gradientRate", gradientRate)])
  }

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
  public var passes = 3
  /// Adam's learning rate.
  public var learningRate = 5e-4
  /// Rows of an inner step.
  public var batchSize = 1024
  /// Whether the first pass only measures, as in the authors' code.
  public var firstPassIdle = true
  /// Whether TC's value is clamped at independence.
  public var clampsAtIndependence = false
  /// Which centring distance correlation takes.
  public var centring = DistanceCorrelation<Float>.Centring.official

  /// The authors' settings for fairness.
  public init() {}

  /// Checks ranges.
  func validate() throws {
    try ConfigChecks.atLeast([("inner.batchSize", batchSize, 4)])
    try ConfigChecks.within([("inner.passes", passes, 1...ConfigRanges.innerSteps)])
    try ConfigChecks.positive([("inner.learningRate", learningRate)])
  }

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
