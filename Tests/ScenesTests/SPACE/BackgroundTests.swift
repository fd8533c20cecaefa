import TestSupport
import Testing

@testable import GradientChecking
@testable import Scenes

/// A background of small sizes, its inputs and random cotangents.
private struct Fixture<Scalar: TensorScalar> {
  var background: Background<Scalar>
  var state: Background<Scalar>.State
  var x: Tensor<Scalar>
  var noise: Background<Scalar>.Noise
  var dWeights, dComponents: Tensor<Scalar>
  let weight: Scalar = 0.7

  init(components: Int, batch: Int, side: Int = 32, widthDivisor: Int = 4) throws {
    let architecture = try SPACEArchitecture(
      side: side, grid: side / 8, components: components, glimpse: 16, widthDivisor: widthDivisor)
    background = Background(architecture, random: Philox(seed: 3))
    // Learned states, scales and shifts away from their start, where some gradients would be alike.
    background.updateParameters { index, name, value in
      if value.rank == 1 {
        value += normal(value.shape, "\(name)", as: Scalar.self) * 0.1
      }
    }
    var random = Philox(seed: 4)
    x = random.uniform(shape: [batch, side, side, 3])
    noise = .init(
      mask: random.normal(shape: [components, batch, 32]),
      component: random.normal(shape: [batch, components, 32]))
    dWeights = random.normal(shape: [batch, components, side, side, 1])
    dComponents = random.normal(shape: [batch, components, side, side, 3])
    state = background.initialState
  }

  func forward(_ mode: BatchNorm<Scalar>.Mode = .training) -> (
    output: Background<Scalar>.Output, tape: Background<Scalar>.Tape,
    state: Background<Scalar>.State
  ) { background.forward(x, noise, state, mode: mode) }

  func gradient(_ tape: Background<Scalar>.Tape) -> Background<Scalar>.Gradient {
    background.backward(
      dWeights: dWeights, dComponents: dComponents, weight: weight, through: tape)
  }
}

extension Fixture<Double> {
  /// The same in single precision.
  fileprivate var single: Fixture<Float> {
    get throws {
      var result = try Fixture<Float>(components: dWeights.shape[1], batch: x.shape[0])
      try result.background.setParameters(
        to: Dictionary(
          uniqueKeysWithValues: background.namedParameters.map {
            ($0.name, $0.value.converted(to: Float.self))
          }))
      result.x = x.converted(to: Float.self)
      result.noise = .init(
        mask: noise.mask.converted(to: Float.self),
        component: noise.component.converted(to: Float.self))
      result.dWeights = dWeights.converted(to: Float.self)
      result.dComponents = dComponents.converted(to: Float.self)
      return result
    }
  }
}

/// `objective(a) − objective(b)`, subtracted element by element first, and the size of its rounding error.
private func difference(
  _ a: Background<Double>.Output, _ b: Background<Double>.Output, _ fixture: Fixture<Double>
) -> (value: Double, magnitude: Double) {
  func divergence(_ output: Background<Double>.Output) -> Double {
    (output.maskDivergence + output.componentDivergence).reduce(0, +)
  }
  let parts =
    ((a.weights - b.weights) * fixture.dWeights).sum()
    + ((a.components - b.components) * fixture.dComponents).sum()
  return (
    parts + fixture.weight * (divergence(a) - divergence(b)),
    abs(fixture.dWeights).sum() + abs(fixture.dComponents).sum() + divergence(a)
  )
}

@Suite struct BackgroundTests {
  @Test(
    arguments: [
      (1, 2, BatchNorm<Double>.Mode.training), (2, 3, .training), (3, 2, .training),
      (2, 2, .evaluation), (1, 3, .evaluation),
    ])
  func gradientsAgreeWithDifferences(
    components: Int, batch: Int, mode: BatchNorm<Double>.Mode
  ) throws {
    var fixture = try Fixture<Double>(components: components, batch: batch)
    if mode == .evaluation { fixture.state = fixture.forward().state }
    let gradient = fixture.gradient(fixture.forward(mode).tape)
    for parameter in fixture.background.parameters {
      let value = parameter.value(in: fixture.background)
      let own = parameter.gradient(in: gradient)
      #expect(own.shape == value.shape, "\(parameter.name)")
      for trial in 0..<2 {
        // Along a random direction, the other time one number alone.
        var direction: Tensor<Double> = normal(value.shape, "\(parameter.name) direction")
        if trial == 1 {
          var random = Philox(seed: 9).stream(parameter.name)
          let place = random.next(below: value.count)
          direction = Tensor(
            shape: value.shape, scalars: (0..<value.count).map { $0 == place ? 1 : 0 })
        }
        let step = 2e-6 / max(1, (direction * direction).sum().squareRoot())
        var (above, below) = (fixture, fixture)
        parameter.update(&above.background) { $0.add(direction, times: step) }
        parameter.update(&below.background) { $0.add(direction, times: -step) }
        let (numeric, magnitude) = difference(
          above.forward(mode).output, below.forward(mode).output, fixture)
        let analytic = (own * direction).sum()
        let size = (own * own).sum().squareRoot() * (direction * direction).sum().squareRoot()
        let allowed =
          2e-5 * max(abs(analytic), 0.02 * size) + 1e-15 * magnitude / step
        #expect(
          abs(numeric / (2 * step) - analytic) <= allowed,
          "\(parameter.name): backward says \(analytic), difference \(numeric / (2 * step)), allowed \(allowed)"
        )
      }
    }
  }

  @Test(arguments: [1, 3]) func everyTensorIsAParameter(components: Int) throws {
    let background = try Fixture<Double>(components: components, batch: 2).background
    try checkParameterList(of: background, constants: [])
  }

  @Test func authorsSizesHaveTheAuthorsNumberOfWeights() throws {
    let several = Background<Float>(
      try SPACEArchitecture(side: 128, grid: 4, components: 3), random: Philox(seed: 1))
    #expect(several.parameterCount == 2_950_484)
    #expect(several.imageEncoder.parameterCount == 375_296)
    #expect(several.maskDecoder?.parameterCount == 2_123_217)
    #expect(several.componentEncoder.parameterCount == 328_448)
    #expect(several.componentDecoder?.parameterCount == 37_923)
    #expect(several.componentPrior.parameterCount == 10_432)
  }

  @Test func weightsSumToOneAndDivergencesArePositive() throws {
    for components in [1, 2, 4] {
      let output = try Fixture<Double>(components: components, batch: 2).forward().output
      let total = output.weights.sum(along: 1)
      expectClose(total, .ones(total.shape), within: 1e-12)
      #expect(output.weights.min() >= 0)
      #expect((output.maskDivergence + output.componentDivergence).allSatisfy { $0 > 0 })
    }
  }

  @Test(arguments: [1, 3]) func threadsChangeNoBit(components: Int) throws {
    let fixture = try Fixture<Float>(components: components, batch: 5, side: 48, widthDivisor: 2)
    func run() -> [Tensor<Float>] {
      let (output, tape, state) = fixture.forward()
      let gradient = fixture.gradient(tape)
      return [output.weights, output.components] + state.namedTensors.map(\.value)
        + fixture.background.parameters.map { $0.gradient(in: gradient) }
    }
    let one = run()
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(run() == one)
  }

  @Test(arguments: [32, 64, 96]) func sidesAreFree(side: Int) throws {
    let fixture = try Fixture<Float>(components: 2, batch: 2, side: side)
    let (output, tape, _) = fixture.forward()
    #expect(output.components.shape == [2, 2, side, side, 3])
    #expect(fixture.background.parameters[0].gradient(in: fixture.gradient(tape)).isFinite)
  }

  @Test func singlePrecisionAgreesWithDouble() throws {
    let double = try Fixture<Double>(components: 3, batch: 2)
    let single = try double.single
    let (a, tapeA, stateA) = double.forward()
    let (b, tapeB, stateB) = single.forward()
    expectClose(b.weights, a.weights, within: 1e-4)
    expectClose(b.components, a.components, within: 1e-4)
    for (x, y) in zip(stateB.namedTensors, stateA.namedTensors) {
      expectClose(x.value, y.value, within: 1e-4, x.name)
    }
    let (gradientA, gradientB) = (double.gradient(tapeA), single.gradient(tapeB))
    for (x, y) in zip(single.background.parameters, double.background.parameters) {
      let exact = y.gradient(in: gradientA)
      let size = max(1e-3, abs(exact).max())
      expectClose(
        x.gradient(in: gradientB) * Float(1 / size), exact * (1 / size), within: 5e-3, x.name)
    }
  }

  @Test(arguments: [1, 2]) func samplesOfThePriorAreSegments(components: Int) throws {
    let fixture = try Fixture<Float>(components: components, batch: 3)
    let state = fixture.forward().state
    var random = Philox(seed: 11)
    let sample = fixture.background.sample(count: 4, state, using: &random)
    #expect(sample.weights.shape == [4, components, 32, 32, 1])
    #expect(sample.components.shape == [4, components, 32, 32, 3])
    expectClose(sample.weights.sum(along: 1), .ones([4, 32, 32, 1]), within: 1e-5)
    #expect(sample.components.min() >= 0 && sample.components.max() <= 1)
    // Another draw is another picture, the same one the same.
    var again = Philox(seed: 11)
    #expect(
      fixture.background.sample(count: 4, state, using: &again).components == sample.components)
    #expect(
      fixture.background.sample(count: 4, state, using: &again).components != sample.components)
  }

  @Test func statesGoOutAndComeBack() throws {
    let fixture = try Fixture<Float>(components: 3, batch: 2)
    let moved = fixture.forward().state
    #expect(moved != fixture.state)
    var state = fixture.state
    try state.setTensors(
      to: Dictionary(uniqueKeysWithValues: moved.namedTensors.map { ($0.name, $0.value) }))
    #expect(state == moved)
    #expect(throws: ParameterError.self) { try state.setTensors(to: [:]) }
    // In evaluation nothing moves.
    var evaluated = fixture
    evaluated.state = moved
    #expect(evaluated.forward(.evaluation).state == moved)
  }
}
