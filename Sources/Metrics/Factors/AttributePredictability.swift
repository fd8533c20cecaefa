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

  /// A value of a factor in classes that is not judged, since one of the halves has no image of it.
  public struct RareValue: Sendable, Hashable {
    /// The number of the factor, from 0.
    public var factor: Int
    /// The value.
    public var value: Int
    /// How many images have it.
    public var count: Int
  }

  /// The mean of ``gaps``, as far as these are defined.
  public let score: Double
  /// The gap of each factor; NaN for a factor in classes of which fewer than two are in both halves.
  public let gaps: [Double]
  /// `S_{jk}`: a row per number of the code, a column per factor.
  public let scores: [[Double]]
  /// The values that the scores leave out.
  public let rareValues: [RareValue]

  /// The predictability of factors from codes, fitted on a random half of the images and judged by the other half.
  ///
  /// A class with no image in one of the halves, as one of a single image, is left out with its images: ``rareValues`` names it.
  ///
  /// - Parameters:
  ///   - kinds: of each factor; empty for classes all.
  ///   - random: chooses the halves.
  /// - Requires: a kind a factor, if any.
  /// - Throws: ``MetricsError/tooFewOfEach(metric:argument:found:)`` if no factor has two values to be told apart.
  public init(
    of sample: FactoredCodes, kinds: [Kind] = [], using random: Philox = Philox(seed: 0)
  ) throws(MetricsError) {
    let (fitted, heldOut) = sample.halves(using: random)
    self.init(fitted: fitted, heldOut: heldOut, kinds: kinds)
    guard !score.isNaN else {
      throw .tooFewOfEach(
        metric: "attribute predictability", argument: "the values of every factor",
        found: "at most one value with images in both halves")
    }
  }

  /// As the other, with a score of NaN where no factor has two values to be told apart.
  static func whereDefined(
    of sample: FactoredCodes, kinds: [Kind], using random: Philox
  ) -> AttributePredictability {
    let (fitted, heldOut) = sample.halves(using: random)
    return AttributePredictability(fitted: fitted, heldOut: heldOut, kinds: kinds)
  }

  init(fitted: FactoredCodes, heldOut: FactoredCodes, kinds: [Kind] = []) {
    let factorCount = fitted.factors.count
    require(
      kinds.isEmpty || kinds.count == factorCount,
      "AttributePredictability: wants a kind for each of \(factorCount) factors, got \(kinds.count)"
    )
    var judged: [[Int]] = []
    var rare: [RareValue] = []
    for factor in 0..<factorCount {
      let halves = [fitted, heldOut].map { Set($0.factors[factor]) }
      let all = Array(0..<fitted.valueCounts[factor])
      guard kinds.isEmpty || kinds[factor] == .classes else {
        judged.append(all)
        continue
      }
      judged.append(all.filter { value in halves.allSatisfy { $0.contains(value) } })
      for value in all where !judged[factor].contains(value) {
        let count = [fitted, heldOut].reduce(0) { $0 + $1.factors[factor].count { $0 == value } }
        rare.append(.init(factor: factor, value: fitted.values[factor][value], count: count))
      }
    }
    rareValues = rare
    let classes = judged
    scores = parallelMap(over: fitted.columns.count) { column in
      (0..<factorCount).map { factor in
        switch kinds.isEmpty ? .classes : kinds[factor] {
        case .classes:
          return classes[factor].count < 2
            ? .nan
            : Self.balancedAccuracy(
              fitted: fitted.columns[column], fitted.factors[factor],
              heldOut: heldOut.columns[column], heldOut.factors[factor],
              classes: classes[factor])
        case .quantities:
          return Self.explained(
            fitted.columns[column] + heldOut.columns[column],
            (fitted.factors[factor] + heldOut.factors[factor]).map(Double.init))
        }
      }
    }
    let scores = scores
    gaps = (0..<factorCount).map { factor in
      guard classes[factor].count >= 2 else { return .nan }
      let (first, second) = twoLargest(scores.map { $0[factor] })
      return first - second
    }
    let defined = gaps.filter { !$0.isNaN }
    score = defined.isEmpty ? .nan : defined.reduce(0, +) / Double(defined.count)
  }

  /// The mean over the classes (at least two, each with images in both halves) of the share of their images that the nearest
  /// mean gives to them; the first of equal means wins.
  private static func balancedAccuracy(
    fitted: [Double], _ fittedClasses: [Int], heldOut: [Double], _ heldOutClasses: [Int],
    classes: [Int]
  ) -> Double {
    // The classes are counted again without those that are left out.
    let places = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    var (means, counts) = (
      [Double](repeating: 0, count: classes.count), [Int](repeating: 0, count: classes.count)
    )
    for (value, label) in zip(fitted, fittedClasses) {
      guard let label = places[label] else { continue }
      counts[label] += 1
      means[label] += (value - means[label]) / Double(counts[label])
    }
    var right = [Int](repeating: 0, count: classes.count)
    var all = right
    for (value, label) in zip(heldOut, heldOutClasses) {
      guard let label = places[label] else { continue }
      var nearest = 0
      for other in 1..<classes.count where abs(value - means[other]) < abs(value - means[nearest]) {
        nearest = other
      }
      all[label] += 1
      if nearest == label { right[label] += 1 }
    }
    return zip(right, all).reduce(0) { $0 + Double($1.0) / Double($1.1) } / Double(classes.count)
  }

  /// The squared correlation; 0 where one of the columns is constant and so explains nothing.
  private static func explained(_ a: [Double], _ b: [Double]) -> Double {
    guard let correlation = try? pearsonCorrelation(a, b) else { return 0 }
    return correlation * correlation
  }
}
