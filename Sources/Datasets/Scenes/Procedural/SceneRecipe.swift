import Settings
import TensorCore

/// What procedural scenes look like, as a config states it.
///
/// Lengths are in pixels of an image.
public struct SceneRecipe: Sendable, Hashable, Codable {
  /// The rows and columns of an image.
  @Setting("height and width of generated images: that of model.side", 8...1024)
  public var side = 64
  /// The images to train on.
  @Setting("generated images to train on", 0...10_000_000) public var train = 8000
  /// The images to validate on.
  @Setting("generated images to validate on", 0...10_000_000) public var validation = 200
  /// The images to test on.
  @Setting("generated images to test on", 0...10_000_000) public var test = 200
  /// The fewest objects of an image.
  @Setting("fewest objects of an image", 0...255) public var leastObjects = 2
  /// The most objects of an image; each number from the fewest on is equally likely.
  @Setting("most objects of an image", 0...255) public var mostObjects = 6
  /// The smallest size of an object: the diameter of a disc, and of like extent for other shapes.
  @Setting("smallest size of an object in pixels", 2...) public var leastSize = 10.0
  /// The largest size of an object.
  @Setting("largest size of an object in pixels") public var mostSize = 16.0
  /// The shapes that objects have.
  @Setting("shapes of objects", .someElements) public var shapes = SpriteShape.allCases
  /// Whether objects are turned by any angle; otherwise they stand upright.
  @Setting("whether objects are turned by any angle") public var rotates = true
  /// How many colours objects have, evenly spaced in hue; 0 for any colour.
  @Setting("colours of objects, evenly spaced in hue; 0 for any", 0...64) public var colours = 0
  /// The kinds of backgrounds.
  @Setting("kinds of backgrounds", .someElements)
  public var backgrounds = BackgroundTexture.Kind.allCases
  /// The number of backgrounds, of each kind in turn: each is larger than an image and seen from a place of the image's
  /// own, as a camera that moves would; 0 gives each image one of its own.
  @Setting(
    "backgrounds, each seen from a place of the image's own; 0: one for each image", 0...1_000_000)
  public var worlds = 0
  /// The largest standard deviation of a pixel's noise, in [0, 1]; each image has a level of its own below it.
  @Setting("largest deviation of a pixel's noise", 0...0.5) public var noise = 0.0
  /// How much of their reaches two objects may share, as objects are placed: 0 keeps them apart, 1 leaves them to chance.
  @Setting("how much of their reaches two objects may share", 0...1) public var overlap = 0.35
  /// An object of which a smaller share is visible has no box and no mask, yet is in the image.
  @Setting("objects with a smaller share in sight have no box", 0...1)
  public var leastVisible = 0.25

  /// The recipe of the tests and of first attempts: 64 × 64 pixels, 2 to 6 objects.
  public init() {}

  /// The number of images of all splits.
  public var imageCount: Int { train + validation + test }

  /// The number of images of a split.
  public func count(of split: SceneSplit) -> Int {
    switch split {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }

  /// Checks every value.
  ///
  /// - Throws: ``DatasetError/unexpected(path:at:expected:found:advice:)`` with the first that is out of its range.
  public func validate() throws(DatasetError) {
    func problem(_ key: String, _ expected: String, _ found: String) -> DatasetError {
      .unexpected(
        path: "scenes", at: key, expected: expected, found: found, advice: "correct the value")
    }
    if let wrong = SettingProblem(in: self, declaredBy: SceneRecipe()) {
      throw problem(wrong.name, wrong.expected, wrong.found)
    }
    if mostObjects < leastObjects {
      throw problem("mostObjects", "\(leastObjects), the fewest, to 255", "\(mostObjects)")
    }
    let largest = Double(side) * 0.75
    if !(mostSize >= leastSize && mostSize <= largest) {
      throw problem(
        "mostSize", "\(leastSize), the smallest, to \(largest), three quarters of the side",
        "\(mostSize)")
    }
  }
}
