import Foundation
import TensorCore

/// Disentanglement, completeness and informativeness of codes (DCI), each in [0, 1].
///
/// From `R_{jk}`, how important the number `j` of the code is for predicting factor `k`, each factor's column adding up to 1:
/// - disentanglement: `Σ_j ρ_j (1 − H_K(R_{j·} / Σ_k R_{jk}))`, with `ρ_j` the share of `j` in all importance: each number of the
///   code matters for one factor at most;
/// - completeness: `Σ_k κ_k (1 − H_D(R_{·k} / Σ_j R_{jk}))`, with `κ_k` the share of `k`: each factor is told by one number of the code;
/// - informativeness: the accuracy, on held-out images, with which factors are predicted from the whole code.
///
/// `H_b` is the entropy to base b. Where no factor can be told from the code, disentanglement and completeness are 0.
///
/// The predictor is a small forest: trees of thresholds grown by information gain, each on a random half of the fitted
/// images (subagging), whose leaves vote with the shares of their classes; importance is the information that a number's splits gain.
/// It is one of the two predictors of the source. It was chosen over the lasso, which takes a factor in classes for a quantity and
/// sees no bent dependence, and over boosted trees, which cost a hundredfold for wide codes. A split must be larger than
/// chance explains, so that numbers without information have no importance; among equals each tree prefers a number of its own, so that doubles share.
///
/// Source: Eastwood and Williams 2018, "A Framework for the Quantitative Evaluation of Disentangled Representations".
///
/// - Note: informativeness is an accuracy, as Locatello et al. 2019 have it for factors in classes, where the source has an error.
public struct DCIScores: Sendable, Equatable {
  /// Whether numbers of the code matter for one factor each.
  public let disentanglement: Double
  /// Whether factors are told by one number each.
  public let completeness: Double
  /// The mean of ``accuracies``.
  public let informativeness: Double
  /// The held-out accuracy for each factor.
  public let accuracies: [Double]
  /// `R_{jk}`: a row per number of the code, a column per factor; a factor's column adds up to 1, or is 0 where nothing tells it.
  public let importance: [[Double]]

  /// The scores of codes; the predictor is fitted on a random half of the images and judged by the other half.
  ///
  /// - Parameters:
  ///   - trees: in each factor's forest.
  ///   - random: chooses the halves and the trees' images.
  /// - Requires: at least one tree.
  /// - Throws: ``MetricsError/tooFewRows(metric:expected:found:)`` below 8 images.
  public init(
    of sample: FactoredCodes, trees: Int = 10, using random: Philox = Philox(seed: 0)
  ) throws(MetricsError) {
    require(trees >= 1, "DCIScores: wants at least one tree, got \(trees)")
    guard sample.count >= 8 else {
      throw .tooFewRows(metric: "DCI", expected: 8, found: sample.count)
    }
    let (fitted, heldOut) = sample.halves(using: random)
    let data = BinnedColumns(of: fitted.columns)
    let judged = zip(heldOut.columns, data.thresholds).map(BinnedColumns.place)
    let (factorCount, width) = (sample.factors.count, sample.columns.count)
    let grown = parallelMap(over: factorCount * trees) { place in
      let (factor, tree) = (place / trees, place % trees)
      var rows = random.stream("rows", factor, tree)
      var order = random.stream("order", factor, tree)
      return FactorTree(
        data, classes: fitted.factors[factor], count: fitted.valueCounts[factor],
        rows: Array(rows.permutation(fitted.count)[..<(fitted.count / 2)]).sorted(),
        order: order.permutation(width))
    }
    var columns: [[Double]] = []
    var accuracies: [Double] = []
    for factor in 0..<factorCount {
      let forest = Array(grown[factor * trees..<(factor + 1) * trees])
      let sums = (0..<width).map { column in forest.reduce(0) { $0 + $1.gains[column] } }
      let total = sums.reduce(0, +)
      columns.append(sums.map { total > 0 ? $0 / total : 0 })
      let hits = (0..<heldOut.count).filter { row in
        var votes = [Double](repeating: 0, count: sample.valueCounts[factor])
        for tree in forest {
          for (label, share) in tree.shares({ judged[$0][row] }).enumerated() {
            votes[label] += share
          }
        }
        return votes.firstIndex(of: votes.max()!) == heldOut.factors[factor][row]
      }.count
      accuracies.append(Double(hits) / Double(heldOut.count))
    }
    self.init(
      importance: (0..<width).map { column in columns.map { $0[column] } }, accuracies: accuracies)
  }

  /// The scores of an importance that is known.
  init(importance: [[Double]], accuracies: [Double]) {
    self.importance = importance
    self.accuracies = accuracies
    informativeness = accuracies.reduce(0, +) / Double(accuracies.count)
    disentanglement = Self.concentration(importance)
    completeness = Self.concentration(
      importance[0].indices.map { factor in importance.map { $0[factor] } })
  }

  /// The mean of `1 − H(row) / ln(width)` over the rows, each weighted by its sum; a row of one number is concentrated.
  private static func concentration(_ rows: [[Double]]) -> Double {
    let total = rows.reduce(0) { $0 + $1.reduce(0, +) }
    guard total > 0 else { return 0 }
    return rows.reduce(0) { mean, row in
      let sum = row.reduce(0, +)
      guard sum > 0 else { return mean }
      let entropy = row.reduce(0) { $1 > 0 ? $0 - $1 / sum * log($1 / sum) : $0 }
      let width = Double(row.count)
      return mean + sum / total * (row.count > 1 ? 1 - entropy / log(width) : 1)
    }
  }
}
