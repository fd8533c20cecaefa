import Infomin
import TensorCore
import Testing

/// What the sliced estimator does at its edges, in each of its modes, and for any number of threads.
@Suite(.serialized) struct SliceBehaviourTests {
  private func pair(_ rows: Int, columns: Int, seed: UInt64 = 5, strength: Double = 1)
    -> (z: Tensor<Double>, t: Tensor<Double>)
  {
    var random = Philox(seed: seed)
    let z: Tensor<Double> = random.normal(shape: [rows, columns])
    let noise: Tensor<Double> = random.normal(shape: [rows, 1])
    return (z, square(z.slice(0..<1, along: 1)) * strength + noise * 0.3)
  }

  @Test(arguments: [SliceMode.sphere, .orthogonal, .gaussian])
  func directionsHaveTheirLengths(mode: SliceMode) throws {
    let slices: Tensor<Double> = try Slices.draw(
      7, dimension: 3, mode: mode, using: Philox(seed: 2))
    let products = matmul(slices, slices, transposeB: true)
    switch mode {
    case .gaussian: #expect(abs(products - Tensor.identity(7)).max() > 0.1)
    case .sphere: for i in 0..<7 { #expect(abs(products[i, i] - 1) < 1e-12) }
    case .orthogonal:
      // Orthonormal within each group of three.
      for group in [0..<3, 3..<6, 6..<7] {
        let part = slices.rows(group)
        let own = matmul(part, part, transposeB: true)
        #expect(abs(own - Tensor.identity(group.count)).max() < 1e-12)
      }
    }
  }

  @Test func everyModeAndFormSeesWhatPearsonMisses() throws {
    let (z, t) = pair(3000, columns: 4)
    for mode in SliceMode.allCases {
      for form in SlicedDependence<Double>.Form.allCases {
        let fit = try SlicedDependence<Double>(sliceCount: 30, form: form, mode: mode).fit(
          z, t, using: Philox(seed: 1))
        #expect(try #require(fit.heldOut) > 0.4, "\(mode) \(form)")
      }
    }
    #expect(PearsonTerm<Double>().value(z, t, using: Philox(seed: 0)) < 0.1)
  }

  @Test func gradientSolverApproachesTheAnalyticOne() throws {
    let (z, t) = pair(2000, columns: 3)
    let random = Philox(seed: 1)
    let analytic = try SlicedDependence<Double>(sliceCount: 10).fit(z, t, using: random)
    let gradient = try SlicedDependence<Double>(
      sliceCount: 10, solver: .gradient(steps: 400, learningRate: 0.02)
    ).fit(z, t, using: random)
    #expect(gradient.inSample <= analytic.inSample + 0.01)
    #expect(gradient.inSample > 0.9 * analytic.inSample)
    #expect(gradient.correlation.isNaN)
  }

  /// Step for step what Adam makes of central differences of the objective; rows are few, so that n and n − 1 are apart.
  @Test(arguments: [1, 2, 3] as [UInt64]) func gradientSolverTakesTheStepsOfAdam(seed: UInt64)
    throws
  {
    let (z, bent) = pair(13, columns: 3)
    let t = Tensor.concatenate([bent, z.slice(1..<2, along: 1) * -0.7 + bent], along: 1)
    let (rate, steps) = (0.05, 4)
    let fit = try SlicedDependence<Double>(
      sliceCount: 5, solver: .gradient(steps: steps, learningRate: rate), fitFraction: 1
    ).fit(z, t, using: Philox(seed: seed))
    let objective = fit.objective
    func value(_ weights: [Tensor<Double>]) -> Double {
      SliceObjective(
        z: .init(directions: objective.z.directions, weights: weights[0]),
        t: .init(directions: objective.t.directions, weights: weights[1])
      ).value(z, t)
    }
    var weights = ["z", "t"].map { name -> Tensor<Double> in
      var random = Philox(seed: 0).stream("slices/weights").stream(name)
      return random.uniform(shape: [3, 5], in: -1..<1)
    }
    var first = weights.map { Tensor<Double>.zeros($0.shape) }
    var second = first
    var (slow, slower) = (1.0, 1.0)
    for _ in 0..<steps {
      let gradients = weights.indices.map { side in
        Tensor(
          shape: [3, 5],
          scalars: (0..<15).map { index in
            func moved(_ h: Double) -> Double {
              var other = weights
              other[side][index / 5, index % 5] += h
              return value(other)
            }
            return (moved(1e-6) - moved(-1e-6)) / 2e-6
          })
      }
      (slow, slower) = (slow * 0.9, slower * 0.999)
      for side in 0..<2 {
        first[side] = first[side] * 0.9 + gradients[side] * 0.1
        second[side] = second[side] * 0.999 + square(gradients[side]) * 0.001
        let (mean, variance) = (
          first[side] * (1 / (1 - slow)), second[side] * (1 / (1 - slower))
        )
        weights[side] += mean * rate / (variance.map { $0.squareRoot() } + 1e-8)
      }
    }
    #expect(relativeError(objective.z.weights, weights[0]) < 1e-6)
    #expect(relativeError(objective.t.weights, weights[1]) < 1e-6)
  }

  @Test func warnsOfTooFewRows() throws {
    let (z, t) = pair(500, columns: 8, strength: 0)
    let few = try SlicedDependence<Double>(sliceCount: 100).fit(z, t, using: Philox(seed: 1))
    let warning = try #require(few.warning)
    #expect(warning.contains("400 rows for 300 features") && warning.contains("600"))
    // The reason for the warning: independent data, a high value in the sample, none outside.
    #expect(few.inSample > 0.6 && few.heldOut! < 0.3)
    #expect(
      try SlicedDependence<Double>(sliceCount: 10).fit(z, t, using: Philox(seed: 1)).warning
        == nil)
  }

  @Test func constantColumnsCountForNothing() throws {
    let (z, t) = pair(400, columns: 3)
    let dead = Tensor.concatenate([z, Tensor(shape: [400, 1], repeating: 2.5)], along: 1)
    let fit = try SlicedDependence<Double>(sliceCount: 12).fit(dead, t, using: Philox(seed: 1))
    let (value, dZ, _) = fit.objective.valueAndGradient(dead, t)
    #expect(value.isFinite && dZ.isFinite)
    #expect(dZ.slice(3..<4, along: 1) == .zeros([400, 1]))
    // A constant T has no dependence, and no gradient.
    let still = try SlicedDependence<Double>(sliceCount: 12).fit(
      z, .ones([400, 1]), using: Philox(seed: 1))
    #expect(still.inSample == 0)
    #expect(still.objective.valueAndGradient(z, .ones([400, 1])).dZ == .zeros(z.shape))
  }

  @Test func badDataIsNamed() throws {
    var (z, t) = pair(100, columns: 3)
    z[7, 2] = .nan
    let estimator = SlicedDependence<Double>(sliceCount: 5)
    #expect {
      try estimator.fit(z, t, using: Philox(seed: 1))
    } throws: { error in
      "\(error)".contains("NaN or infinity in column 2 of Z")
    }
    #expect {
      try estimator.fit(z.rows(0..<6), t.rows(0..<6), using: Philox(seed: 1))
    } throws: { error in
      "\(error)".contains("at least 10 rows, found 6")
    }
    var renyi = NeuralRenyi<Double>(inputs: 3, targets: 1, random: Philox(seed: 1))
    #expect {
      _ = try renyi.fit(z, t, using: Philox(seed: 1))
    } throws: { error in
      "\(error)".contains("NeuralRenyi") && "\(error)".contains("column 2 of Z")
    }
  }

  /// Shift and scale of columns change nothing; gradients sum to zero and are orthogonal to the standardised column.
  @Test func gradientIsInvariantToShiftAndScale() throws {
    let (z, t) = pair(150, columns: 3)
    let fit = try SlicedDependence<Double>(sliceCount: 9).fit(z, t, using: Philox(seed: 1))
    let (value, dZ, _) = fit.objective.valueAndGradient(z, t)
    let moved = z * Tensor([2.0, 0.5, 30]) + Tensor([1.0, -4, 100])
    #expect(abs(fit.objective.value(moved, t) - value) < 1e-12)
    #expect(abs(dZ.sum(along: 0)).max() < 1e-12)
    #expect(abs((dZ * (z - z.mean(along: 0))).sum(along: 0)).max() < 1e-12)
  }

  @Test func threadsChangeNoBit() throws {
    let (z64, t64) = pair(5000, columns: 12)
    let (z, t) = (z64.converted(to: Float.self), t64.converted(to: Float.self))
    func everything() throws -> [Float] {
      var random = Philox(seed: 9)
      let wide: Tensor<Float> = random.normal(shape: [5000, 2]) + t
      var bits: [Float] = []
      for (target, form) in [(t, SlicedDependence<Float>.Form.joint), (wide, .joint), (t, .pair)] {
        let fit = try SlicedDependence<Float>(sliceCount: 20, form: form).fit(
          z, target, using: random)
        let result = fit.objective.valueAndGradient(z, target, includingTarget: true)
        bits += [fit.inSample, try #require(fit.heldOut), result.value]
        bits += result.dZ.scalars + result.dT!.scalars
      }
      let small = (z: z.rows(0..<300), t: t.rows(0..<300))
      let training = InnerTraining(batchSize: 100, passes: 3)
      var renyi = NeuralRenyi<Float>(inputs: 12, targets: 1, training: training, random: random)
      var tc = NeuralTotalCorrelation<Float>(
        inputs: 12, targets: 1, training: training, random: random)
      var club = CLUB<Float>(inputs: 12, targets: 1, training: training, random: random)
      _ = try renyi.fit(small.z, small.t, using: random)
      _ = try tc.fit(small.z, small.t, using: random)
      _ = try club.fit(small.z, small.t, using: random)
      let terms: [any DependenceEstimator<Float>] = [
        renyi, tc, club, DistanceCorrelation(.official), PearsonTerm(),
      ]
      for term in terms {
        let result = term.valueAndGradient(
          small.z, small.t, includingTarget: true, using: random)
        bits += [result.value] + result.dZ.scalars + result.dT!.scalars
      }
      return bits
    }
    let before = Parallelism.threads
    defer { Parallelism.threads = before }
    Parallelism.threads = 1
    let one = try everything()
    Parallelism.threads = 2
    let two = try everything()
    #expect(one == two)
    #expect(one.allSatisfy { $0.isFinite })
  }
}
