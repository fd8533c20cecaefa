import Infomin
import TensorCore
import Testing

@Suite struct IndependenceTestTests {
  static let statistics: [IndependenceTest.Statistic] = [
    .sliced(count: 6, form: .joint), .sliced(count: 6, form: .pair), .distance, .pearson,
    .renyi(
      hidden: 16,
      training: InnerTraining(learningRate: 0.01, passes: 30, firstPassIdle: false)),
  ]

  enum Relation { case none, linear, quadratic, circle, product }

  static func sample(_ relation: Relation, rows: Int, columns: Int, seed: Int)
    -> (z: Tensor<Float>, t: Tensor<Float>)
  {
    var random = Philox(seed: 7).stream("sample", seed)
    let z: Tensor<Float> = random.normal(shape: [rows, columns])
    let noise: Tensor<Float> = random.normal(shape: [rows, columns])
    switch relation {
    case .none: return (z, noise)
    case .linear: return (z, z + noise * 0.5)
    case .quadratic: return (z, square(z) + noise * 0.3)
    case .product: return (z, z * noise)
    case .circle:
      let angle: Tensor<Float> = random.uniform(shape: [rows, columns], in: -Float.pi..<Float.pi)
      return (cos(angle) + z * 0.1, sin(angle) + noise * 0.1)
    }
  }

  static func rejections(
    _ statistic: IndependenceTest.Statistic, _ relation: Relation, rows: Int = 120,
    columns: Int = 2, replications: Int, permutations: Int = 39
  ) throws -> Int {
    let test = IndependenceTest(statistic, permutations: permutations)
    return try (0..<replications).count { index in
      let (z, t) = sample(relation, rows: rows, columns: columns, seed: index)
      return try test.run(z, t, using: Philox(seed: 1).stream("test", index)).pValue <= 0.05
    }
  }

  /// 2/40 exactly: of 100 replications at most 13 reject with probability 0.9995, and at least one with 0.994.
  @Test(arguments: statistics) func sizeIsNearTheLevel(statistic: IndependenceTest.Statistic) throws
  {
    let count = try Self.rejections(statistic, .none, rows: 60, replications: 100)
    #expect((0...13).contains(count), "\(count) of 100")
  }

  @Test(arguments: statistics) func strongDependenceIsFound(statistic: IndependenceTest.Statistic)
    throws
  {
    #expect(try Self.rejections(statistic, .linear, replications: 5) == 5)
  }

  /// What correlations cannot see, slices and distances do.
  @Test(arguments: [Relation.quadratic, .circle, .product])
  func blindSpotsAreWhereTheyShouldBe(relation: Relation) throws {
    let slices = try Self.rejections(
      .sliced(count: 6, form: .joint), relation, rows: 300, columns: 1, replications: 8)
    let distance = try Self.rejections(
      .distance, relation, rows: 300, columns: 1, replications: 8)
    let pearson = try Self.rejections(
      .pearson, relation, rows: 300, columns: 1, replications: 8)
    #expect(slices == 8)
    #expect(distance == 8)
    #expect(pearson <= 5)
  }

  @Test func networksAreBlindToSpreadAlone() throws {
    let count = try Self.rejections(
      .renyi(hidden: 16, training: InnerTraining(passes: 20, firstPassIdle: false)), .product,
      rows: 300, columns: 1, replications: 8)
    #expect(count <= 4)
  }

  @Test func statisticsAreThoseOfTheEstimators() throws {
    let (z, t) = Self.sample(.linear, rows: 80, columns: 3, seed: 0)
    let random = Philox(seed: 2)
    let distance = try IndependenceTest(.distance, permutations: 1).run(z, t, using: random)
    let expected = DistanceCorrelation<Float>(.unbiased).value(z, t, using: random)
    // The estimator's J is the square root.
    #expect(abs(distance.statistic - Double(expected * expected)) < 1e-5)
    let pearson = try IndependenceTest(.pearson, permutations: 1).run(z, t, using: random)
    var largest: Float = 0
    for a in 0..<3 {
      for b in 0..<3 {
        let pair = PearsonTerm<Float>().value(
          z.slice(a..<a + 1, along: 1), t.slice(b..<b + 1, along: 1), using: random)
        largest = max(largest, pair)
      }
    }
    #expect(abs(pearson.statistic - Double(largest)) < 1e-5)
  }

  @Test(arguments: statistics) func isAFunctionOfTheStream(statistic: IndependenceTest.Statistic)
    throws
  {
    let (z, t) = Self.sample(.circle, rows: 64, columns: 2, seed: 1)
    let test = IndependenceTest(statistic, permutations: 20)
    let first = try test.run(z, t, using: Philox(seed: 5))
    #expect(try test.run(z, t, using: Philox(seed: 5)) == first)
    #expect(first.null.count == 20 && first.pValue >= 1 / 21.0 && first.pValue <= 1)
    let rank = 1 + first.null.count { $0 >= first.statistic }
    #expect(first.pValue == Double(rank) / 21)
  }

  /// Equal rows: every permutation gives the observed value, and nothing is significant.
  @Test(arguments: statistics) func constantTargetIsNeverSignificant(
    statistic: IndependenceTest.Statistic
  ) throws {
    let (z, _) = Self.sample(.none, rows: 64, columns: 2, seed: 1)
    let test = IndependenceTest(statistic, permutations: 20)
    let result = try test.run(z, .ones([64, 1]), using: Philox(seed: 5))
    #expect(result.pValue == 1)
  }

  @Test func badInputIsAnError() {
    let random = Philox(seed: 0)
    let few = Tensor<Float>.ones([12, 1])
    #expect {
      try IndependenceTest(.sliced(count: 3)).run(few, few, using: random)
    } throws: { error in
      "\(error)".contains("expected at least 16 rows, found 12")
    }
    var bad = Self.sample(.none, rows: 40, columns: 2, seed: 0).z
    bad[3, 1] = .nan
    #expect {
      try IndependenceTest(.distance).run(bad, bad, using: random)
    } throws: { error in
      "\(error)".contains("column 1 of Z")
    }
  }
}
