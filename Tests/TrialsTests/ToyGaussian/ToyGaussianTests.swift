import GradientChecking
import Infomin
import Layers
import TensorCore
import Testing

@testable import Trials

@Suite struct ToyGaussianTests {
  @Test(arguments: [true, false]) func gradientAgreesWithDifferences(isWarped: Bool) throws {
    var random = Philox(seed: 3)
    var pairs = GaussianPairs<Double>(angle: 0.55, isWarped: isWarped)
    pairs.angles = Tensor([0.55, 0.2])
    for rows in [1, 7] {
      try checkGradients(of: pairs, at: random.normal(shape: [rows, 4]), using: &random)
    }
  }

  /// The whole chain of a min-step: term → both sides → warp → angles, for the sliced objective and for CLUB.
  @Test(arguments: [true, false]) func gradientOfTheTermAgreesWithDifferences(isWarped: Bool) throws
  {
    var random = Philox(seed: 4)
    var pairs = GaussianPairs<Double>(angle: 0.55, isWarped: isWarped)
    pairs.angles = Tensor([0.5, 0.3])
    let e: Tensor<Double> = random.normal(shape: [300, 4])
    func views(_ angles: Tensor<Double>) -> (z: Tensor<Double>, t: Tensor<Double>) {
      var moved = pairs
      moved.angles = angles
      let y = moved(e)
      return (y.slice(0..<2, along: 1), y.slice(2..<4, along: 1))
    }
    let (z, t) = views(pairs.angles)
    var slices = SlicedTerm(SlicedDependence<Double>(sliceCount: 8))
    _ = try slices.fit(z, t, using: random.stream("fit"))
    let terms: [any DependenceEstimator<Double>] = [
      slices, CLUB(inputs: 2, targets: 2, hidden: 6, random: random.stream("club")),
    ]
    for term in terms {
      let found = term.valueAndGradient(z, t, includingTarget: true, using: random)
      let (_, tape) = pairs.forward(e)
      let cotangent = Tensor.concatenate([found.dZ, try #require(found.dT)], along: 1)
      try checkGradient(
        of: { inputs in
          let (z, t) = views(inputs[0])
          return term.value(z, t, using: random)
        }, gradients: [pairs.backward(cotangent, through: tape).gradient.angles],
        at: [pairs.angles], tolerance: 1e-5)
    }
  }

  @Test func truthHasClosedForm() throws {
    // −½ · 2 ln(1 − sin² 1.1) and sample correlations of sin 1.1 (spec §8.4: 0.8912 and 1.58 nats).
    let pairs = GaussianPairs<Double>(angle: 0.55, isWarped: false)
    #expect(abs(pairs.mutualInformation - 1.5811) < 1e-3)
    var random = Philox(seed: 5)
    let y = pairs(random.normal(shape: [20_000, 4]))
    for k in 0..<2 {
      let (a, b) = (y.slice(k..<k + 1, along: 1), y.slice(k + 2..<k + 3, along: 1))
      #expect(abs((a * b).mean() - 0.8912) < 0.03)
      #expect(abs((a * a).mean() - 1) < 0.04 && abs((b * b).mean() - 1) < 0.04)
    }
    #expect(GaussianPairs<Double>(angle: 0, isWarped: true).mutualInformation == 0)
  }

  @Test(arguments: ToyGaussianMethod.allCases)
  func everyTermMovesAndResumesToTheSameBits(method: ToyGaussianMethod) throws {
    var configuration = ToyGaussianConfiguration()
    configuration.method = method
    configuration.steps = 40
    configuration.batchSize = 60
    configuration.slice.count = 6
    configuration.slice.rows = 200
    configuration.critic.hidden = 8
    configuration.critic.steps = 2
    let environment = RunEnvironment(dataDirectories: [])
    var whole = try ToyGaussianExperiment(configuration: configuration, environment: environment)
    var part = whole
    for step in 0..<4 {
      var log = StepLog(step: step)
      try whole.advance(step: step, log: &log)
      #expect(log["mutual information/true"] == whole.pairs.mutualInformation)
      #expect(log.firstNonFiniteLoss == nil)
      if step == 1 {
        part = try ToyGaussianExperiment(configuration: configuration, environment: environment)
        try part.restore(try whole.checkpoint())
      }
      if step > 1 { try part.advance(step: step, log: &log) }
    }
    #expect(part.pairs.angles == whole.pairs.angles)
    #expect(try part.checkpoint() == whole.checkpoint())
    #expect(whole.pairs.angles.scalars.allSatisfy { $0 != 0.55 && $0.isFinite })
    let result = try whole.finish(RunMonitor())
    #expect(result.scalars["mutual information.end"] == whole.pairs.mutualInformation)
    #expect(result.scalars["mutual information.0"] == whole.trace[0])
  }

  @Test func slicesLowerTheTruth() throws {
    var configuration = ToyGaussianConfiguration()
    configuration.steps = 100
    configuration.slice.count = 10
    configuration.slice.rows = 400
    configuration.learningRate = 4e-3
    var toy = try ToyGaussianExperiment(
      configuration: configuration, environment: RunEnvironment(dataDirectories: []))
    for step in 0..<10 {
      var log = StepLog(step: step)
      try toy.advance(step: step, log: &log)
    }
    #expect(toy.trace.count == 2 && toy.trace[1] < 0.5 * toy.trace[0])
  }

  @Test func namesTheBadKey() throws {
    var configuration = ToyGaussianConfiguration()
    configuration.steps = 15
    #expect {
      try configuration.validate()
    } throws: { error in
      "\(error)".contains("`steps`") && "\(error)".contains("multiple of 10")
    }
    configuration = ToyGaussianConfiguration()
    configuration.start = 1
    #expect {
      try configuration.check()
    } throws: { error in
      "\(error)".contains("program: `start`: expected a number between 0 and 0.785, found 1.0")
    }
  }
}
