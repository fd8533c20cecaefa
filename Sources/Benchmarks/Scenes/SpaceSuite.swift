import Scenes
import TensorCore
import Trials

/// Whole training steps of SPACE at the published sizes, beside PyTorch, and their parts.
///
/// A step is forward, backward, clip, RMSprop and Adam on a batch of 12. Floating-point operations are those of the dense
/// model's convolutions and products, forward once and backward twice (spec §15): what is saved exactly, by not decoding an
/// unused mask or by splitting a convolution, counts as done. `-part-` cases time the two halves and the optimisers alone.
enum SpaceSuite: BenchmarkSuite {
  static let name = "space"
  static let summary =
    "training steps of SPACE at the published sizes, their parts and memory; beside PyTorch"

  static func run(_ context: BenchmarkContext) throws -> [BenchmarkRow] {
    try BenchmarkSession(suite: name, context).rows(cases)
  }

  /// All that is timed.
  static var cases: [BenchmarkCase] {
    published.map(\.step) + published.prefix(2).flatMap(\.parts)
  }

  /// The published configurations, by the peer's names.
  static let published = [
    SpaceStep(name: "atari-joint", grid: 16, components: 3, foreground: 11.93, background: 5.09),
    SpaceStep(name: "rooms-small", grid: 8, components: 5, foreground: 3.04, background: 8.41),
    SpaceStep(name: "rooms-large", grid: 16, components: 5, foreground: 11.93, background: 8.41),
  ]
}

/// One configuration whose step is timed.
struct SpaceStep {
  let name: String
  var side = 128
  let grid, components: Int
  var glimpse = 32
  var widthDivisor = 1
  var batch = 12
  /// The dense model's products, forward, of one image, in GFLOP, where they are known.
  var foreground, background: Double?
  var hasPeer = true

  /// The operations of a step, forward and backward.
  var operations: Double? {
    guard let foreground, let background else { return nil }
    return operations(foreground + background)
  }

  private func operations(_ products: Double?) -> Double? {
    products.map { 3e9 * Double(batch) * $0 }
  }

  private var boundary: Bool { !name.hasPrefix("atari") }

  private func model() throws -> SPACE<Float> {
    var settings = SPACESettings()
    settings.boundarySteps = boundary ? .max : -1
    return SPACE(
      try SPACEArchitecture(
        side: side, grid: grid, components: components, glimpse: glimpse,
        widthDivisor: widthDivisor),
      settings: settings, random: Philox(seed: 1).stream("bench"))
  }

  private func images() -> Tensor<Float> {
    var random = Philox(seed: 1).stream("images")
    return random.uniform(shape: [batch, side, side, 3])
  }

  /// The whole step.
  var step: BenchmarkCase {
    BenchmarkCase(name, operations: operations, peer: hasPeer ? .script("space_torch.py") : .none) {
      var model = try model()
      var (state, optimiser, count) = (model.initialState, SPACEOptimizer<Float>(), 0)
      let (x, random) = (images(), Philox(seed: 1))
      return {
        let found = model.evaluate(x, at: count, state, random: random)
        _ = optimiser.update(&model, with: found.gradient)
        (state, count) = (found.state, count + 1)
      }
    }
  }

  /// The background over the batch, the foreground of all images, and the optimisers.
  var parts: [BenchmarkCase] {
    [
      BenchmarkCase("\(name)-part-background", operations: operations(background)) {
        let model = try model()
        let (x, random) = (images(), Philox(seed: 1))
        let noise = model.noise(batch: batch, random: random).background
        let state = model.initialState
        return {
          let pass = model.background.forward(x, noise, state, mode: .training)
          _ = model.background.backward(
            dWeights: pass.output.weights, dComponents: pass.output.components, weight: 1,
            through: pass.tape)
        }
      },
      BenchmarkCase("\(name)-part-foreground", operations: operations(foreground)) {
        let model = try model()
        let (x, random) = (images(), Philox(seed: 1))
        let noise = model.noise(batch: batch, random: random).foreground
        let stage = model.settings.stage(at: 0)
        return {
          let tree = GradientTree<Foreground<Float>>(count: batch)
          parallel(over: batch) { image in
            let pass = model.foreground.forward(
              x.rows(image..<image + 1), noise.images(image..<image + 1), at: stage)
            tree.insert(
              model.foreground.backward(
                dImage: pass.output.image, dAlpha: pass.output.alpha, weight: 1,
                through: pass.tape), at: image)
          }
          _ = tree.take()
        }
      },
      BenchmarkCase("\(name)-part-optimisers") {
        var model = try model()
        var optimiser = SPACEOptimizer<Float>()
        let gradient = model.evaluate(
          images(), at: 0, model.initialState, random: Philox(seed: 1)
        ).gradient
        return { _ = optimiser.update(&model, with: gradient) }
      },
    ]
  }
}
