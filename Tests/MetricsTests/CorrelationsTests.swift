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
