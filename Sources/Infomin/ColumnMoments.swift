import TensorCore

/// Means and unbiased standard deviations of the columns of an array, as the slices use them.
///
/// A column that does not vary (its deviation is within rounding of its mean) has scale 0: standardised it is 0, and no
/// gradient reaches it. The official code divides by zero there.
struct ColumnMoments<Scalar: TensorScalar>: Sendable {
  /// `[columns]`
  let mean: Tensor<Scalar>
  /// `1 / sd`, and 0 for a constant column. `[columns]`
  let inverseDeviation: Tensor<Scalar>

  init(_ x: Tensor<Scalar>) {
    let rows = x.shape[0]
    require(
      x.rank == 2 && rows >= 2, "Infomin: wants a matrix of at least 2 rows, got \(x.shape)")
    mean = x.mean(along: 0)
    let variance = ColumnMoments.centredSquares(x, mean) * (1 / Scalar(rows - 1))
    let threshold = 16 * Scalar.ulpOfOne
    inverseDeviation = variance.zipped(mean) { variance, mean in
      let deviation = variance.squareRoot()
      return deviation <= threshold * mean.magnitude || deviation == 0 ? 0 : 1 / deviation
    }
  }

  /// `Σ (x − mean)²` of each column, in blocks of rows that are added in order.
  private static func centredSquares(_ x: Tensor<Scalar>, _ mean: Tensor<Scalar>) -> Tensor<Scalar>
  {
    let (rows, columns) = (x.shape[0], x.shape[1])
    let blockRows = 512
    let partial = parallelMap(over: (rows + blockRows - 1) / blockRows) { block in
      let start = block * blockRows
      return Tensor<Scalar>(shape: [columns]) { out in
        out.update(repeating: 0)
        let difference = Tensor<Scalar>(shape: [columns])
        var scratch = difference
        scratch.withUnsafeMutableBufferPointer { d in
          x.withUnsafeBufferPointer { x in
            mean.withUnsafeBufferPointer { m in
              for row in start..<min(start + blockRows, rows) {
                Scalar.combine(
                  .subtract, x.baseAddress! + row * columns, m.baseAddress!, d.baseAddress!, columns
                )
                Scalar.multiplyAdd(d.baseAddress!, d.baseAddress!, out.baseAddress!, columns)
              }
            }
          }
        }
      }
    }
    var total = partial[0]
    for block in partial.dropFirst() { total += block }
    return total
  }

  /// The standardised rows `range` of `x`.
  func standardized(_ x: Tensor<Scalar>, rows range: Range<Int>) -> Tensor<Scalar> {
    let columns = x.shape[1]
    return Tensor(shape: [range.count, columns]) { out in
      x.withUnsafeBufferPointer { x in
        mean.withUnsafeBufferPointer { m in
          inverseDeviation.withUnsafeBufferPointer { s in
            for (place, row) in range.enumerated() {
              let target = out.baseAddress! + place * columns
              Scalar.combine(
                .subtract, x.baseAddress! + row * columns, m.baseAddress!, target, columns)
              Scalar.combine(.multiply, target, s.baseAddress!, target, columns)
            }
          }
        }
      }
    }
  }
}

/// The row blocks that work on `rows` rows is split into: a function of the count alone, so that no result depends on
/// the number of threads.
struct RowBlocks: Sendable {
  let rows: Int
  let size: Int

  init(rows: Int, size: Int) {
    self.rows = rows
    self.size = size
  }

  var count: Int { (rows + size - 1) / size }
  func range(_ block: Int) -> Range<Int> { block * size..<min((block + 1) * size, rows) }
}
