import TensorCore

/// Columns less their mean over their standard deviation: `y = (x − mean)/sd`, `sd² = Σ (x − mean)²/(n − 1)`.
///
/// `x` and `y` are `[n, columns]` with `n` at least 2. A constant column has no deviation to divide by; it gives `y = 0`
/// and takes no gradient. Constant is a column whose largest and smallest number differ by at most `tolerance` times the power
/// of two above its largest magnitude: by a unit in the last place or two, in any unit of measurement.
///
/// Columns may be in any unit: see ``ColumnMoments``.
public struct ColumnStandardization<Scalar: TensorScalar>: Layer {
  /// The range, as a share of the largest magnitude (rounded up to a power of two), up to which a column counts as constant.
  public let tolerance: Scalar

  /// The output and `1/sd` (0 for a constant column); the input is not kept.
  public struct Tape: Sendable {
    let y: Tensor<Scalar>
    /// The means and deviations of the columns.
    public let moments: ColumnMoments<Scalar>
  }

  /// The layer; the tolerance is two units in the last place, `Scalar.ulpOfOne`, unless given.
  public init(tolerance: Scalar? = nil) { self.tolerance = tolerance ?? .ulpOfOne }

  /// `y = (x − mean)/sd`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let (y, moments) = standardize(x)
    return (y, Tape(y: y, moments: moments))
  }

  /// `dx = (dy − mean(dy) − y ⟨dy, y⟩/(n − 1))/sd`, column by column.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    let (y, moments) = (tape.y, tape.moments)
    require(
      dy.shape == y.shape, "ColumnStandardization.backward: dy must be \(y.shape), got \(dy.shape)")
    let (rows, columns) = (y.shape[0], y.shape[1])
    guard columns > 0 else { return (dy, Gradient(of: self)) }
    let dx = Tensor<Scalar>(shape: y.shape) { dx in
      let work = Tensor<Scalar>(shape: [2, columns]) { work in
        let (mean, slope) = (work.baseAddress!, work.baseAddress! + columns)
        dy.withUnsafeBufferPointer { dy in
          y.withUnsafeBufferPointer { y in
            let (dy, y) = (dy.baseAddress!, y.baseAddress!)
            PairwiseRows.sums(dy, rows: rows, columns: columns, into: mean)
            PairwiseRows.products(dy, y, rows: rows, columns: columns, into: slope)
            Scalar.scaleShift(mean, 1 / Scalar(rows), 0, mean, columns)
            Scalar.scaleShift(slope, 1 / Scalar(rows - 1), 0, slope, columns)
            moments.writeBackward(dy, y, mean: mean, slope: slope, dx.baseAddress!, rows: rows)
          }
        }
      }
      withExtendedLifetime(work) {}
    }
    return (dx, Gradient(of: self))
  }

  /// The means and deviations of the columns of `x`, `[n, columns]`, to standardise other rows with.
  public func moments(of x: Tensor<Scalar>) -> ColumnMoments<Scalar> {
    ColumnMoments(of: x, rows: 0..<(x.shape.dimensions.first ?? 0), tolerance: tolerance)
  }

  private func standardize(_ x: Tensor<Scalar>)
    -> (y: Tensor<Scalar>, moments: ColumnMoments<Scalar>)
  {
    let moments = moments(of: x)
    return (moments(x), moments)
  }
}
