import TensorCore

/// Scenes made as they are asked for, with exact boxes and masks: the built-in set, which needs no file.
///
/// Coloured sprites lie over a textured background, some partly hidden by others. Image i of a split is a function of the
/// recipe, the seed, the split and i alone, whatever is drawn before or beside it and on however many threads. A pixel
/// belongs to the nearest object that covers at least half of it; a box encloses an object's pixels, that is, its
/// visible part.
public struct ProceduralScenes: SceneSource {
  /// What the scenes look like.
  public let recipe: SceneRecipe
  /// The seed.
  public let seed: UInt64
  private let random: Philox

  /// The scenes of a recipe and a seed.
  ///
  /// - Throws: ``DatasetError/unexpected(path:at:expected:found:advice:)`` with the value of the recipe that is out of range.
  public init(_ recipe: SceneRecipe = SceneRecipe(), seed: UInt64 = 0) throws(DatasetError) {
    try recipe.validate()
    self.recipe = recipe
    self.seed = seed
    random = Philox(seed: seed).stream("scenes")
  }

  /// What a file of these scenes says about its making.
  public var generator: String { "Tessera, procedural scenes, seed \(seed)" }
  /// `scenes`.
  public var name: String { "scenes" }
  /// The recipe's side.
  public var height: Int { recipe.side }
  /// The recipe's side.
  public var width: Int { recipe.side }
  /// Always: they are known exactly.
  public func hasBoxes(_ split: SceneSplit) -> Bool { true }
  /// The recipe's number of images.
  public func count(of split: SceneSplit) -> Int { recipe.count(of: split) }

  /// Draws images, in parallel.
  public func bytes(at indices: [Int], of split: SceneSplit) -> [UInt8] {
    check(indices, of: split)
    return SceneBytes.filled(count: indices.count, size: recipe.side * recipe.side * 3) {
      place, bytes in
      scene(indices[place], of: split).draw(into: bytes)
    }
  }

  /// Images as numbers in [0, 1], `[indices, side, side, 3]`.
  public func batch(_ indices: [Int], of split: SceneSplit = .train) -> Tensor<Float> {
    SceneBytes.tensor(
      bytes(at: indices, of: split), count: indices.count, height: height, width: width)
  }

  /// The boxes and masks of images, found in parallel.
  public func truth(at indices: [Int], of split: SceneSplit) -> [SceneTruth] {
    check(indices, of: split)
    return parallelMap(over: indices.count) { place in
      scene(indices[place], of: split).truth(leastVisible: recipe.leastVisible)
    }
  }

  private func scene(_ index: Int, of split: SceneSplit) -> ProceduralScene {
    ProceduralScene(recipe, random: random.stream(split.rawValue, index), worlds: random)
  }
}
