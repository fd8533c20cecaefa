import TensorCore

/// All figures of how a code holds known factors.
public struct FactorScores: Sendable, Equatable {
  /// One number a factor: the mutual information gap.
  public let informationGap: MutualInformationGap
  /// Disentanglement, completeness, informativeness.
  public let dci: DCIScores
  /// One number a factor: separated attribute predictability; its score is NaN where no factor has two values that enough images have.
  public let predictability: AttributePredictability
  /// One factor a number; `nil` where there is only one factor.
  public let modularity: Modularity?

  /// The figures of codes `[n, D]` beside K factors of n whole numbers each.
  ///
  /// - Parameters:
  ///   - kinds: of each factor, for the predictability; empty for classes all.
  ///   - random: chooses the images that predictors are fitted on.
  /// - Requires, throws: as ``FactoredCodes/init(codes:factors:)`` and each figure do.
  public init<Scalar>(
    codes: Tensor<Scalar>, factors: [[Int]], kinds: [AttributePredictability.Kind] = [],
    bins: Int = 20, using random: Philox = Philox(seed: 0)
  ) throws(MetricsError) {
    let sample = try FactoredCodes(codes: codes, factors: factors)
    let information = FactorInformation(of: sample, bins: bins)
    informationGap = MutualInformationGap(information)
    modularity = factors.count > 1 ? Modularity(information) : nil
    dci = try DCIScores(of: sample, using: random.stream("dci"))
    predictability = AttributePredictability.whereDefined(
      of: sample, kinds: kinds, using: random.stream("predictability"))
  }

  /// What is left out of the figures and why, a sentence a factor.
  ///
  /// - Parameter names: of the factors, in their order.
  public func notes(names: [String]) -> [String] {
    if predictability.score.isNaN {
      return [
        "SAP is left out: no factor has two values with images in both halves; "
          + "give more images, or join values that few images have"
      ]
    }
    let factors = Dictionary(grouping: predictability.rareValues, by: \.factor)
    return factors.sorted { $0.key < $1.key }.map { factor, rare in
      let values = NameText.short(
        rare.map { "\($0.value) (\($0.count) image\($0.count == 1 ? "" : "s"))" })
      let name = names.indices.contains(factor) ? names[factor] : "factor \(factor)"
      return predictability.gaps[factor].isNaN
        ? "SAP leaves \(name) out: too few images have two of its values in both halves (\(values))"
        : "SAP leaves values of \(name) out that one of the halves has no image of: \(values)"
    }
  }

  /// The figures under their names in logs and results.
  public var scalars: [(name: String, value: Double)] {
    var scalars = [
      (name: "MIG", value: informationGap.score), ("DCI disentanglement", dci.disentanglement),
      ("DCI completeness", dci.completeness), ("DCI informativeness", dci.informativeness),
    ]
    if !predictability.score.isNaN { scalars.append(("SAP", predictability.score)) }
    if let modularity { scalars.append(("modularity", modularity.score)) }
    return scalars
  }
}
