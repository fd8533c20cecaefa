import Infomin
import Settings
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
  /// `toy-gaussian`
  @Setting("the experiment") public var experiment = "toy-gaussian"
  /// The seed of every stream.
  @Setting("seed of samples, slices and critics", 0...) public var seed = 0
  /// Threads of the run.
  @Setting(.threads) public var threads = 1
  /// The dependence term.
  @Setting("the dependence term that is minimised") public var method = ToyGaussianMethod.slice
  /// Whether `T` is `(exp q₁, tanh q₂)` of mixed `y`, or `y` itself.
  @Setting("whether T is (exp q₁, tanh q₂) of mixed y; an invertible map") public var warp = true
  /// Optimisation steps; the quick form goes up to the step that the expected range is about, and a little more.
  @Setting("optimisation steps, of which ten are one step of the run", 10..., quick: 800)
  public var steps = 1500
  /// The angle of both pairs at the start.
  @Setting("the angle a of both pairs at the start, in radians", .between(0, .pi / 4))
  public var start = 0.55
  /// Rows of a step.
  @Setting("rows of a step", 20...10_000) public var batchSize = 250
  /// Adam's learning rate on the angles.
  @Setting("Adam's learning rate on the angles", .positive) public var learningRate = 1e-3

  /// The sliced estimator.
  public struct SliceSettings: Codable, Sendable, Hashable {
    /// `S`, slices of each side.
    @Setting("S, slices of each side", ConfigRanges.slices) public var count = 50
    /// Fresh rows of each solve.
    @Setting("fresh rows of each solve: four fifths fit, the rest are held out", 20...1_000_000)
    public var rows = 2500
    /// A sum over all slices, or the best pair.
    @Setting(
      "joint: a sum over all slices (the authors' code); pair: the best single pair (the paper)")
    public var form = SlicedDependence<Float>.Form.joint
    /// Added to the diagonal of both covariances.
    @Setting("added to the diagonal of both covariances", .positive) public var ridge = 1e-3
  }
  /// The sliced estimator.
  public var slice = SliceSettings()

  /// The critics of CLUB, RENYI and TC.
  public struct Critic: Codable, Sendable, Hashable {
    /// Hidden units; CLUB divides them between its two networks.
    @Setting("hidden units of a critic; CLUB has half of them in each network", 2...4096)
    public var hidden = 50
    /// Critic's steps before each step of the angles, each on a fresh batch.
    @Setting("critic's steps before each step of the angles", 1...1000) public var steps = 5
    /// Adam's learning rate on the critic.
    @Setting("Adam's learning rate on the critic", .positive) public var learningRate = 1e-3
  }
  /// The critics of CLUB, RENYI and TC.
  public var critic = Critic()

  /// The defaults: SLICE with the warp.
  public init() {}

  /// Checks that steps come in tens.
  public func validate() throws {
    try ConfigChecks.check("steps", steps % 10 == 0, "a multiple of 10", steps)
  }
}
