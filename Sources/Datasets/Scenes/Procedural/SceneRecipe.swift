import TensorCore

/// What procedural scenes look like, as a config states it.
///
/// Lengths are in pixels of an image.
public struct SceneRecipe: Sendable, Hashable, Codable {
  /// The rows and columns of an image.
  public var side = 64
  /// The images to train on.
  public var train = 8000
  /// The images to validate on.
  public var validation = 200
  /// The images to test on.
  public var test = 200
  /// The fewest objects of an image.
  public var leastObjects = 2
  /// The most objects of an image; each number from the fewest on is equally likely.
  public var mostObjects = 6
  /// The smallest size of an object: the diameter of a disc, and of like extent for other shapes.
  public var leastSize = 10.0
  /// The largest size of an object.
  public var mostSize = 16.0
  /// The shapes that objects have.
  public var shapes = SpriteShape.allCases
  /// Whether objects are turned by any angle; otherwise they stand upright.
  public var rotates = true
  /// How many colours objects have, evenly spaced in hue; 0 for any colour.
  public var colours = 0
  /// The kinds of backgrounds.
  public var backgrounds = BackgroundTexture.Kind.allCases
  /// The number of backgrounds, of each kind in turn: each is larger than an image and seen from a place of the image's
  /// own, as a camera that moves would; 0 gives each image one of its own.
  public var worlds = 0
  /// The largest standard deviation of a pixel's noise, in [0, 1]; each image has a level of its own below it.
  public var noise = 0.0
  /// How much of their reaches two objects may share, as objects are placed: 0 keeps them apart, 1 leaves them to chance.
  public var overlap = 0.35
  /// An object of which a smaller share is visible has no box and no mask, yet is in the image.
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

  /// Looks at every value.
  ///
  /// - Throws: ``DatasetError/unexpected(path:at:expected:found:advice:)`` with the first that is out of its range.
  public func validate() throws(DatasetError) {
    func check(
      _ isRight: Bool, _ key: String, _ expected: String, _ found: Any
    ) throws(DatasetError) {
      if isRight { return }
      throw .unexpected(
        path: "scenes", at: key, expected: expected, found: "\(found)", advice: "correct the value")
    }
    try check((8...1024).contains(side), "side", "8 to 1024", side)
    for (key, count) in [("train", train), ("validation", validation), ("test", test)] {
      try check(count >= 0, key, "a number from 0", count)
    }
    try check((0...255).contains(leastObjects), "leastObjects", "0 to 255", leastObjects)
    try check(
      (leastObjects...255).contains(mostObjects), "mostObjects",
      "\(leastObjects), the fewest, to 255", mostObjects)
    try check(leastSize >= 2, "leastSize", "at least 2 pixels", leastSize)
    try check(
      mostSize >= leastSize && mostSize <= Double(side) * 0.75, "mostSize",
      "\(leastSize), the smallest, to \(Double(side) * 0.75), three quarters of the side", mostSize)
    try check(!shapes.isEmpty, "shapes", "at least one of \(SpriteShape.names)", "none")
    try check((0...64).contains(colours), "colours", "0 to 64", colours)
    try check(
      !backgrounds.isEmpty, "backgrounds", "at least one of \(BackgroundTexture.Kind.names)", "none"
    )
    try check((0...1_000_000).contains(worlds), "worlds", "0 to 1000000", worlds)
    try check((0...0.5).contains(noise), "noise", "0 to 0.5", noise)
    try check((0...1).contains(overlap), "overlap", "0 to 1", overlap)
    try check((0...1).contains(leastVisible), "leastVisible", "0 to 1", leastVisible)
  }
}
