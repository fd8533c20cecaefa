import Datasets
import Scenes
import Settings

/// The settings of a SPACE run (Lin et al. 2020; spec §8), scaled or as published. The quick form shows that all runs, and learns nothing yet.
public struct SceneConfiguration: ExperimentConfiguration {
  /// The experiment.
  @Setting("the experiment") public var experiment = "scenes"
  /// The seed of every stream.
  @Setting("seed of weights, noise, shuffles and generated scenes", 0...) public var seed = 0
  /// Threads of the run.
  @Setting(.threads) public var threads = 2

  /// Where images come from.
  public struct Data: Codable, Sendable, Hashable {
    /// The kind of source.
    @Setting(
      "procedural (generated), hdf5 (as `tessera data make` writes), rooms, atari (published folders), or folder of PNGs"
    )
    public var source = SceneDataKind.procedural
    /// File or folder, for all kinds but procedural.
    @Setting("the file or folder; looked for as it stands, then in the data folders")
    public var path = ""
    /// How pictures of a folder are made square.
    @Setting(
      "how pictures of a folder are made square: crop (the middle), pad (with black), stretch")
    public var fit = SceneFitting.crop
    /// What becomes of transparent pixels of pictures.
    @Setting(
      "transparent pixels of pictures: drop (alpha is left out, the colours beneath are seen), black or white (laid on it)",
      isAddedLater: true)
    public var alpha = SceneAlpha.drop
    /// Training images used, 0 for all.
    @Setting("training images used, from the first on; 0 for all", 0...) public var count = 0
    /// The generator of procedural scenes.
    public var procedural = SceneRecipe()
  }
  /// Where images come from.
  public var data = Data()

  /// The sizes of the model.
  public struct Model: Codable, Sendable, Hashable {
    /// Which model.
    @Setting("which model", isAddedLater: true) public var kind = SceneKind.space
    /// Height and width of an image in pixels.
    @Setting("height and width of an image in pixels: a multiple of 16 from 32 to 256")
    public var side = 64
    /// Cells along each side of the grid, G.
    @Setting("cells along each side, G; the side over it is 2, 4, 8, 16 or 32") public var grid = 8
    /// Background segments, K.
    @Setting("background segments, K", 1...64) public var components = 3
    /// Height and width of a glimpse in pixels.
    @Setting("height and width of a glimpse in pixels", .among([8, 16, 32])) public var glimpse = 16
    /// What divides the channels of hidden layers.
    @Setting("what divides the channels of hidden layers (1 as published)", .among([1, 2, 4]))
    public var widthDivisor = 1
    /// The sampler's convention; true is that of the published results.
    @Setting("the samplers' convention; true is that of the published results")
    public var alignsCorners = true
  }
  /// The sizes of the model.
  public var model = Model()

  /// The objective.
  public var objective = SPACEObjective()

  /// Gradient steps.
  @Setting("gradient steps", 1..., quick: 20) public var steps = 160_000
  /// Images of a step.
  @Setting("images of a step", 2...1024, quick: 4) public var batchSize = 12
  /// First steps that train the background alone, 0 for none: a foreground that starts beside a background which draws nothing
  /// yet learns to draw it, and keeps it. The schedules of the objective, the warm-up and the health check count from their end.
  @Setting(
    "first steps, which train the background alone, 0 for none (published); schedules count from their end",
    0..., quick: 0)
  public var headStartSteps = 0
  /// RMSprop's learning rate for the foreground.
  @Setting("RMSprop's learning rate for the foreground", .positive) public var foregroundRate = 1e-5
  /// Steps over which the foreground's rate rises to `foregroundRate`, 0 for none: RMSprop's first steps are up to ten times its
  /// rate, and of gradients that mostly shrink boxes to their prior's size.
  @Setting(
    "steps over which the foreground's rate rises from 0 to foregroundRate, 0 for none (published)",
    0...)
  public var warmUpSteps = 0
  /// Adam's learning rate for the background.
  @Setting("Adam's learning rate for the background", .positive) public var backgroundRate = 1e-3
  /// The longest gradient of both together.
  @Setting("longest gradient of both together", .positive) public var clipNorm = 1.0
  /// Steps between two rows of the log.
  @Setting("steps between two rows of the log", 1..., quick: 2, isWithoutEffect: true)
  public var logEvery = 20

  /// Validation while training, and the test after it.
  public struct Evaluation: Codable, Sendable, Hashable {
    /// Steps between two validations, 0 for none.
    @Setting("steps between two validations, 0 for none", 0..., quick: 10) public var every = 1_000
    /// Images of a validation, at most.
    @Setting("most images of a validation", 1..., quick: 8) public var validationCount = 200
    /// Images of the test, at most.
    @Setting("most images of the test", 1..., quick: 16) public var testCount = 500
    /// Images of a batch.
    @Setting("images of a batch where no gradient is wanted", 1...1024, quick: 8)
    public var batchSize = 16
    /// Whether the parameters with the best validation AP are tested, as in the authors' code; else the last ones.
    @Setting(
      "whether the parameters with the best validation AP are tested (the authors' way); else the last"
    )
    public var keepsBest = true
    /// The first step whose parameters may be kept: before the schedules end, boxes are not settled.
    @Setting("first step whose parameters may be kept, at most steps", 0..., quick: 0)
    public var keepsFrom = 0
    /// Images shown in pictures.
    @Setting("images shown in pictures, 0 for none", ConfigRanges.pictures, quick: 4)
    public var pictures = 8
  }
  /// Validation while training, and the test after it.
  public var evaluation = Evaluation()

  /// The look at whether training has gone astray.
  public struct Health: Codable, Sendable, Hashable {
    /// After which step, 0 for never.
    @Setting(
      "after which step to look whether training has gone astray, 0 for never; counted as schedules are",
      0..., quick: 0)
    public var step = 10_000
    /// What a run that fails it does: go on with a note, or stop.
    @Setting("note: go on and say so; stop: end the run, to be started with another seed")
    public var action = HealthAction.note
  }
  /// The look at whether training has gone astray.
  public var health = Health()

  /// The published settings of rooms, scaled to 64 pixels.
  public init() {}
}

/// The scene models that can be trained: a model is one case here and one ``SceneModelKind``.
public enum SceneKind: String, Codable, Sendable, CaseIterable {
  /// SPACE (Lin et al. 2020).
  case space

  var type: any SceneModelKind.Type {
    switch self {
    case .space: SPACEKind.self
    }
  }
}

/// What becomes of a run that fails its health check.
public enum HealthAction: String, Codable, Sendable, CaseIterable {
  /// It goes on; the finding stands in the log and in the result.
  case note
  /// It stops with the finding; start it with another seed.
  case stop
}

/// How pictures are made square.
public enum SceneFitting: String, Codable, Sendable, CaseIterable {
  /// The middle of each is kept.
  case crop
  /// All of each is kept, with black beside it.
  case pad
  /// All of each is kept, out of proportion.
  case stretch
}

/// The kinds of sources of images.
public enum SceneDataKind: String, Codable, Sendable, CaseIterable {
  /// Generated while training; nothing is read.
  case procedural
  /// A set in one HDF5 file, as `tessera data make` writes it.
  case hdf5
  /// The folders of the published rooms: `train`, `val`, `test` with `bb`.
  case rooms
  /// The folders of the published Atari images: `<Game>/train`, …
  case atari
  /// A folder of PNG files without boxes.
  case folder
}
