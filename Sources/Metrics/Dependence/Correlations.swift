import TensorCore

/// Pearson's correlation `Σ (a − ā)(b − b̄) / √(Σ (a − ā)² Σ (b − b̄)²)`, in [−1, 1], in whatever units the values are.
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
  let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
  let plain = Products(a, b) { ($0 - meanA, $1 - meanB) }
  if plain.isOrdinary(meanA, meanB) { return plain.correlation }
  // Far from zero for their deviations, or with squares that overflow or vanish: in units of their own.
  guard let unitA = StandardUnit(of: a), let unitB = StandardUnit(of: b) else {
    fatalError("\(metric): unexpected infinite value")
  }
  return Products(a, b) { (unitA($0), unitB($1)) }.correlation
}

/// The sums of squares and products of two centred columns.
private struct Products {
  var (aa, bb, ab) = (0.0, 0.0, 0.0)
  let count: Double

  init(_ a: [Double], _ b: [Double], _ centred: (Double, Double) -> (Double, Double)) {
    for (a, b) in zip(a, b) {
      let (x, y) = centred(a, b)
      aa += x * x
      bb += y * y
      ab += x * y
    }
    count = Double(a.count)
  }

  /// Whether the squares are far from overflow and from the subnormal numbers, and means within 10⁴ deviations of 0.
  func isOrdinary(_ meanA: Double, _ meanB: Double) -> Bool {
    [(aa, meanA), (bb, meanB)].allSatisfy { squares, mean in
      squares >= 1e-200 && squares <= 1e200
        && mean.magnitude <= 1e4 * (squares / count).squareRoot()
    }
  }

  var correlation: Double { min(1, max(-1, ab / (aa.squareRoot() * bb.squareRoot()))) }
}
