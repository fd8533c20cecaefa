/// The dependence terms that experiments choose from.
public enum DependenceMethod: String, Codable, Sendable, CaseIterable {
  /// No dependence term at all.
  case none
  /// What the authors' code runs under NONE in its fairness experiments: Pearson, with a small weight against the utility.
  case noneOfficial = "none-official"
  /// The mean magnitude of correlations.
  case pearson
  /// Distance correlation.
  case distance
  /// The sliced estimator.
  case slice
  /// Neural Rényi.
  case renyi
  /// Neural total correlation.
  case tc
  /// The variational contrastive log-ratio bound.
  case club

  /// The name in tables and pictures.
  public var label: String {
    switch self {
    case .none: "NONE"
    case .noneOfficial: "NONE (official)"
    case .pearson: "PEARSON"
    case .distance: "DC"
    case .slice: "SLICE"
    case .renyi: "RENYI"
    case .tc: "TC"
    case .club: "CLUB"
    }
  }

  /// The seven of the paper's tables, in their order.
  static let ofThePaper: [DependenceMethod] = [
    .none, .pearson, .distance, .slice, .renyi, .tc, .club,
  ]

  /// One line for each key of ``SliceSettings`` (under `slice`), ``InnerSettings`` (under `inner`) and of the choice (`method`).
  static let documentation: [String: String] = [
    "method": "the dependence term",
    "slice.count": "S, slices of each side, 1 to 2000",
    "slice.form":
      "joint: a sum over all slices (the authors' code); pair: the best single pair (the paper)",
    "slice.mode": "sphere, orthogonal or gaussian directions",
    "slice.ridge": "added to the diagonal of both covariances, positive",
    "slice.gradientSteps": "0: analytic solve; else Adam steps on the weights, at most 10000",
    "slice.gradientRate": "learning rate of the weights' gradient ascent, positive",
    "inner.passes": "L₂, passes of the critic at each max-step, 1 to 10000",
    "inner.learningRate": "the critic's learning rate, positive",
    "inner.batchSize": "rows of a critic's step, at least 4",
    "inner.firstPassIdle": "whether the first pass only measures, as in the authors' code",
    "inner.clampsAtIndependence": "whether TC stops at −ln 2, where its critic knows nothing",
    "inner.centring": "distance correlation: official (diagonal kept) or unbiased",
  ]
}
