import Layers
import TensorCore

/// What estimators look at before they measure columns.
extension ColumnMoments {
  /// The moments of a range of rows (all if it is `nil`), or the error that names the first column that is not finite.
  static func checked(
    _ x: Tensor<Scalar>, rows: Range<Int>? = nil, name: String, estimator: String
  ) throws(InfominError) -> ColumnMoments {
    let rows = rows ?? 0..<x.shape[0]
    guard rows.count >= 2 else {
      throw .tooFewRows(estimator: estimator, expected: 2, found: rows.count)
    }
    let moments = ColumnMoments(of: x, rows: rows)
    // A NaN or an infinity anywhere makes its column's mean or deviation NaN or infinite.
    let bad = zip(moments.mean.scalars, moments.inverseDeviation.scalars).enumerated().first {
      !$0.element.0.isFinite || !$0.element.1.isFinite
    }
    if let bad { throw .notFinite(estimator: estimator, array: name, column: bad.offset) }
    return moments
  }

  /// A sentence for each column of which the type holds few values: see ``coarseColumns``.
  func coarseWarnings(
    _ x: Tensor<Scalar>, rows: Range<Int>? = nil, name: String, estimator: String
  ) -> [String] {
    let (columns, rows) = (x.shape[1], rows ?? 0..<x.shape[0])
    return coarseColumns.map { column in
      let values = x.withUnsafeBufferPointer { x in rows.map { x[$0 * columns + column] } }
      let largest = values.map(\.magnitude).max() ?? 0
      return
        "\(estimator): column \(column) of \(name) has \(Set(values).count) distinct values left near "
        + "\(values[0]), where \(Scalar.self) goes in steps of \(largest.ulp): the value is that of the rounded "
        + "column; take a constant off it before it becomes \(Scalar.self)"
        + (Scalar.self == Float.self ? ", or use Double" : "")
    }
  }

  /// A sentence where no column varies: there is nothing to depend on.
  func constantWarnings(name: String, estimator: String) -> [String] {
    guard isConstant.allSatisfy({ $0 }) else { return [] }
    return [
      "\(estimator): no column of \(name) varies: the dependence is 0 and p is 1, whatever the other array is"
    ]
  }

  /// Checks both arrays, and gives what a user should know of their columns, `nil` if nothing.
  static func warning(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, estimator: String
  ) throws(InfominError) -> String? {
    let warnings =
      try checked(z, name: "Z", estimator: estimator).coarseWarnings(
        z, name: "Z", estimator: estimator)
      + checked(t, name: "T", estimator: estimator).coarseWarnings(
        t, name: "T", estimator: estimator)
    return warnings.isEmpty ? nil : warnings.joined(separator: "; ")
  }
}
