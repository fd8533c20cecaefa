import TensorCore

/// The means and deviations of columns, as constants with which other rows are standardised.
///
/// A column whose mean lies within 256 deviations of 0 and whose squares the type holds is summed and scaled in the type itself.
/// Every other one (times 10²⁰ or 10⁻²⁰, subnormal, near the largest number, with a large offset) is standardised in
/// double precision by its ``TensorCore/StandardUnit``, so that a column times a number plus a number gives the same
/// result as far as the type holds the information; ``coarseColumns`` are those where it hardly does.
public struct ColumnMoments<Scalar: TensorScalar>: Sendable, Equatable {
  /// The mean of each column, `[columns]`.
  public let mean: Tensor<Scalar>
  /// The unbiased standard deviation of each column, at most the type's largest number, `[columns]`.
  public let deviation: Tensor<Scalar>
  /// `1/deviation`, at most the type's largest number, 0 for a constant column, `[columns]`.
  public let inverseDeviation: Tensor<Scalar>
  /// The columns of which the type holds few values: all of them lie within 256 units in the last place of the largest.
  ///
  /// Such a column was a small difference of large numbers before it was rounded to the type. It is standardised as it is.
  public let coarseColumns: [Int]
  /// The columns that are standardised in double precision.
  private let exact: [ExactColumn]

  private struct ExactColumn: Sendable, Equatable {
    let column: Int
    let unit: StandardUnit
  }

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
    var mean = Tensor<Scalar>(shape: [columns]) { mean in
      x.withUnsafeBufferPointer { x in
        guard let out = mean.baseAddress, columns > 0 else { return }
        PairwiseRows.sums(
          x.baseAddress! + range.lowerBound * columns, rows: rows, columns: columns, into: out)
        Scalar.scaleShift(out, 1 / Scalar(rows), 0, out, columns)
      }
    }
    var deviation = Tensor<Scalar>(shape: [columns]) { deviation in
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
    var inverse = deviation.map { 1 / $0 }
    let tolerance = Double(tolerance ?? ColumnStandardization<Scalar>().tolerance)
    var exact: [ExactColumn] = []
    var coarse: [Int] = []
    let others = mean.withUnsafeBufferPointer { mean in
      deviation.withUnsafeBufferPointer { deviation in
        (0..<columns).filter { !Self.isOrdinary(mean: mean[$0], deviation: deviation[$0]) }
      }
    }
    for column in others {
      let start = range.lowerBound * columns + column
      // NaN and infinities stay in the mean.
      guard
        let unit = x.withUnsafeBufferPointer({ x in
          StandardUnit(count: rows, tolerance: tolerance) { Double(x[start + $0 * columns]) }
        })
      else { continue }
      mean[column] = unit.mean.clamped(to: Scalar.self)
      deviation[column] = unit.deviation.clamped(to: Scalar.self)
      inverse[column] = unit.overDeviation(1).clamped(to: Scalar.self)
      // The difference from a constant column's mean overflows nowhere else.
      if !unit.isConstant || mean[column].magnitude > .greatestFiniteMagnitude / 4 {
        exact.append(ExactColumn(column: column, unit: unit))
      }
      let step = max(
        Double(Scalar.ulpOfOne) / 2, unit.share(Double(Scalar.leastNonzeroMagnitude)))
      if unit.spread > 0 && unit.spread <= 256 * step { coarse.append(column) }
    }
    self.mean = mean
    self.deviation = deviation
    inverseDeviation = inverse
    coarseColumns = coarse
    self.exact = exact
  }

  /// Whether sums in the type itself standardise a column well: squares neither overflow nor vanish, and the mean is not so
  /// large beside the deviation that its rounding shows. Not so for NaN.
  private static func isOrdinary(mean: Scalar, deviation: Scalar) -> Bool {
    let bound: Scalar = Scalar.self == Float.self ? 0x1p40 : Scalar(0x1p400 as Double)
    return deviation >= 1 / bound && deviation <= bound && mean.magnitude <= 256 * deviation
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
    let columns = mean.count
    guard columns > 0 else { return }
    replacing(y, rows: rows, by: { unit, place, _ in unit(Double(x[place])) }) {
      mean.withUnsafeBufferPointer { mean in
        inverseDeviation.withUnsafeBufferPointer { factor in
          Scalar.standardizeRows(
            x, mean: mean.baseAddress!, factor: factor.baseAddress!, y, rows: rows,
            columns: columns)
        }
      }
    }
  }

  /// The backward of standardising for rows at an address, with the mean of `dy` and `⟨dy, y⟩/(n − 1)` over all rows; `dx` may
  /// be the memory of `dy`. A gradient beyond the type's largest number is that number.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func writeBackward(
    _ dy: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, mean: UnsafePointer<Scalar>,
    slope: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    let columns = self.mean.count
    guard columns > 0 else { return }
    replacing(
      dx, rows: rows,
      by: { unit, place, column in
        unit.overDeviation(
          Double(dy[place]) - Double(mean[column]) - Double(y[place]) * Double(slope[column]))
      }
    ) {
      inverseDeviation.withUnsafeBufferPointer { factor in
        Scalar.standardizeRowsBackward(
          dy, y, mean: mean, slope: slope, factor: factor.baseAddress!, dx, rows: rows,
          columns: columns)
      }
    }
  }

  /// Runs a kernel, and puts what `value` gives by unit, place and column in place of its results for the exact columns; `value`
  /// is asked before, since the kernel may write where it reads.
  @inline(__always)
  private func replacing(
    _ out: UnsafeMutablePointer<Scalar>, rows: Int, by value: (StandardUnit, Int, Int) -> Double,
    kernel: () -> Void
  ) {
    guard !exact.isEmpty else { return kernel() }
    let columns = mean.count
    let values = exact.map { exact in
      (0..<rows).map {
        value(exact.unit, $0 * columns + exact.column, exact.column).clamped(to: Scalar.self)
      }
    }
    kernel()
    for (exact, values) in zip(exact, values) {
      for row in 0..<rows { out[row * columns + exact.column] = values[row] }
    }
  }
}
