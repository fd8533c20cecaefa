import TensorCore

/// Columns with mean 0 and unbiased variance 1, and the backward of making them so.
struct Standardized<Scalar: TensorScalar>: Sendable {
  let y: Tensor<Scalar>
  private let moments: ColumnMoments<Scalar>

  init(_ x: Tensor<Scalar>) {
    moments = ColumnMoments(x)
    y = moments.standardized(x, rows: 0..<x.shape[0])
  }

  /// `B(g, y, s) = 1/s (g − mean g − y ⟨g, y⟩/(n−1))` per column; zero for a constant column.
  func backward(_ g: Tensor<Scalar>) -> Tensor<Scalar> {
    let n = y.shape[0]
    let slope = (g * y).sum(along: 0) * (1 / Scalar(n - 1))
    return (g - g.mean(along: 0) - y * slope) * moments.inverseDeviation
  }
}
