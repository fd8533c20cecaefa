/// When an image experiment's max-step runs, and on how many images.
public struct ImageFitSettings: Codable, Sendable, Hashable {
  /// Steps from one max-step to the next.
  public var every = 2
  /// Random training images of a max-step.
  public var sampleSize = 10_000

  /// The authors' settings for disentanglement.
  public init() {}

  static let documentation: [String: String] = [
    "fit.every": "steps from one max-step to the next, at least 1",
    "fit.sampleSize": "random training images of a max-step, at least 20",
  ]

  /// Checks ranges.
  func validate() throws {
    try ConfigChecks.atLeast([("fit.every", every, 1), ("fit.sampleSize", sampleSize, 20)])
  }
}

/// The measurements on frozen representations of images.
public struct ImageEvaluationSettings: Codable, Sendable, Hashable {
  /// Training images that metrics learn on, at most.
  public var trainCount = 10_000
  /// Passes of the one-sided metric's networks.
  public var passes = 300
  /// Passes without improvement before they stop.
  public var patience = 100
  /// Passes of the two-sided metric's networks.
  public var twoSidedPasses = 200
  /// Slices of the sliced metric.
  public var slices = 100
  /// Shuffles of the permutation null.
  public var permutations = 200
  /// Images shown in pictures.
  public var pictures = 8

  /// The defaults.
  public init() {}

  static let documentation: [String: String] = [
    "evaluation.trainCount": "training images that metrics learn on, at most; at least 50",
    "evaluation.passes": "passes of the one-sided metric of dependence, at least 1",
    "evaluation.patience": "passes without improvement before they stop, at least 1",
    "evaluation.twoSidedPasses": "passes of the two-sided metric's networks, at least 1",
    "evaluation.slices": "slices of the sliced metric, 1 to 2000",
    "evaluation.permutations": "shuffles of the permutation null, 20 to 100000",
    "evaluation.pictures": "images shown in pictures, at most 200, 0 for none",
  ]

  static let quickOverrides: [(key: String, value: String)] = [
    ("evaluation.passes", "20"), ("evaluation.twoSidedPasses", "10"),
    ("evaluation.permutations", "50"), ("evaluation.slices", "20"),
  ]

  /// Checks ranges.
  func validate() throws {
    try ConfigChecks.atLeast([
      ("evaluation.trainCount", trainCount, 50), ("evaluation.passes", passes, 1),
      ("evaluation.patience", patience, 1), ("evaluation.twoSidedPasses", twoSidedPasses, 1),
    ])
    try ConfigChecks.within([
      ("evaluation.slices", slices, ConfigRanges.slices),
      ("evaluation.permutations", permutations, ConfigRanges.permutations),
      ("evaluation.pictures", pictures, ConfigRanges.pictures),
    ])
  }
}
