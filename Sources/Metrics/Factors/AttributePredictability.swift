import TensorCore

/// How much better the best single number of the code predicts a factor than the second best: separated attribute
/// predictability (SAP), in [0, 1].
///
/// `SAP = 1/K Σ_k (S_{j(k) k} − max_{j ≠ j(k)} S_{j k})`, with `S_{jk}` the score with which the number `j` alone predicts factor `k`:
/// - of a factor in classes: the balanced accuracy, on held-out images, of the linear predictor that gives a value to the
///   class of the nearest mean, `argmin_c |z_j − m_{jc}|`: linear discriminant analysis of one feature with equal priors;
/// - of a factor whose values are quantities: `R² = cov(z_j, v_k)² / (var z_j · var v_k)`.
///
/// Source: Kumar, Sattigeri, Balakrishnan 2018, "Variational Inference of Disentangled Latent Concepts", section 3.
///
/// - Note: for classes the authors search thresholds, and Locatello et al. 2019 train support vector machines, with the least
///   balanced error; the means give thresholds between classes in closed form, without settings.
public struct AttributePredictability: Sendable, Equatable {
  /// What a factor's values are.
  public enum Kind: Sendable, Hashable {
    /// Names: which of them are near one another says nothing.
    case classes
    /// Amounts, such as a position or a size.
    case quantities
  }

  /// The mean of ``gaps``.
  public let score: Double
  /// The gap of each factor.
  public let gaps: [Double]
  /// `S_{jk}`: a row a number of the code, a column a factor.
  public let scores: [[Double]]

  /// The predictability of factors from codes, fitted on a random half of the images and judged by the other half.
  ///
  /// - Parameters:
  ///   - kinds: of each factor; empty for classes all.
  ///   - random: chooses the halves.
  /// - Requires: a kind a factor, if any.
  /// - Throws: ``MetricsError/emptyGroup(metric:group:rowCount:)`` for a class with no image in one of the halves.
  public init(
    of sample: FactoredCodes, kinds: [Kind] = [], using random: Philox = Philox(seed: 0)
  ) throws(MetricsError) {
    let (fitted, heldOut) = sample.halves(using: random)
    try self.init(fitted: fitted, heldOut: heldOut, kinds: kinds)
  }

  init(fitted: FactoredCodes, heldOut: FactoredCodes, kinds: [Kind] = []) throws(MetricsError) {
    let factorCount = fitted.factors.count
    require(
      kinds.isEmpty || kinds.count == factorCount,
      "AttributePredictability: wants a kind for each of \(factorCount) factors, got \(kinds.count)"
    )
    for factor in 0..<factorCount where kinds.isEmpty || kinds[factor] == .classes {
      for half in [fitted, heldOut] {
        let there = Set(half.factors[factor])
        if let missing = (0..<half.valueCounts[factor]).first(where: { !there.contains($0) }) {
          throw .emptyGroup(
            metric: "attribute predictability, halves of the images",
            group: "factor \(factor), value number \(missing)", rowCount: half.count)
        }
      }
    }
    scores = parallelMap(over: fitted.columns.count) { column in
      (0..<factorCount).map { factor in
        switch kinds.isEmpty ? .classes : kinds[factor] {
        case .classes:
          Self.balancedAccuracy(
            fitted: fitted.columns[column], fitted.factors[factor],
            heldOut: heldOut.columns[column], heldOut.factors[factor],
            classes: fitted.valueCounts[factor])
        case .quantities:
          Self.explained(
            fitted.columns[column] + heldOut.columns[column],
            (fitted.factors[factor] + heldOut.factors[factor]).map(Double.init))
        }
      }
    }
    let scores = scores
    gaps = (0..<factorCount).map { factor in
      let (first, second) = twoLargest(scores.map { $0[factor] })
      return first - second
    }
    score = gaps.reduce(0, +) / Double(gaps.count)
  }

  /// The mean over the classes of the share of their images that the nearest mean gives to them; the first of equal means wins.
  private static func balancedAccuracy(
    fitted: [Double], _ fittedClasses: [Int], heldOut: [Double], _ heldOutClasses: [Int],
    classes: Int
  ) -> Double {
    var (means, counts) = (
      [Double](repeating: 0, count: classes), [Int](repeating: 0, count: classes)
    )
    for (value, label) in zip(fitted, fittedClasses) {
      counts[label] += 1
      means[label] += (value - means[label]) / Double(counts[label])
    }
    var (right, all) = ([Int](repeating: 0, count: classes), [Int](repeating: 0, count: classes))
    for (value, label) in zip(heldOut, heldOutClasses) {
      var nearest = 0
      for other in 1..<classes where abs(value - means[other]) < abs(value - means[nearest]) {
        nearest = other
      }
      all[label] += 1
      if nearest == label { right[label] += 1 }
    }
    return zip(right, all).reduce(0) { $0 + Double($1.0) / Double($1.1) } / Double(classes)
  }

  /// The squared correlation; 0 where one of the columns is constant and so explains nothing.
  private static func explained(_ a: [Double], _ b: [Double]) -> Double {
    guard let correlation = try? pearsonCorrelation(a, b) else { return 0 }
    return correlation * correlation
  }
}
