import TensorCore

/// Columns less their mean over their standard deviation: `y = (x − mean)/sd`, `sd² = Σ (x − mean)²/(n − 1)`.
///
/// `x` and `y` are `[n, columns]` with `n` at least 2. A constant column has no deviation to divide by; it gives `y = 0`
/// and takes no gradient. Constant is a column with `sd ≤ tolerance · |mean|`: within rounding of its mean, in any unit.
public struct ColumnStandardization<Scalar: TensorScalar>: Layer {
  /// There are no parameters.
  public typealias Gradient = NoGradient<Scalar>

  /// The deviation, as a share of the mean's magnitude, up to which a column counts as constant.
  public let tolerance: Scalar

  /// The output and `1/sd` (0 for a constant column); the input is not kept.
  public struct Tape: Sendable {
    let y: Tensor<Scalar>
    /// The means and deviations of the columns.
    public let moments: ColumnMoments<Scalar>
  }

  /// The layer; the tolerance is 10⁻⁶ for `Float` and 10⁻¹² for `Double` unless given.
  public init(tolerance: Scalar? = nil) {
    self.tolerance = tolerance ?? (Scalar.self == Float.self ? 1e-6 : 1e-12)
  }

  /// `y = (x − mean)/sd`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let (y, moments) = standardize(x)
    return (y, Tape(y: y, moments: moments))
  }

  /// `dx = (dy − mean(dy) − y ⟨dy, y⟩/(n − 1))/sd`, column by column.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    let y = tape.y
    require(
      dy.shape == y.shape, "ColumnStandardization.backward: dy must be \(y.shape), got \(dy.shape)")
    // y ⟨dy, y⟩/(n − 1), then dy minus it, and so on in place.
    var dx = y
    dx.combineRows(.multiply, with: (dy * y).sum(along: 0) * (-1 / Scalar(y.shape[0] - 1)))
    dx += dy
    dx.combineRows(.subtract, with: dy.mean(along: 0))
    dx.combineRows(.multiply, with: tape.moments.inverseDeviation)
    return (dx, NoGradient())
  }

  /// The means and deviations of the columns of `x`, `[n, columns]`, to standardise other rows with.
  public func moments(of x: Tensor<Scalar>) -> ColumnMoments<Scalar> { standardize(x).moments }

  private func standardize(_ x: Tensor<Scalar>)
    -> (y: Tensor<Scalar>, moments: ColumnMoments<Scalar>)
  {
    require(
      x.rank == 2 && x.shape[0] >= 2,
      "ColumnStandardization: x must be [n, columns] with n at least 2, got \(x.shape)")
    let mean = x.mean(along: 0)
    var y = x
    y.combineRows(.subtract, with: mean)
    let deviation = sqrt((y * y).sum(along: 0) * (1 / Scalar(x.shape[0] - 1)))
    let inverse = deviation.zipped(mean) { s, m in s <= tolerance * m.magnitude ? 0 : 1 / s }
    y.combineRows(.multiply, with: inverse)
    return (y, ColumnMoments(mean: mean, deviation: deviation, inverseDeviation: inverse))
  }
}

/// The means and deviations of columns, as constants with which other rows are standardised.
public struct ColumnMoments<Scalar: TensorScalar>: Sendable, Equatable {
  /// The mean of each column, `[columns]`.
  public let mean: Tensor<Scalar>
  /// The unbiased standard deviation of each column, `[columns]`.
  public let deviation: Tensor<Scalar>
  /// `1/deviation`, 0 for a constant column, `[columns]`.
  public let inverseDeviation: Tensor<Scalar>

  /// The moments of the columns of `x`, `[n, columns]` with `n` at least 2.
  public init(of x: Tensor<Scalar>) { self = ColumnStandardization().moments(of: x) }

  init(mean: Tensor<Scalar>, deviation: Tensor<Scalar>, inverseDeviation: Tensor<Scalar>) {
    self.mean = mean
    self.deviation = deviation
    self.inverseDeviation = inverseDeviation
  }

  /// Whether each column was taken for constant.
  public var isConstant: [Bool] { inverseDeviation.scalars.map { $0 == 0 } }

  /// `(x − mean)/deviation` for `x` of shape `[rows, columns]`, any number of rows; constant columns give 0.
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      x.rank == 2 && x.shape[1] == mean.count,
      "ColumnMoments: x must be [rows, \(mean.count)], got \(x.shape)")
    var y = x
    y.combineRows(.subtract, with: mean)
    y.combineRows(.multiply, with: inverseDeviation)
    return y
  }
}

extension Tensor {
  /// Replaces each row `x` of a matrix by `x ∘ row`, in place; a single column goes as one array.
  fileprivate mutating func combineRows(_ operation: ArithmeticOperation, with row: Tensor) {
    let (rows, columns) = (shape[0], shape[1])
    guard count > 0 else { return }
    withUnsafeMutableBufferPointer { x in
      let x = x.baseAddress!
      row.withUnsafeBufferPointer { row in
        let row = row.baseAddress!
        switch operation {
        case .subtract where columns == 1: Scalar.scaleShift(x, 1, -row[0], x, rows)
        case .multiply where columns == 1: Scalar.scaleShift(x, row[0], 0, x, rows)
        default:
          for r in 0..<rows {
            Scalar.combine(operation, x + r * columns, row, x + r * columns, columns)
          }
        }
      }
    }
  }
}
