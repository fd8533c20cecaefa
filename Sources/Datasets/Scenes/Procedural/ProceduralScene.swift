import TensorCore

/// One procedural scene before it is drawn: a background, and objects from the farthest to the nearest.
struct ProceduralScene: Sendable {
  /// An object.
  struct Sprite: Sendable {
    var shape: SpriteShape
    /// The centre in pixels.
    var x, y: Float
    /// Half the size in pixels.
    var radius: Float
    /// The unit vector of its turn.
    var direction: (x: Float, y: Float)
    var colour: SceneColour
  }

  let side: Int
  let background: BackgroundTexture
  /// Where the window's first pixel lies on the background.
  let window: (x: Float, y: Float)
  private(set) var sprites: [Sprite] = []
  /// The standard deviation of noise, and where it comes from.
  let noise: (deviation: Float, random: Philox)

  /// A scene of a recipe.
  ///
  /// - Parameters:
  ///   - random: this scene's own stream.
  ///   - worlds: the stream of the backgrounds that scenes share.
  init(_ recipe: SceneRecipe, random: Philox, worlds: Philox) {
    side = recipe.side
    var place = random.stream("background")
    let kinds = recipe.backgrounds
    if recipe.worlds > 0 {
      let index = place.next(below: recipe.worlds)
      var world = worlds.stream("world", index)
      background = BackgroundTexture(
        kinds[index % kinds.count], side: recipe.side, random: &world)
    } else {
      let kind = kinds[place.next(below: kinds.count)]
      background = BackgroundTexture(kind, side: recipe.side, random: &place)
    }
    let range = Float(8 * recipe.side)
    window = (range * place.uniform(as: Float.self), range * place.uniform(as: Float.self))
    noise = (
      Float(recipe.noise) * place.uniform(as: Float.self), random.stream("noise")
    )
    var objects = random.stream("objects")
    let extra = objects.next(below: recipe.mostObjects - recipe.leastObjects + 1)
    for index in 0..<(recipe.leastObjects + extra) {
      var draws = random.stream("object", index)
      sprites.append(sprite(recipe, &draws))
    }
  }

  private func sprite(_ recipe: SceneRecipe, _ random: inout Philox) -> Sprite {
    let size = recipe.leastSize + (recipe.mostSize - recipe.leastSize) * random.uniform()
    let radius = Float(size / 2)
    let shape = recipe.shapes[random.next(below: recipe.shapes.count)]
    let direction = recipe.rotates ? BackgroundTexture.direction(&random) : (x: 1, y: 0)
    let (x, y) = place(radius, overlap: Float(recipe.overlap), &random)
    let near = sprites.filter { other in
      let (dx, dy) = (x - other.x, y - other.y)
      let reach = (radius + other.radius) * SpriteShape.reach
      return dx * dx + dy * dy < reach * reach
    }
    let colours = [
      background.colours.0, background.colours.1,
      background.colours.0.mixed(with: background.colours.1, by: 0.5),
    ]
    let colour = SceneColour.vivid(
      &random, hues: recipe.colours, awayFrom: colours + near.map(\.colour))
    return Sprite(shape: shape, x: x, y: y, radius: radius, direction: direction, colour: colour)
  }

  /// A place wholly in the image: of 32 draws the first that keeps the distance to the objects so far, else the one that
  /// comes nearest to that.
  private func place(
    _ radius: Float, overlap: Float, _ random: inout Philox
  ) -> (x: Float, y: Float) {
    let reach = radius * SpriteShape.reach
    let room = Float(side) - 2 * reach
    var best = (x: Float(0), y: Float(0), space: -Float.infinity)
    for _ in 0..<32 {
      let x = reach + room * random.uniform(as: Float.self)
      let y = reach + room * random.uniform(as: Float.self)
      // The distance to the nearest in units of that of objects that touch.
      let space = sprites.reduce(Float.infinity) { nearest, other in
        let (dx, dy) = (x - other.x, y - other.y)
        let touching = (radius + other.radius) * SpriteShape.reach
        return min(nearest, (dx * dx + dy * dy).squareRoot() / touching)
      }
      if space > best.space { best = (x, y, space) }
      if space >= 1 - overlap { break }
    }
    return (best.x, best.y)
  }
}
