import TensorCore

/// Whether each factor is told by one number of the code and by no other: the mutual information gap (MIG), in [0, 1].
///
/// `MIG = 1/K Σ_k (I(z_{j(k)}; v_k) − max_{j ≠ j(k)} I(z_j; v_k)) / H(v_k)`, with `j(k)` the number of the code that tells most
/// of factor `k`. The code's numbers are cut into bins of equal width (20, as is usual); with few images for many bins the
/// information of every number is too large by about `(bins − 1)(values − 1) / 2n` nats, which the difference mostly takes away.
///
/// Source: Chen, Li, Grosse, Duvenaud 2018, "Isolating Sources of Disentanglement", eq. 6; binned as Locatello et al. 2019 do.
public struct MutualInformationGap: Sendable, Equatable {
  /// The mean of ``gaps``.
  public let score: Double
  /// The gap of each factor over its entropy.
  public let gaps: [Double]
  /// `I(z_j; v_k)` in nats: a row per number of the code, a column per factor.
  public let information: [[Double]]
  /// `H(v_k)` in nats.
  public let entropies: [Double]

  /// The gap of codes.
  ///
  /// - Requires: at least 2 bins.
  public init(of sample: FactoredCodes, bins: Int = 20) {
    self.init(FactorInformation(of: sample, bins: bins))
  }

  init(_ parts: FactorInformation) {
    information = parts.information
    entropies = parts.entropies
    gaps = parts.entropies.enumerated().map { factor, entropy in
      let (first, second) = twoLargest(parts.information.map { $0[factor] })
      return (first - second) / entropy
    }
    score = gaps.reduce(0, +) / Double(gaps.count)
  }
}

/// Whether each number of the code tells one factor at most: modularity, in [0, 1].
///
/// `1 − Σ_{k ≠ k(j)} I(z_j; v_k)² / ((K − 1) I(z_j; v_{k(j)})²)`, averaged over the numbers `j` of the code, with `k(j)` the factor
/// of which `j` tells most. A number that tells nothing of any factor counts 0.
///
/// Source: Ridgeway and Mozer 2018, "Learning Deep Disentangled Embeddings with the F-Statistic Loss", section 2; information
/// from bins as for ``MutualInformationGap``.
///
/// - Note: a number of the code without information still has some by chance where bins are many and images few, spread
///   evenly over the factors; it counts about 0 either way.
public struct Modularity: Sendable, Equatable {
  /// The mean of ``modularities``.
  public let score: Double
  /// That of each number of the code.
  public let modularities: [Double]

  /// The modularity of codes.
  ///
  /// - Requires: at least 2 bins and 2 factors: with a single one every code is modular.
  public init(of sample: FactoredCodes, bins: Int = 20) {
    self.init(FactorInformation(of: sample, bins: bins))
  }

  init(_ parts: FactorInformation) {
    let factors = parts.entropies.count
    require(factors >= 2, "Modularity: wants at least 2 factors, got \(factors)")
    modularities = parts.information.map { row in
      let squares = row.map { $0 * $0 }
      guard let largest = squares.max(), largest > 0 else { return 0 }
      return 1 - (squares.reduce(0, +) - largest) / (largest * Double(factors - 1))
    }
    score = modularities.reduce(0, +) / Double(modularities.count)
  }
}
