import GradientChecking
import TestSupport
import Testing

@testable import Scenes

@Suite(.serialized) struct SPACETests {
  private func model<S: TensorScalar>(components: Int, as type: S.Type) throws -> SPACE<S> {
    SPACE<S>(
      try SPACEArchitecture(
        side: 32, grid: 4, components: components, glimpse: 8, widthDivisor: 4),
      settings: SPACESettings(), random: Philox(seed: 4))
  }

  private func images<S: TensorScalar>(_ batch: Int, as type: S.Type) -> Tensor<S> {
    var random = Philox(seed: 9).stream("images")
    return random.uniform(shape: [batch, 32, 32, 3])
  }

  /// The gradient along random directions against finite differences of the loss: all parts together, with alpha free
  /// and fixed, with the divergence of appearance whole and in part, with the boundary loss and without.
  @Test(
    arguments: [
      (1, 3, nil, 1, true), (2, 2, 0.1, 0.25, false), (3, 2, nil, 0.6, true),
      (2, 3, 0.3, 1, true),
    ] as [(Int, Int, Double?, Double, Bool)])
  func gradientIsThatOfTheLoss(
    components: Int, batch: Int, fixed: Double?, appearance: Double, boundary: Bool
  ) throws {
    let model = try model(components: components, as: Double.self)
    let x = images(batch, as: Double.self)
    let noise = model.noise(batch: batch, random: Philox(seed: 2))
    let stage = SPACEStage(
      presence: 0.2, scaleMean: -0.8, scaleDeviation: 0.4, temperature: 1.3, fixedAlpha: fixed,
      appearanceWeight: appearance, hasBoundaryLoss: boundary)
    let gradient = model.evaluate(x, noise, at: stage, model.initialState).gradient
    for part in ["foreground", "background"] {
      try checkSlopes(of: model, gradient: gradient, prefix: part, random: Philox(seed: 5)) {
        $0.evaluate(x, noise, at: stage, model.initialState).terms.loss
      }
    }
  }

  /// The background alone: its gradient against finite differences, and its loss against a whole step with alpha held at 0, which
  /// differs by the ε of the outer mixture.
  @Test(arguments: [(1, 2), (3, 2), (2, 3)]) func backgroundAlone(components: Int, batch: Int)
    throws
  {
    let model = try model(components: components, as: Double.self)
    let x = images(batch, as: Double.self)
    let noise = model.noise(batch: batch, random: Philox(seed: 2))
    let drawn = model.backgroundNoise(batch: batch, random: Philox(seed: 2))
    #expect(drawn.mask == noise.background.mask && drawn.component == noise.background.component)
    let found = model.evaluateBackground(x, drawn, model.initialState)
    try checkSlopes(of: model.background, gradient: found.gradient, random: Philox(seed: 5)) {
      var other = model
      other.background = $0
      return other.evaluateBackground(x, drawn, model.initialState).terms.loss
    }
    var stage = model.settings.stage(at: 0)
    stage.fixedAlpha = 0
    let whole = model.evaluate(x, noise, at: stage, model.initialState)
    #expect(found.terms.masks == whole.terms.masks)
    #expect(found.terms.components == whole.terms.components)
    #expect(found.terms.backgroundEntropy == whole.terms.backgroundEntropy)
    #expect(found.state.namedTensors.map(\.value) == whole.state.namedTensors.map(\.value))
    for index in 0..<batch {
      let (alone, both) = (found.terms.squaredError[index], whole.terms.squaredError[index])
      #expect(abs(alone - both) <= 1e-12 * both)
      // A pixel gains at most log(1 + ε N_f / N_b) from a foreground of weight ε, and nothing is lost.
      let gain = whole.terms.logLikelihood[index] - found.terms.logLikelihood[index]
      #expect(gain > 0 && gain < 1e-2 * abs(found.terms.logLikelihood[index]))
    }
  }

  /// What the background draws alone is what it draws behind objects, and its likelihood that of its loss.
  @Test(arguments: [1, 3]) func backgroundAloneIsDecomposed(batch: Int) throws {
    let model = try model(components: 3, as: Double.self)
    let x = images(batch, as: Double.self)
    let random = Philox(seed: 4)
    let alone = model.decomposeBackground(x, model.initialState, latents: .samples(random))
    let whole = model.decompose(x, model.initialState, latents: .samples(random))
    #expect(alone.appearances == whole.appearances && alone.masks == whole.masks)
    #expect(
      alone.reconstruction == (whole.masks * whole.appearances).sum(along: 1)
        && alone.reconstruction.shape == whole.reconstruction.shape)
    let (none, some) = (try #require(alone.foreground), try #require(whole.foreground))
    #expect(none.alpha == .zeros(some.alpha.shape) && none.image == .zeros(some.image.shape))
    #expect(alone.objects.map(\.count) == Array(repeating: 0, count: batch))
    #expect(alone.owners == whole.owners.map { $0.map { _ in -1 } })
    let loss = model.evaluateBackground(
      x, model.backgroundNoise(batch: batch, random: random), model.initialState, mode: .evaluation)
    #expect(alone.logLikelihood == loss.terms.logLikelihood)
    let means = model.decomposeBackground(x, model.initialState, latents: .means)
    #expect(
      means.appearances
        == model.decompose(x, model.initialState, latents: .means).appearances
        && means.appearances != alone.appearances)
  }

  @Test func threadsChangeNoBit() throws {
    defer { Parallelism.threads = 1 }
    let model = try model(components: 2, as: Float.self)
    let x = images(5, as: Float.self)
    func step(_ threads: Int) -> [Tensor<Float>] {
      Parallelism.threads = threads
      let found = model.evaluate(x, at: 7, model.initialState, random: Philox(seed: 3))
      let alone = model.evaluateBackground(
        x, model.backgroundNoise(batch: 5, random: Philox(seed: 3)), model.initialState)
      return model.parameters.map { $0.gradient(in: found.gradient) }
        + found.state.namedTensors.map(\.value) + [Tensor([Float(found.loss)])]
        + model.background.parameters.map { $0.gradient(in: alone.gradient) }
        + [Tensor([Float(alone.terms.loss)])]
    }
    let one = step(1)
    for threads in [2, 3] { #expect(step(threads) == one, "\(threads) threads") }
  }

  /// What a step draws is a function of stream, step and sample, whatever the batch is.
  @Test func noiseBelongsToTheSample() throws {
    let model = try model(components: 2, as: Float.self)
    let random = Philox(seed: 3)
    let (three, five) = (
      model.noise(batch: 3, random: random), model.noise(batch: 5, random: random)
    )
    #expect(five.foreground.images(0..<3).what == three.foreground.what)
    #expect(five.foreground.images(0..<3).presence == three.foreground.presence)
    #expect(five.background.component.rows(0..<3) == three.background.component)
    #expect(five.background.mask.slice(0..<3, along: 1) == three.background.mask)
    #expect(three.foreground.what.rows(0..<1) != three.foreground.what.rows(1..<2))
  }

  @Test func decompositionHangsTogether() throws {
    let model = try model(components: 3, as: Double.self)
    let x = images(4, as: Double.self)
    let seen = model.decompose(x, model.initialState, latents: .means)
    let front = try #require(seen.foreground)
    let behind = (seen.masks * seen.appearances).sum(along: 1)
    expectClose(
      front.image + (1 - front.alpha) * behind, seen.reconstruction, within: 1e-12, "parts")
    expectClose(
      seen.masks.sum(along: 1), Tensor.ones([4, 32, 32, 1]), within: 1e-12, "weights")
    for (objects, owners) in zip(seen.objects, seen.owners) {
      let slots = Set(objects.map(\.slot))
      #expect(owners.allSatisfy { $0 == -1 || slots.contains($0) })
      #expect(
        objects.map(\.detection).allSatisfy {
          $0.confidence > 0.5 && $0.box.width > 0 && $0.box.width < 1
        })
    }
    // Means are the same each time, samples a function of the stream.
    let again = model.decompose(x, model.initialState, latents: .means)
    #expect(again.reconstruction == seen.reconstruction)
    let random = Philox(seed: 8)
    let sampled = model.decompose(x, model.initialState, latents: .samples(random))
    #expect(sampled.reconstruction != seen.reconstruction)
    let same = model.decompose(x, model.initialState, latents: .samples(random))
    #expect(same.reconstruction == sampled.reconstruction)
  }

  @Test func samplesOfThePriorAreImages() throws {
    let model = try model(components: 2, as: Float.self)
    let drawn = try #require(
      model.sample(count: 3, model.initialState, using: Philox(seed: 1)))
    #expect(drawn.shape == [3, 32, 32, 3])
    #expect(drawn.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
    #expect(drawn == model.sample(count: 3, model.initialState, using: Philox(seed: 1)))
  }

  @Test func aGradientThatIsNotFiniteMovesNothing() throws {
    var model = try model(components: 2, as: Float.self)
    var gradient = model.evaluate(
      images(2, as: Float.self), at: 0, model.initialState, random: Philox(seed: 3)
    ).gradient
    let name = model.parameters[5].name
    model.parameters[5].updateGradient(&gradient) { $0 = $0 * .infinity }
    let before = model.namedParameters.map(\.value)
    var optimiser = SPACEOptimizer<Float>()
    #expect(!optimiser.update(&model, with: gradient).isFinite, "\(name)")
    #expect(model.namedParameters.map(\.value) == before)
  }
}
