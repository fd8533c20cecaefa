/// The utility that a method should keep while it lowers a dependence, as a report words it.
struct ReportKept {
  /// The number that says how much is kept.
  let metric: ReportMetric
  /// `utility`, `accuracy` or `squared error`.
  let noun: String
  /// The same with its article.
  let nounWithArticle: String
  /// What the representation is to lose.
  let hidden: String
  /// The two sides of the dependence, for an axis.
  let sides: String
  /// The name of the axis.
  let axis: String
  /// Where in a picture the good runs are, and what is true of them.
  let advice: String

  init(_ metric: ReportMetric) {
    self.metric = metric
    switch metric.family {
    case "accuracy":
      (noun, nounWithArticle) = ("accuracy", "an accuracy")
      axis = "accuracy, \(metric.name)"
      advice =
        "Up and to the left is better: predictions stay right and the representation hides what it is to hide."
    case "reconstruction":
      (noun, nounWithArticle) = ("squared error", "a squared error")
      axis = "squared error a pixel"
      advice =
        "Down and to the left is better: images are rebuilt and the representation hides what it is to hide."
    default:
      (noun, nounWithArticle) = ("utility", "a utility")
      axis = "utility \(metric.name), Z and outcome Y"
      advice =
        "Up and to the left is better: the representation keeps the outcome and hides the protected attribute."
      (hidden, sides) = ("the protected attribute", "Z and protected T")
      return
    }
    (hidden, sides) = ("what it is to hide", "Z and T")
  }
}

extension ReportComparison {
  /// The utility to keep while `dependence` is lowered: the utility of the same form, or any; without utilities the accuracy on
  /// the target, the error of rebuilt images, the accuracy of the label, or any.
  ///
  /// A model that rebuilds images may have a label head beside its representation, whose accuracy says nothing of what the
  /// representation keeps.
  func kept(beside dependence: ReportMetric) -> ReportKept? {
    let scalars = metrics.filter { $0.source == .scalar }
    let form = dependence.key.split(separator: ".").dropFirst().joined(separator: ".")
    let wanted = [
      "utility.\(form)", "utility.", "accuracy.target", "reconstruction.mse", "accuracy.label",
      "accuracy.",
    ]
    return wanted.lazy.compactMap { key in
      scalars.first { key.hasSuffix(".") ? $0.key.hasPrefix(key) : $0.key == key }
    }.first.map(ReportKept.init)
  }
}
