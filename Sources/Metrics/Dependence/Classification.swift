import TensorCore

/// The share of rows whose prediction is the outcome, in [0, 1].
///
/// - Requires: as many predictions as outcomes.
/// - Throws: ``MetricsError/tooFewRows(metric:expected:found:)`` without rows.
public func accuracy<Label: Equatable>(
  predictions: [Label], outcomes: [Label]
) throws(MetricsError) -> Double {
  require(
    predictions.count == outcomes.count,
    "accuracy: expected as many predictions as outcomes, got \(predictions.count) and \(outcomes.count)"
  )
  guard !outcomes.isEmpty else { throw .tooFewRows(metric: "accuracy", expected: 1, found: 0) }
  return Double(zip(predictions, outcomes).count { $0 == $1 }) / Double(outcomes.count)
}

/// The area under the receiver operating characteristic: the chance that a positive row scores above a negative one, a tie
/// counting half (Mann and Whitney 1947).
///
/// 1 for perfect scores, ½ for scores that tell nothing.
///
/// - Requires: as many scores as outcomes.
/// - Throws: ``MetricsError/undefinedRate(metric:group:missing:)`` if all outcomes are the same,
///   ``MetricsError/notFinite(metric:argument:row:value:)``.
public func areaUnderROC(scores: [Double], outcomes: [Bool]) throws(MetricsError) -> Double {
  let metric = "area under the ROC curve"
  require(
    scores.count == outcomes.count,
    "\(metric): expected as many scores as outcomes, got \(scores.count) and \(outcomes.count)")
  try checkFinite(scores, "scores", in: metric)
  let positives = outcomes.count { $0 }
  let negatives = outcomes.count - positives
  guard positives > 0 else {
    throw .undefinedRate(metric: metric, group: "all rows", missing: "positive")
  }
  guard negatives > 0 else {
    throw .undefinedRate(metric: metric, group: "all rows", missing: "negative")
  }
  let rankSum = zip(ranks(scores), outcomes).reduce(0.0) { $0 + ($1.1 ? $1.0 : 0) }
  let wins = rankSum - Double(positives) * Double(positives + 1) / 2
  return wins / (Double(positives) * Double(negatives))
}

/// Whether each element lies above a threshold: outcomes of −1 and 1, or scores, as yes and no.
public func positives<Scalar>(_ x: Tensor<Scalar>, above threshold: Scalar = 0) -> [Bool] {
  x.scalars.map { $0 > threshold }
}
