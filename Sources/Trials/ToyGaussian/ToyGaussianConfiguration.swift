import Infomin
import TensorCore

/// The dependence terms of the toy.
public enum ToyGaussianMethod: String, Codable, Sendable, CaseIterable {
  /// The sliced estimator, solved on fresh samples at each step.
  case slice
  /// The variational contrastive log-ratio bound.
  case club
  /// Neural Rényi.
  case renyi
  /// Neural total correlation.
  case tc
  /// The mean magnitude of correlations.
  case pearson
  /// Distance correlation.
  case distance

  /// The name in tables and pictures.
  public var label: String {
    switch self {
    case .slice: "SLICE"
    case .club: "CLUB"
    case .renyi: "RENYI"
    case .tc: "TC"
    case .pearson: "PEARSON"
    case .distance: "DC"
    }
  }
}

/// The settings of the toy: bring the mutual information of two Gaussian pairs down (Chen et al. 2022, demonstration
/// notebook; spec §8.4).
public struct ToyGaussianConfiguration: ExperimentConfiguration {
  /// The experiment.
  public var experiment = "toy-gaussian"
  /// The seed of every stream.
  public var seed = 0
  /// Threads of the run.
  public var threads = 1
  /// The dependence term.
  public var method = ToyGaussianMethod.slice
  /// Whether `T` is `(exp q₁, tanh q₂)` of mixed `y`, or `y` itself.
  public var warp = true
  /// Optimisation steps; ten of them are one step of the run.
  public var steps = 1500
  /// The angle of both pairs at the start.
  public var start = 0.55
  /// Rows of a step.
  public var batchSize = 250
  /// Adam's learning rate on the angles.
  public var learningRate = 1e-3

  /// The sliced estimator.
  public struct SliceSettings: Codable, Sendable, Hashable {
    /// S.
    public var count = 50
    /// Fresh rows of each solve.
    public var rows = 2500
    /// joint or pair.
    public var form = SlicedDependence<Float>.Form.joint
    /// Added to the diagonal of both covariances.
    public var ridge = 1e-3
  }
  /// The sliced estimator.
  public var slice = SliceSettings()

  /// The critics of CLUB, RENYI and TC.
  public struct Critic: Codable, Sendable, Hashable {
    /// Hidden units; CLUB divides them between its two networks.
    public var hidden = 50
    /// Critic's steps before each step of the angles, each on a fresh batch.
    public var steps = 5
    /// Adam's learning rate on the critic.
    public var learningRate = 1e-3
  }
  /// The critics of CLUB, RENYI and TC.
  public var critic = Critic()

  /// The defaults: SLICE with the warp.
  public init() {}

  /// One line a key.
  public static let documentation: [String: String] = [
    "experiment": "the experiment: toy-gaussian",
    "seed": "seed of samples, slices and critics; 0 or more",
    "threads": "threads of the run, 1 to 1024; changes no result",
    "method": "the dependence term that is minimised",
    "warp": "whether T is (exp q₁, tanh q₂) of mixed y; an invertible map",
    "steps": "optimisation steps, at least 10; ten are one step of the run",
    "start": "the angle a of both pairs at the start, in radians, in (0, π/4)",
    "batchSize": "rows of a step, 20 to 10000",
    "learningRate": "Adam's learning rate on the angles, positive",
    "slice.count": "S, slices of each side, 1 to 2000",
    "slice.rows": "fresh rows of each solve, 20 to 1000000; four fifths fit, the rest are held out",
    "slice.form":
      "joint: a sum over all slices (the authors' code); pair: the best single pair (the paper)",
    "slice.ridge": "added to the diagonal of both covariances, positive",
    "critic.hidden": "hidden units of a critic, 2 to 4096; CLUB has half of them in each network",
    "critic.steps": "critic's steps before each step of the angles, 1 to 1000",
    "critic.learningRate": "Adam's learning rate on the critic, positive",
  ]

  /// Up to the step that the expected range is about, and a little more.
  public static let quickOverrides: [(key: String, value: String)] = [("steps", "800")]

  /// Checks ranges.
  public func validate() throws {
    try ConfigChecks.atLeast([
      ("seed", seed, 0), ("steps", steps, 10),
    ])
    try ConfigChecks.within([
      ("threads", threads, ConfigRanges.threads), ("batchSize", batchSize, 20...10_000),
      ("slice.count", slice.count, ConfigRanges.slices), ("slice.rows", slice.rows, 20...1_000_000),
      ("critic.hidden", critic.hidden, 2...4096), ("critic.steps", critic.steps, 1...1000),
    ])
    try ConfigChecks.positive([
      ("learningRate", learningRate), ("slice.ridge", slice.ridge),
      ("critic.learningRate", critic.learningRate),
    ])
    try ConfigChecks.check(
      "start", start > 0 && start < Double.pi / 4, "an angle between 0 and π/4 = 0.785", start)
    try ConfigChecks.check("steps", steps % 10 == 0, "a multiple of 10", steps)
  }
}
