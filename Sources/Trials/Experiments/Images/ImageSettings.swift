import Settings

/// When an image experiment's max-step runs, and on how many images.
public struct ImageFitSettings: Codable, Sendable, Hashable {
  /// Steps from one max-step to the next.
  @Setting("steps from one max-step to the next", 1...) public var every = 2
  /// Random training images of a max-step.
  @Setting("random training images of a max-step", 20...) public var sampleSize = 10_000

  /// The authors' settings for disentanglement.
  public init() {}
}

/// The measurements on frozen representations of images.
public struct ImageEvaluationSettings: Codable, Sendable, Hashable {
  /// Training images that metrics learn on, at most.
  @Setting("most training images that metrics learn on", 50...) public var trainCount = 10_000
  /// Passes of the one-sided metric's networks.
  @Setting("passes of the one-sided metric of dependence", 1..., quick: 20) public var passes = 300
  /// Passes without improvement before they stop.
  @Setting("passes without improvement before they stop", 1...) public var patience = 100
  /// Passes of the two-sided metric's networks.
  @Setting("passes of the two-sided metric's networks", 1..., quick: 10)
  public var twoSidedPasses = 200
  /// Slices of the sliced metric.
  @Setting("slices of the sliced metric", ConfigRanges.slices, quick: 20) public var slices = 100
  /// Shuffles of the permutation null.
  @Setting("shuffles of the permutation null", ConfigRanges.permutations, quick: 50)
  public var permutations = 200
  /// Images shown in pictures.
  @Setting("images shown in pictures, 0 for none", ConfigRanges.pictures) public var pictures = 8

  /// The defaults.
  public init() {}
}
