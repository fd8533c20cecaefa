import Infomin
import TensorCore
import Testing

/// The metric on relations whose answer is known.
@Suite struct RhoStarTests {
  private func arrays(_ rows: Int, _ relation: (Double, Double) -> Double) -> (
    z: Tensor<Float>, t: Tensor<Float>
  ) {
    var random = Philox(seed: 11)
    let z: Tensor<Double> = random.normal(shape: [rows, 2])
    let noise: Tensor<Double> = random.normal(shape: [rows, 1])
    let first = z.slice(0..<1, along: 1)
    return (z.converted(to: Float.self), first.zipped(noise, relation).converted(to: Float.self))
  }

  private func measure(_ functions: RhoStar.Functions, _ relation: (Double, Double) -> Double)
    throws -> RhoStar.Result
  {
    let train = arrays(3000, relation)
    let test = (z: train.z.rows(2400..<3000), t: train.t.rows(2400..<3000))
    let fit = (z: train.z.rows(0..<2400), t: train.t.rows(0..<2400))
    let training = InnerTraining(learningRate: 3e-3, batchSize: 256, passes: 30)
    return try RhoStar(functions, training: training, permutations: 100).measure(
      train: fit, test: test, using: Philox(seed: 1)
    ).result
  }

  private static let all: [RhoStar.Functions] = [
    .oneSided(hidden: [64]), .twoSided(hidden: 64), .slices(count: 20),
  ]

  @Test(arguments: all) func deterministicRelationIsOne(functions: RhoStar.Functions) throws {
    let result = try measure(functions) { z, _ in z * z * z / 3 + z }
    #expect(result.test > 0.95 && result.pValue < 0.02)
  }

  @Test(arguments: all) func independenceIsAtTheNull(functions: RhoStar.Functions) throws {
    let result = try measure(functions) { _, noise in noise }
    #expect(result.test < 0.13 && result.null95 > 0.03 && result.null95 < 0.13)
    #expect(result.pValue > 0.01)
  }

  /// E[T|Z] = 0, Var[T|Z] moves: the one-sided metric is blind, the others see it.
  @Test func onlyTheOneSidedFormIsBlindToVariance() throws {
    func scale(_ z: Double, _ noise: Double) -> Double { noise * (z > 0 ? 3 : 0.2) }
    #expect(try measure(.oneSided(hidden: [64]), scale).test < 0.15)
    #expect(try measure(.twoSided(hidden: 64), scale).test > 0.4)
    #expect(try measure(.slices(count: 20), scale).test > 0.4)
  }

  @Test func startsFromAGivenNetworkAndStopsWhenAsked() throws {
    let data = arrays(600) { z, noise in z + noise * 0.1 }
    let training = InnerTraining(learningRate: 5e-3, batchSize: 128, passes: 20)
    var term = NeuralRenyi<Float>(
      inputs: 2, targets: 1, hidden: [32], training: training, random: Philox(seed: 2))
    _ = try term.fit(data.z, data.t, using: Philox(seed: 3))
    let metric = RhoStar(
      .oneSided(hidden: [32]), training: InnerTraining(passes: 1), permutations: 20)
    let started = try metric.measure(
      train: data, test: data, startingFrom: term.network, using: Philox(seed: 4))
    #expect(started.result.test > 0.98)
    #expect(started.testScores.count == 600)
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try metric.measure(train: data, test: data, using: Philox(seed: 4)) { _, _ in throw Stop() }
    }
  }

  @Test func tooFewTestRowsAreNamed() throws {
    let data = arrays(100) { z, _ in z }
    let few = (z: data.z.rows(0..<10), t: data.t.rows(0..<10))
    #expect {
      try RhoStar(.slices(count: 5)).measure(train: data, test: few, using: Philox(seed: 1))
    } throws: { "\($0)".contains("at least 20 rows, found 10") }
  }
}
