import Metrics
import TensorCore
import Testing

/// Values of SciPy 1.x: `stats.pearsonr`, `stats.spearmanr`, `stats.rankdata`.
struct CorrelationsTests {
  let a = [1.5, 2, 2, 3.25, -1, 7, 0.5, 3.25]
  let b = [2, 1, 4, 4, 0.25, 9, -3, 5]

  @Test func pearsonAgreesWithSciPy() throws {
    #expect(abs(try pearsonCorrelation(a, b) - 0.8793863508209455) < 1e-12)
    #expect(abs(try pearsonCorrelation(Tensor(a), Tensor(b)) - 0.8793863508209455) < 1e-12)
  }

  @Test func spearmanSharesTheRanksOfTies() throws {
    #expect(ranks(a) == [3, 4.5, 4.5, 6.5, 1, 8, 2, 6.5])
    #expect(abs(try spearmanCorrelation(a, b) - 0.9091076054353293) < 1e-12)
    #expect(abs(try spearmanCorrelation(Tensor(a), Tensor(b)) - 0.9091076054353293) < 1e-12)
  }

  @Test func knownAnswers() throws {
    #expect(try pearsonCorrelation(a, a.map { 3 - 2 * $0 }) == -1)
    #expect(try spearmanCorrelation(a, a.map { $0 * $0 * $0 }) == 1)
    // A symmetric square: dependent, yet not correlated.
    #expect(abs(try pearsonCorrelation([-2, -1, 0, 1, 2], [4, 1, 0, 1, 4])) < 1e-15)
    #expect(abs(try pearsonCorrelation(a + a, b + b) - pearsonCorrelation(a, b)) < 1e-12)
  }

  /// In any unit, and at an offset of 10⁶ deviations.
  @Test(arguments: [1e-200, 0x1p-1062, 1e-30, 1e30, 1e150, 1e200, 1e307, -1e200])
  func unitsDoNotMatter(factor: Double) throws {
    let expected = try pearsonCorrelation(a, b) * (factor < 0 ? -1 : 1)
    let scaled = a.map { $0 * factor }
    // Subnormal numbers have few digits.
    let bar = abs(factor) < 1e-300 ? 1e-3 : 1e-12
    #expect(abs(try pearsonCorrelation(scaled, b) - expected) < bar)
    let inverse = b.map { $0 / factor }
    if inverse.allSatisfy(\.isFinite) {
      let found = try pearsonCorrelation(scaled, inverse)
      #expect(abs(found - abs(expected)) < bar)
    }
    let moved = scaled.map { $0 + 1e6 * factor }
    if moved.allSatisfy(\.isFinite) {
      #expect(abs(try pearsonCorrelation(moved, b) - expected) < 1e-3)
    }
    let rank = try spearmanCorrelation(a, b) * (factor < 0 ? -1 : 1)
    #expect(try spearmanCorrelation(scaled, b) == rank || bar == 1e-3)
  }

  @Test func offsetsTakeNoMoreThanRounding() throws {
    let expected = try pearsonCorrelation(a, b)
    for offset in [1e6, 1e9, 1e12, -1e13] {
      // Values of quarters are exact up to 2⁵⁰.
      #expect(abs(try pearsonCorrelation(a.map { $0 + offset }, b) - expected) < 1e-12)
      #expect(try pearsonCorrelation(a, a.map { 2 * $0 + offset }) <= 1)
    }
    let float = Tensor<Float>(a.map { Float($0) }) * 1e30
    #expect(
      abs(try pearsonCorrelation(float, Tensor<Float>(b.map { Float($0) }) * 1e-30) - expected)
        < 1e-6)
  }

  @Test func undefinedCorrelationsAreErrors() {
    #expect(
      throws: MetricsError.constant(
        metric: "Pearson correlation", argument: "second argument", value: 1)
    ) { try pearsonCorrelation([1, 2], [1, 1]) }
    #expect(
      throws: MetricsError.tooFewRows(metric: "Spearman correlation", expected: 2, found: 1)
    ) { try spearmanCorrelation([1], [2]) }
    #expect(throws: MetricsError.self) { try pearsonCorrelation([1, .nan], [1, 2]) }
    #expect(throws: MetricsError.self) { try spearmanCorrelation([1, 2], [1, .infinity]) }
  }
}
