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
    guard columns > 0 else { return (dy, NoGradient()) }
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
    return (dx, NoGradient())
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

/// The means and deviations of columns, as constants with which other rows are standardised.
public struct ColumnMoments<Scalar: TensorScalar>: Sendable, Equatable {
  /// The mean of each column, `[columns]`.
  public let mean: Tensor<Scalar>
  /// The unbiased standard deviation of each column, `[columns]`.
  public let deviation: Tensor<Scalar>
  /// `1/deviation`, 0 for a constant column, `[columns]`.
  public let inverseDeviation: Tensor<Scalar>

  /// The moments of the columns of `x`, `[n, columns]` with `n` at least 2.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public init(of x: Tensor<Scalar>) { self = ColumnStandardization().moments(of: x) }

  /// The moments of the columns of a range of rows; `tolerance` as in ``ColumnStandardization``.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package init(of x: Tensor<Scalar>, rows range: Range<Int>, tolerance: Scalar? = nil) {
    require(
      x.rank == 2 && range.count >= 2 && range.lowerBound >= 0 && range.upperBound <= x.shape[0],
      "ColumnStandardization: x must be [n, columns] with n at least 2, got \(x.shape)")
    let (rows, columns) = (range.count, x.shape[1])
    let mean = Tensor<Scalar>(shape: [columns]) { mean in
      x.withUnsafeBufferPointer { x in
        guard let out = mean.baseAddress, columns > 0 else { return }
        PairwiseRows.sums(
          x.baseAddress! + range.lowerBound * columns, rows: rows, columns: columns, into: out)
        Scalar.scaleShift(out, 1 / Scalar(rows), 0, out, columns)
      }
    }
    let deviation = Tensor<Scalar>(shape: [columns]) { deviation in
      x.withUnsafeBufferPointer { x in
        mean.withUnsafeBufferPointer { mean in
          guard let out = deviation.baseAddress, columns > 0 else { return }
          PairwiseRows.squares(
            x.baseAddress! + range.lowerBound * columns, mean: mean.baseAddress!, rows: rows,
            columns: columns, into: out)
          Scalar.scaleShift(out, 1 / Scalar(rows - 1), 0, out, columns)
          Scalar.apply(.sqrt, out, out, columns)
        }
      }
    }
    self.mean = mean
    self.deviation = deviation
    let tolerance = tolerance ?? ColumnStandardization<Scalar>().tolerance
    inverseDeviation = deviation.zipped(mean) { s, m in
      s <= tolerance * m.magnitude ? 0 : 1 / s
    }
  }

  /// Whether each column was taken for constant.
  public var isConstant: [Bool] { inverseDeviation.scalars.map { $0 == 0 } }

  /// `(x − mean)/deviation` for `x` of shape `[rows, columns]`, any number of rows; constant columns give 0.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      x.rank == 2 && x.shape[1] == mean.count,
      "ColumnMoments: x must be [rows, \(mean.count)], got \(x.shape)")
    return Tensor(shape: x.shape) { y in
      x.withUnsafeBufferPointer { x in
        guard y.count > 0 else { return }
        write(x.baseAddress!, y.baseAddress!, rows: y.count / mean.count)
      }
    }
  }

  /// The same for the rows at an address; `x` and `y` may be the same memory.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func write(
    _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    mean.withUnsafeBufferPointer { mean in
      inverseDeviation.withUnsafeBufferPointer { factor in
        guard mean.count > 0 else { return }
        Scalar.standardizeRows(
          x, mean: mean.baseAddress!, factor: factor.baseAddress!, y, rows: rows,
          columns: mean.count)
      }
    }
  }

  /// The backward of standardising for rows at an address, with the mean of `dy` and `⟨dy, y⟩/(n − 1)` over all rows; `dx` may
  /// be the memory of `dy`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func writeBackward(
    _ dy: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, mean: UnsafePointer<Scalar>,
    slope: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    inverseDeviation.withUnsafeBufferPointer { factor in
      guard factor.count > 0 else { return }
      Scalar.standardizeRowsBackward(
        dy, y, mean: mean, slope: slope, factor: factor.baseAddress!, dx, rows: rows,
        columns: factor.count)
    }
  }
}
