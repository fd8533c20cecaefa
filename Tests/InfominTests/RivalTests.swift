import GradientChecking
import Infomin
import Layers
import RealModule
import Storage
import TensorCore
import Testing

/// The rivals against PyTorch's automatic differentiation (`make_infomin.py`) and the authors' code.
@Suite struct RivalTests {
  private let random = Philox(seed: 1)

  @Test(arguments: ["scalar", "vector", "strong", "repeated", "oneHot", "clamped"])
  func distanceAndPearsonAgreeWithPyTorch(name: String) throws {
    let golden = try Golden("dependence")
    let estimators: [(String, any DependenceEstimator<Double>)] = [
      ("pearson", PearsonTerm()), ("official", DistanceCorrelation(.official)),
      ("uCentred", DistanceCorrelation(.unbiased)),
    ]
    for (kind, estimator) in estimators {
      let key = "\(kind).\(name)"
      let (z, t) = try (golden["\(key).z"], golden["\(key).t"])
      let (value, dZ, dT) = estimator.valueAndGradient(z, t, includingTarget: true, using: random)
      let expected = try golden.scalar("\(key).value")
      #expect(abs(value - expected) < 1e-9 * max(1, expected), "\(key)")
      #expect(estimator.value(z, t, using: random) == value)
      #expect(relativeError(dZ, try golden["\(key).dZ"]) < 1e-9, "\(key)")
      #expect(relativeError(try #require(dT), try golden["\(key).dT"]) < 1e-9, "\(key)")
    }
  }

  /// - Note: The authors' `torch.cdist` takes the matrix-product form above 25 rows, whose zero distances are rounding noise of
  ///   about 1e-7 and whose backward cancels; their gradients repeat to 6e-10 only, and differ from exact ones by up to 1e-8
  ///   of the largest entry. Values agree within 2e-9.
  @Test(
    .enabled(if: Folders.hasSharedGolden, "the shared golden folder is not there"),
    arguments: ["infomin_scalar", "infomin_onehot", "infomin_vector"])
  func agreesWithTheOfficialCode(file: String) throws {
    let golden = try Golden(shared: file)
    let (z, t) = try (golden["Z"], golden["T"])
    let pearson = PearsonTerm<Double>().valueAndGradient(
      z, t, includingTarget: false, using: random)
    #expect(relativeError(pearson.value, try golden.scalar("pearson")) < 1e-9)
    #expect(relativeError(pearson.dZ, try golden["pearson_dZ"]) < 1e-9)
    let distance = DistanceCorrelation<Double>(.official).valueAndGradient(
      z, t, includingTarget: false, using: random)
    #expect(relativeError(distance.value, try golden.scalar("dcor")) < 2e-9)
    #expect(relativeError(distance.dZ, try golden["dcor_dZ"]) < 2e-8)
  }

  /// Every term against central differences, in both arrays; unequal extents, one column of T and several.
  @Test(arguments: [(9, 4, 1), (14, 3, 2), (140, 2, 3)])
  func gradientsAgreeWithDifferences(rows: Int, columns: Int, targets: Int) throws {
    var draw = Philox(seed: UInt64(rows))
    let z: Tensor<Double> = draw.normal(shape: [rows, columns])
    let t: Tensor<Double> =
      draw.normal(shape: [rows, targets]) + z.slice(0..<1, along: 1)
    var slice = SlicedTerm(SlicedDependence<Double>(sliceCount: 5, ridge: 0.1, fitFraction: 1))
    _ = try slice.fit(z, t, using: draw)
    let terms: [(String, any DependenceEstimator<Double>)] = [
      ("none", NoDependence()), ("pearson", PearsonTerm()), ("slice", slice),
      ("official", DistanceCorrelation(.official)), ("unbiased", DistanceCorrelation(.unbiased)),
      ("renyi", NeuralRenyi(inputs: columns, targets: targets, hidden: [7], random: draw)),
      ("tc", NeuralTotalCorrelation(inputs: columns, targets: targets, hidden: 7, random: draw)),
      ("club", CLUB(inputs: columns, targets: targets, hidden: 7, random: draw)),
    ]
    for (name, term) in terms {
      let (value, dZ, dT) = term.valueAndGradient(z, t, includingTarget: true, using: draw)
      #expect(abs(value - term.value(z, t, using: draw)) < 1e-12, "\(name)")
      try checkGradient(
        of: { term.value($0[0], $0[1], using: draw) }, gradients: [dZ, try #require(dT)],
        at: [z, t], names: ["\(name) z", "\(name) t"])
    }
  }

  /// A perceptron from golden weights `prefix1`, `bias1`, …, the last bias where the file has one.
  private func network(
    _ golden: Golden, _ key: String, _ weight: String, _ bias: String, layers: Int,
    _ activations: [Activation]
  ) throws -> MLP<Double> {
    let dense = try (1...layers).map { index in
      Dense(
        weight: try golden["\(key).\(weight)\(index)"],
        bias: golden.arrays["\(key).\(bias)\(index)"]?.tensor(as: Double.self))
    }
    return MLP(layers: dense, activations: activations)
  }

  private func expectGradient(
    _ gradient: MLP<Double>.Gradient, _ golden: Golden, _ key: String, _ weight: String,
    _ bias: String, sign: Double = 1
  ) throws {
    for (index, layer) in gradient.layers.enumerated() {
      #expect(
        relativeError(layer.weight * sign, try golden["\(key).d\(weight)\(index + 1)"]) < 1e-9)
      if let found = layer.bias {
        #expect(relativeError(found * sign, try golden["\(key).d\(bias)\(index + 1)"]) < 1e-9)
      }
    }
  }

  @Test(arguments: ["Scalar", "Vector"])
  func renyiAgreesWithPyTorch(kind: String) throws {
    let golden = try Golden("neural")
    for (key, layers) in [("renyi\(kind)", 2), ("renyiDeep\(kind)", 3)] {
      let network = try network(
        golden, key, "weight", "bias", layers: layers,
        Array(repeating: .leakyReLU(0.01), count: layers - 1) + [.identity])
      let (z, t) = try (golden["\(key).z"], golden["\(key).t"])
      let result = RenyiObjective.evaluate(network, z, t, wanting: [.network, .z, .t])
      #expect(relativeError(result.value, try golden.scalar("\(key).value")) < 1e-10)
      #expect(relativeError(try #require(result.dZ), try golden["\(key).dZ"]) < 1e-9)
      #expect(relativeError(try #require(result.dT), try golden["\(key).dT"]) < 1e-9)
      try expectGradient(#require(result.network), golden, key, "Weight", "Bias")
      let zAlone = RenyiObjective.evaluate(network, z, t, wanting: .z)
      #expect(zAlone.dZ == result.dZ)
    }
  }

  @Test(arguments: ["Scalar", "Vector"])
  func twoSidedAgreesWithPyTorch(kind: String) throws {
    let golden = try Golden("neural")
    let key = "twoSided\(kind)"
    let model = TwoSidedCorrelation(
      z: try network(golden, key, "weight", "bias", layers: 2, [.leakyReLU(0.01), .identity]),
      t: try network(
        golden, key, "targetWeight", "targetBias", layers: 2, [.leakyReLU(0.01), .identity]))
    let (z, t) = try (golden["\(key).z"], golden["\(key).t"])
    let result = model.evaluate(z, t, includingArrays: true)
    #expect(relativeError(result.value, try golden.scalar("\(key).value")) < 1e-10)
    #expect(relativeError(try #require(result.dZ), try golden["\(key).dZ"]) < 1e-9)
    #expect(relativeError(try #require(result.dT), try golden["\(key).dT"]) < 1e-9)
    try expectGradient(result.gradient.z, golden, key, "Weight", "Bias")
    try expectGradient(result.gradient.t, golden, key, "TargetWeight", "TargetBias")
  }

  @Test(arguments: ["Scalar", "Vector"])
  func totalCorrelationAgreesWithPyTorch(kind: String) throws {
    let golden = try Golden("neural")
    let key = "totalCorrelation\(kind)"
    let (z, t) = try (golden["\(key).z"], golden["\(key).t"])
    var critic = NeuralTotalCorrelation<Double>(
      inputs: z.shape[1], targets: t.shape[1], random: random)
    critic.network = try network(
      golden, key, "weight", "bias", layers: 3, [.relu, .leakyReLU(0.01), .identity])
    let order = try golden["\(key).permutations"]
    let rows = order.shape[1]
    let permutations = (
      z: order.scalars[0..<rows].map { Int($0) }, t: order.scalars[rows...].map { Int($0) }
    )
    let (value, dZ, dT) = critic.valueAndGradient(
      z, t, includingTarget: true, permutations: permutations)
    #expect(relativeError(value, try golden.scalar("\(key).value")) < 1e-10)
    #expect(relativeError(dZ, try golden["\(key).dZ"]) < 1e-9)
    #expect(relativeError(try #require(dT), try golden["\(key).dT"]) < 1e-9)
  }

  @Test(arguments: ["Scalar", "Vector"])
  func clubAgreesWithPyTorch(kind: String) throws {
    let golden = try Golden("neural")
    for key in ["club\(kind)", "clubLikelihood\(kind)"] {
      let conditional = ConditionalGaussian(
        mean: try network(
          golden, key, "meanWeight", "meanBias", layers: 2, [.leakyReLU(0.2), .identity]),
        logVariance: try network(
          golden, key, "varianceWeight", "varianceBias", layers: 2, [.leakyReLU(0.2), .tanh]))
      let (z, t) = try (golden["\(key).z"], golden["\(key).t"])
      if key == "club\(kind)" {
        let (value, dZ, dT) = CLUB(conditional).valueAndGradient(
          z, t, includingTarget: true, using: random)
        #expect(relativeError(value, try golden.scalar("\(key).value")) < 1e-10)
        #expect(relativeError(dZ, try golden["\(key).dZ"]) < 1e-9)
        #expect(relativeError(try #require(dT), try golden["\(key).dT"]) < 1e-9)
      } else {
        #expect(
          relativeError(conditional.likelihood(z, t), try golden.scalar("\(key).value")) < 1e-10)
        let gradient = conditional.lossGradient(z, t)
        try expectGradient(gradient.mean, golden, key, "MeanWeight", "MeanBias", sign: -1)
        try expectGradient(
          gradient.logVariance, golden, key, "VarianceWeight", "VarianceBias", sign: -1)
      }
    }
  }

  /// Gradients of two networks at a time by differences, with their sums and multiples.
  @Test func gradientsOfPairsOfNetworksAgreeWithDifferences() throws {
    var draw = Philox(seed: 12)
    let z: Tensor<Double> = draw.normal(shape: [11, 3])
    let t: Tensor<Double> = draw.normal(shape: [11, 2]) + z.slice(0..<1, along: 1)
    let correlation = TwoSidedCorrelation<Double>(inputs: 3, targets: 2, hidden: 5, random: draw)
    try checkSlopes(
      of: correlation, gradient: correlation.evaluate(z, t, includingArrays: false).gradient,
      random: draw.stream("directions")
    ) { $0.value(z, t) }
    let gaussian = ConditionalGaussian<Double>(inputs: 3, targets: 2, hidden: 5, random: draw)
    try checkSlopes(
      of: gaussian, gradient: gaussian.lossGradient(z, t), random: draw.stream("directions")
    ) { -$0.likelihood(z, t) }
  }

  /// A classifier that does worse than chance is at −ln 2 where the value is clamped, and moves nothing.
  @Test func aClampedCriticStopsAtIndependence() throws {
    var draw = Philox(seed: 13)
    let z: Tensor<Double> = draw.normal(shape: [9, 3])
    let t: Tensor<Double> = draw.normal(shape: [9, 2])
    var clampedCount = 0
    for seed in 0..<8 {
      func value(_ clamps: Bool) -> (value: Double, dZ: Tensor<Double>, dT: Tensor<Double>?) {
        var critic = NeuralTotalCorrelation<Double>(
          inputs: 3, targets: 2, hidden: 5, clampsAtIndependence: clamps,
          random: Philox(seed: UInt64(seed)))
        // Scores near 0 are on either side of chance; large ones, untrained, are all worse.
        critic.network.layers[2].weight *= 0.01
        critic.network.layers[2].bias! *= 0.01
        let found = critic.valueAndGradient(z, t, includingTarget: true, using: random)
        #expect(abs(critic.value(z, t, using: random) - found.value) < 1e-14)
        return found
      }
      let (free, clamped) = (value(false), value(true))
      if free.value <= -Double.log(2) {
        clampedCount += 1
        #expect(clamped.value == -Double.log(2))
        #expect(clamped.dZ == .zeros(z.shape) && clamped.dT == .zeros(t.shape))
      } else {
        #expect(clamped.value == free.value && clamped.dZ == free.dZ && clamped.dT == free.dT)
      }
    }
    #expect((1..<8).contains(clampedCount))
  }

  /// What a checkpoint keeps of a critic is all of it, also through the protocol.
  @Test func criticsComeBackFromTheirState() throws {
    var draw = Philox(seed: 8)
    let z: Tensor<Double> = draw.normal(shape: [12, 3])
    let t: Tensor<Double> = draw.normal(shape: [12, 2])
    func terms(_ seed: UInt64) -> [any DependenceEstimator<Double>] {
      let random = Philox(seed: seed)
      return [
        NeuralRenyi(inputs: 3, targets: 2, hidden: [5], random: random),
        NeuralTotalCorrelation(inputs: 3, targets: 2, hidden: 5, random: random),
        CLUB(inputs: 3, targets: 2, hidden: 5, random: random),
      ]
    }
    for (saved, fresh) in zip(terms(1), terms(2)) {
      var fresh = fresh
      #expect(!saved.state.isEmpty)
      #expect(fresh.value(z, t, using: draw) != saved.value(z, t, using: draw))
      try fresh.restore(saved.state)
      #expect(fresh.value(z, t, using: draw) == saved.value(z, t, using: draw))
    }
  }

  @Test func slicesComeBackFromTheirState() throws {
    var draw = Philox(seed: 8)
    let z: Tensor<Double> = draw.normal(shape: [60, 3])
    let t: Tensor<Double> = draw.normal(shape: [60, 2])
    var saved = SlicedTerm(SlicedDependence<Double>(sliceCount: 4))
    #expect(saved.state.isEmpty)
    _ = try saved.fit(z, t, using: draw)
    var fresh = SlicedTerm(SlicedDependence<Double>(sliceCount: 4))
    try fresh.restore(saved.state)
    #expect(fresh.value(z, t, using: draw) == saved.value(z, t, using: draw))
    var damaged = saved.state
    damaged["t.weights"] = .zeros([3, 5])
    #expect(throws: ParameterError.shape(name: "t.weights", expected: [3, 4], found: [3, 5])) {
      try fresh.restore(damaged)
    }
    damaged["t.weights"] = nil
    #expect(throws: ParameterError.self) { try fresh.restore(damaged) }
    try fresh.restore([:])
    #expect(fresh.objective == nil)
  }

  /// Each critic sees dependence that is there, and none that is not, on rows it was not fitted on.
  @Test func criticsFindDependence() throws {
    var draw = Philox(seed: 3)
    let z: Tensor<Float> = draw.normal(shape: [2000, 3])
    let noise: Tensor<Float> = draw.normal(shape: [2000, 1])
    let dependent = z.slice(0..<1, along: 1) + noise * 0.3
    let training = InnerTraining(learningRate: 5e-3, batchSize: 256, passes: 15)
    func report(_ t: Tensor<Float>) throws -> [FitReport] {
      var renyi = NeuralRenyi<Float>(inputs: 3, targets: 1, training: training, random: draw)
      var tc = NeuralTotalCorrelation<Float>(
        inputs: 3, targets: 1, training: training, random: draw)
      var club = CLUB<Float>(inputs: 3, targets: 1, training: training, random: draw)
      var slice = SlicedTerm<Float>(SlicedDependence(sliceCount: 20))
      return [
        try renyi.fit(z, t, using: draw), try tc.fit(z, t, using: draw),
        try club.fit(z, t, using: draw), try slice.fit(z, t, using: draw),
      ]
    }
    let (seen, unseen) = try (report(dependent), report(noise))
    // Correlation 0.958, cross-entropy below ln 2 = 0.693, a positive bound, a sliced value near the correlation.
    #expect(seen[0].heldOut! > 0.9 && unseen[0].heldOut! < 0.15)
    #expect(seen[1].heldOut! > -0.55 && unseen[1].heldOut! < -0.65)
    #expect(seen[2].heldOut! > 0.5 && abs(unseen[2].heldOut!) < 0.1)
    #expect(seen[3].heldOut! > 0.9 && unseen[3].heldOut! < 0.15)
  }
}
