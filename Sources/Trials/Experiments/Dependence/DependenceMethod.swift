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
}
