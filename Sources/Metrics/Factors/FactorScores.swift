import TensorCore

/// All figures of how a code holds known factors.
public struct FactorScores: Sendable, Equatable {
  /// One number a factor: the mutual information gap.
  public let informationGap: MutualInformationGap
  /// Disentanglement, completeness, informativeness.
  public let dci: DCIScores
  /// One number a factor: separated attribute predictability.
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
    predictability = try AttributePredictability(
      of: sample, kinds: kinds, using: random.stream("predictability"))
  }

  /// The figures under their names in logs and results.
  public var scalars: [(name: String, value: Double)] {
    var scalars = [
      (name: "MIG", value: informationGap.score), ("DCI disentanglement", dci.disentanglement),
      ("DCI completeness", dci.completeness), ("DCI informativeness", dci.informativeness),
      ("SAP", predictability.score),
    ]
    if let modularity { scalars.append(("modularity", modularity.score)) }
    return scalars
  }
}
