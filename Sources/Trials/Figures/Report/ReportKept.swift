/// What a method should keep while it lowers a dependence, as a report words it.
struct ReportKept {
  /// The number that says how much is kept, and its words.
  let metric: ReportMetric
  let keep: Metric.Keep
  /// What the representation is to lose.
  let loss: Metric.Loss

  /// `utility`, `accuracy` or `squared error`.
  var noun: String { keep.noun.split(separator: " ").dropFirst().joined(separator: " ") }

  /// Where in a picture the good runs are, and what is true of them.
  var advice: String {
    "\(metric.direction == .lower ? "Down" : "Up") and to the left is better: \(keep.success) \(loss.hidden)."
  }
}

extension ReportComparison {
  /// What is to be kept while `dependence` is lowered: the first that the results have of what its declaration names.
  ///
  /// A model that rebuilds images may have a label head beside its representation, whose accuracy says nothing of what the
  /// representation keeps; such an experiment names the error of rebuilt images first.
  func kept(beside dependence: ReportMetric) -> ReportKept? {
    guard let loss = dependence.metric.loss else { return nil }
    let shown = metrics.filter { $0.source == .scalar }
    return loss.beside.lazy.compactMap { id in shown.first { $0.key == id } }.first
      .flatMap { metric in
        metric.metric.keep.map { ReportKept(metric: metric, keep: $0, loss: loss) }
      }
  }
}
