import TensorCore
import Testing

@testable import Metrics

/// What the metrics of factors must say of codes whose making is known.
struct FactorScoresTests {
  private static let count = 3000

  /// Three independent factors of 4, 3 and 6 values.
  private static let factors: [[Int]] = {
    var random = Philox(seed: 11).stream("factors")
    return [4, 3, 6].map { values in (0..<count).map { _ in random.next(below: values) } }
  }()

  /// Numbers without information.
  private static func noise(_ width: Int) -> [[Double]] {
    var random = Philox(seed: 12).stream("noise")
    return (0..<width).map { _ in (0..<count).map { _ in random.uniform() } }
  }

  private static let ideal = factors.map { $0.map(Double.init) }

  private func scores(_ columns: [[Double]]) throws -> FactorScores {
    let codes = Tensor<Double>(
      shape: [Self.count, columns.count],
      scalars: (0..<Self.count).flatMap { row in columns.map { $0[row] } })
    return try FactorScores(codes: codes, factors: Self.factors, using: Philox(seed: 5))
  }

  @Test func anIdealCodeIsPerfect() throws {
    let found = try scores(Self.ideal)
    #expect(found.informationGap.score > 0.98 && found.predictability.score > 0.5)
    #expect(found.dci.disentanglement == 1 && found.dci.completeness == 1)
    #expect(found.dci.informativeness == 1)
    #expect(try #require(found.modularity).score > 0.999)
    // The best number is always right, the others guess.
    #expect(found.predictability.scores[0][0] == 1 && found.predictability.scores[1][0] < 0.35)
  }

  /// Codes in any unit, at the ends of what Double holds, and with offsets: the same figures.
  @Test(arguments: [
    (1e20, 0), (1e-20, 0), (0x1p-1030, 0), (1e307, 0), (-1e200, 0), (1, 1e6), (1e-30, -1e-24),
    (1e30, 1e36),
  ])
  func unitsDoNotMatter(factor: Double, offset: Double) throws {
    // A whole number and its noise in eighths, exact in every unit.
    let columns = zip(Self.ideal + Self.noise(1), Self.noise(4)).map { column, noise in
      zip(column, noise).map { $0 + ($1 * 8).rounded(.down) / 8 }
    }
    let expected = try scores(columns)
    let found = try scores(columns.map { $0.map { $0 * factor + offset } })
    for (found, expected) in zip(found.scalars, expected.scalars) {
      #expect(abs(found.value - expected.value) < 0.02, "\(found.name)")
    }
  }

  /// Another order of the numbers, other signs, bent scales, other names of the values: nothing that metrics may see.
  @Test func orderSignAndScaleDoNotMatter() throws {
    let ideal = try scores(Self.ideal)
    let bent = try scores([
      Self.ideal[2].map { -7 * $0 }, Self.ideal[0].map { ($0 + 2) * ($0 + 2) }, Self.ideal[1],
    ])
    #expect(bent.dci.disentanglement == 1 && bent.dci.completeness == 1)
    #expect(bent.dci.informativeness == 1)
    #expect(abs(bent.informationGap.score - ideal.informationGap.score) < 1e-12)
    #expect(bent.predictability.score > 0.5)
    let importance = bent.dci.importance
    #expect(importance == [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    let renamed = try FactorScores(
      codes: Tensor<Double>(
        shape: [Self.count, 3],
        scalars: (0..<Self.count).flatMap { row in Self.ideal.map { $0[row] } }),
      factors: Self.factors.map { $0.map { 90 - 4 * $0 } }, using: Philox(seed: 5))
    #expect(renamed.dci.disentanglement == 1)
    #expect(abs(renamed.informationGap.score - ideal.informationGap.score) < 1e-12)
  }

  @Test func unusedNumbersTakeNothingAway() throws {
    let found = try scores(Self.ideal + Self.noise(3))
    #expect(found.informationGap.score > 0.97 && found.predictability.score > 0.5)
    #expect(found.dci.disentanglement == 1 && found.dci.completeness == 1)
    #expect(found.dci.importance[3...].allSatisfy { $0 == [0, 0, 0] })
  }

  @Test func twiceTheSameNumberIsModularYetNotCompact() throws {
    let found = try scores(Self.ideal + Self.ideal)
    #expect(found.informationGap.score < 1e-12 && found.predictability.score < 1e-12)
    #expect(try #require(found.modularity).score > 0.999)
    #expect(found.dci.disentanglement == 1 && found.dci.informativeness == 1)
    // Two equal numbers of six: 1 − ln 2 / ln 6 at equal shares.
    #expect(found.dci.completeness < 0.8 && found.dci.completeness > 0.6)
  }

  /// All factors in all numbers: they can be told, though by no number alone.
  @Test func aRotatedCodeMixes() throws {
    let (a, b, c) = (Self.ideal[0], Self.ideal[1], Self.ideal[2])
    let third = 1.0 / 3
    // A reflection with equal entries but one: orthogonal, and as mixed as three numbers get.
    let rotation = [
      [third, -2 * third, -2 * third], [-2 * third, third, -2 * third],
      [-2 * third, -2 * third, third],
    ]
    let mixed = rotation.map { row in
      (0..<Self.count).map { row[0] * a[$0] / 3 + row[1] * b[$0] / 2 + row[2] * c[$0] / 5 }
    }
    let found = try scores(mixed)
    #expect(found.informationGap.score < 0.2 && found.predictability.score < 0.2)
    #expect(found.dci.disentanglement < 0.5 && found.dci.completeness < 0.5)
    #expect(found.dci.informativeness > 0.7)
    #expect(try #require(found.modularity).score < 0.9)
  }

  @Test func aCodeWithoutInformationScoresNothing() throws {
    let found = try scores(Self.noise(4))
    #expect(found.informationGap.score < 0.01 && found.predictability.score < 0.05)
    #expect(found.dci.disentanglement == 0 && found.dci.completeness == 0)
    #expect(found.dci.importance == Array(repeating: [0, 0, 0], count: 4))
    // The most frequent value: about 1/4, 1/3, 1/6.
    #expect(abs(found.dci.informativeness - 0.25) < 0.03)
    let constant = try scores([[Double](repeating: 3, count: Self.count)])
    #expect(constant.informationGap.score == 0 && constant.modularity?.score == 0)
    #expect(constant.predictability.score > 0 && constant.dci.disentanglement == 0)
  }

  @Test func threadsChangeNoBit() throws {
    defer { Parallelism.threads = 1 }
    let columns = Self.ideal.map { zip($0, Self.noise(1)[0]).map { $0 + 2 * $1 } }
    let one = try scores(columns)
    Parallelism.threads = 2
    #expect(try scores(columns) == one)
  }

  @Test func namesOfTheFigures() throws {
    let names = try scores(Self.ideal).scalars.map(\.name)
    #expect(
      names == [
        "MIG", "DCI disentanglement", "DCI completeness", "DCI informativeness", "SAP",
        "modularity",
      ])
    let single = try FactorScores(
      codes: Tensor<Float>(shape: [20, 1], scalars: (0..<20).map { Float($0 % 2) }),
      factors: [(0..<20).map { $0 % 2 }])
    #expect(single.modularity == nil && single.scalars.count == 5)
    #expect(single.informationGap.score == 1)
  }

  @Test func whatCannotBeScoredIsNamed() {
    let codes = Tensor<Double>(shape: [4, 1], scalars: [0, 1, 2, .nan])
    #expect(
      throws: MetricsError.constant(metric: "factors", argument: "factor 1", value: 7)
    ) { try FactoredCodes(codes: codes.rows(0..<3), factors: [[0, 1, 0], [7, 7, 7]]) }
    #expect(throws: MetricsError.self) { try FactoredCodes(codes: codes, factors: [[0, 1, 0, 1]]) }
    #expect(throws: MetricsError.tooFewRows(metric: "DCI", expected: 8, found: 3)) {
      try DCIScores(of: FactoredCodes(codes: codes.rows(0..<3), factors: [[0, 1, 0]]))
    }
    // A value of a single image is in one of the halves at most.
    #expect(throws: MetricsError.self) {
      try AttributePredictability(
        of: FactoredCodes(codes: codes.rows(0..<3), factors: [[0, 0, 5]]))
    }
  }

  @Test func binsAreThoseOfAHistogram() {
    #expect(FactorInformation.bins(of: [0, 0.49, 0.5, 0.99, 1], count: 2) == [0, 0, 1, 1, 1])
    #expect(FactorInformation.bins(of: [3, 3], count: 20) == [0, 0])
    let wide = FactorInformation.bins(
      of: [-Double.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude], count: 4)
    #expect(wide == [0, 2, 3])
  }

  @Test func thresholdsLieBetweenValues() {
    let few = BinnedColumns(of: [[3, 1, 1, 2], [5, 5, 5, 5]])
    #expect(few.thresholds == [[1.5, 2.5], []])
    #expect(few.places == [[2, 0, 0, 1], [0, 0, 0, 0]])
    let many = BinnedColumns(of: [(0..<1000).map { Double($0 * 7 % 1000) }])
    #expect(many.thresholds[0].count == BinnedColumns.mostBins - 1)
    #expect(Set(many.places[0]).count == BinnedColumns.mostBins)
  }

  @Test func swappedImagesAreAsFarAsTheirNorm() throws {
    let images = Tensor<Float>(shape: [2, 1, 2, 1], scalars: [0, 0, 1, 1])
    let others = Tensor<Float>(shape: [2, 1, 2, 1], scalars: [3, 4, 1, 2])
    #expect(try swapError(images, others) == 3)
    #expect(throws: MetricsError.self) {
      try swapError(Tensor<Float>.zeros([0, 2]), Tensor<Float>.zeros([0, 2]))
    }
  }
}
