import Datasets
import Scenes

/// The settings of a SPACE run (Lin et al. 2020; spec §8), scaled or as published.
public struct SceneConfiguration: ExperimentConfiguration {
  /// The experiment.
  public var experiment = "scenes"
  /// The seed of every stream.
  public var seed = 0
  /// Threads of the run.
  public var threads = 2

  /// Where images come from.
  public struct Data: Codable, Sendable, Hashable {
    /// The kind of source.
    public var source = SceneDataKind.procedural
    /// File or folder, for all kinds but procedural.
    public var path = ""
    /// How pictures of a folder are made square.
    public var fit = SceneFitting.crop
    /// What becomes of transparent pixels of pictures.
    public var alpha = SceneAlpha.drop
    /// Training images used, 0 for all.
    public var count = 0
    /// The generator of procedural scenes.
    public var procedural = SceneRecipe()
  }
  /// Where images come from.
  public var data = Data()

  /// The sizes of the model.
  public struct Model: Codable, Sendable, Hashable {
    /// Which model.
    public var kind = SceneKind.space
    /// Height and width of an image in pixels.
    public var side = 64
    /// Cells along each side of the grid, G.
    public var grid = 8
    /// Background segments, K.
    public var components = 3
    /// Height and width of a glimpse in pixels.
    public var glimpse = 16
    /// What divides the channels of hidden layers.
    public var widthDivisor = 1
    /// The sampler's convention; true is that of the published results.
    public var alignsCorners = true
  }
  /// The sizes of the model.
  public var model = Model()

  /// The objective.
  public struct Objective: Codable, Sendable, Hashable {
    /// Deviation of a foreground pixel.
    public var foregroundDeviation = 0.15
    /// Deviation of a background pixel.
    public var backgroundDeviation = 0.15
    /// Prior probability that a cell holds an object.
    public var presence = LinearSchedule(from: 4_000, to: 10_000, first: 0.1, last: 0.01)
    /// Prior mean of a scale sample.
    public var scaleMean = LinearSchedule(from: 10_000, to: 20_000, first: -1, last: -2)
    /// Prior deviation of a scale sample.
    public var scaleDeviation = 0.1
    /// Temperature of the relaxed presence.
    public var temperature = LinearSchedule(from: 0, to: 20_000, first: 2.5, last: 0.5)
    /// What takes alpha's place at first.
    public var fixedAlpha = 0.0
    /// Steps with a fixed alpha, 0 for none.
    public var fixedAlphaSteps = 0
    /// What the divergence of appearance counts; 1 throughout, as published.
    public var appearanceWeight = LinearSchedule(constant: 1)
    /// The last step with the boundary loss, −1 for never.
    public var boundarySteps = 100_000
  }
  /// The objective.
  public var objective = Objective()

  /// Gradient steps.
  public var steps = 160_000
  /// Images of a step.
  public var batchSize = 12
  /// First steps that train the background alone, 0 for none: a foreground that starts beside a background which draws nothing
  /// yet learns to draw it, and keeps it. The schedules of the objective, the warm-up and the health check count from their end.
  public var headStartSteps = 0
  /// RMSprop's learning rate for the foreground.
  public var foregroundRate = 1e-5
  /// Steps over which the foreground's rate rises to `foregroundRate`, 0 for none: RMSprop's first steps are up to ten times its
  /// rate, and of gradients that mostly shrink boxes to their prior's size.
  public var warmUpSteps = 0
  /// Adam's learning rate for the background.
  public var backgroundRate = 1e-3
  /// The longest gradient of both together.
  public var clipNorm = 1.0
  /// Steps between two rows of the log.
  public var logEvery = 20

  /// Validation while training, and the test after it.
  public struct Evaluation: Codable, Sendable, Hashable {
    /// Steps between two validations, 0 for none.
    public var every = 1_000
    /// Images of a validation, at most.
    public var validationCount = 200
    /// Images of the test, at most.
    public var testCount = 500
    /// Images of a batch.
    public var batchSize = 16
    /// Whether the parameters with the best validation AP are tested, as in the authors' code; else the last ones.
    public var keepsBest = true
    /// The first step whose parameters may be kept: before the schedules end, boxes are not settled.
    public var keepsFrom = 0
    /// Images shown in pictures.
    public var pictures = 8
  }
  /// Validation while training, and the test after it.
  public var evaluation = Evaluation()

  /// The look at whether training has gone astray.
  public struct Health: Codable, Sendable, Hashable {
    /// After which step, 0 for never.
    public var step = 10_000
    /// What a run that fails it does: go on with a note, or stop.
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
