import TensorCore

/// Pearson's correlation `Σ (a − ā)(b − b̄) / √(Σ (a − ā)² Σ (b − b̄)²)`, in [−1, 1].
///
/// - Requires: as many a as b.
/// - Throws: ``MetricsError/tooFewRows(metric:expected:found:)`` below 2 rows,
///   ``MetricsError/constant(metric:argument:value:)``, ``MetricsError/notFinite(metric:argument:row:value:)``.
public func pearsonCorrelation(_ a: [Double], _ b: [Double]) throws(MetricsError) -> Double {
  try correlation(a, b, metric: "Pearson correlation")
}

/// Pearson's correlation of two tensors of the same number of elements, such as columns of shape `[rows, 1]`.
///
/// - Throws: as ``pearsonCorrelation(_:_:)`` of arrays does.
public func pearsonCorrelation<Scalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
) throws(MetricsError) -> Double {
  try pearsonCorrelation(doubles(a), doubles(b))
}

/// Spearman's correlation: Pearson's of the ranks, ties sharing the mean of their ranks; in [−1, 1].
///
/// - Requires: as many a as b.
/// - Throws: as ``pearsonCorrelation(_:_:)`` does.
public func spearmanCorrelation(_ a: [Double], _ b: [Double]) throws(MetricsError) -> Double {
  let metric = "Spearman correlation"
  try checkFinite(a, "first argument", in: metric)
  try checkFinite(b, "second argument", in: metric)
  return try correlation(ranks(a), ranks(b), metric: metric)
}

/// Spearman's correlation of two tensors of the same number of elements.
///
/// - Throws: as ``pearsonCorrelation(_:_:)`` does.
public func spearmanCorrelation<Scalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
) throws(MetricsError) -> Double {
  try spearmanCorrelation(doubles(a), doubles(b))
}

/// The rank of each value from 1 on, ties sharing the mean of their ranks.
public func ranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    // The mean of the ranks start + 1 … end.
    for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
    start = end
  }
  return ranks
}

/// A tensor's elements in double precision.
func doubles<Scalar>(_ x: Tensor<Scalar>) -> [Double] { x.converted(to: Double.self).scalars }

private func correlation(
  _ a: [Double], _ b: [Double], metric: String
) throws(MetricsError) -> Double {
  require(
    a.count == b.count,
    "\(metric): expected as many values on both sides, got \(a.count) and \(b.count)")
  guard a.count >= 2 else { throw .tooFewRows(metric: metric, expected: 2, found: a.count) }
  try checkFinite(a, "first argument", in: metric)
  try checkFinite(b, "second argument", in: metric)
  for (values, argument) in [(a, "first argument"), (b, "second argument")]
  where values.allSatisfy({ $0 == values[0] }) {
    throw .constant(metric: metric, argument: argument, value: values[0])
  }
  let meanA = a.reduce(0, +) / Double(a.count)
  let meanB = b.reduce(0, +) / Double(b.count)
  var (aa, bb, ab) = (0.0, 0.0, 0.0)
  for i in a.indices {
    let (x, y) = (a[i] - meanA, b[i] - meanB)
    aa += x * x
    bb += y * y
    ab += x * y
  }
  // Values so close that their squares vanish are constant as far as the arithmetic sees.
  guard aa > 0 else { throw .constant(metric: metric, argument: "first argument", value: a[0]) }
  guard bb > 0 else { throw .constant(metric: metric, argument: "second argument", value: b[0]) }
  return min(1, max(-1, ab / (aa.squareRoot() * bb.squareRoot())))
}
