import Layers
import TensorCore

/// The polynomial functions of one side's slices on a batch, standardised: `P` of ``SliceObjective``, and the way back.
///
/// Blocks of rows run in parallel, each in the cache from the columns to the function's values; the split depends on the
/// number of rows alone.
struct SliceProjection<Scalar: TensorScalar>: Sendable {
  /// `P`, `[n, 1]`; zero where the function does not vary.
  let standardized: Tensor<Scalar>
  /// `1/s_p`.
  let inverseDeviation: Scalar
  private let moments: ColumnMoments<Scalar>
  /// By block of rows: the standardised columns and `A = tanh(slices)`.
  private let tape: [Block]

  private struct Block: Sendable {
    let x, a: Tensor<Scalar>
  }

  private static func blocks(_ rows: Int) -> RowBlocks { RowBlocks(rows: rows, size: 256) }

  /// Standardises the columns of a range of rows by their own moments, and projects them.
  init(
    of x: Tensor<Scalar>, rows range: Range<Int>, _ side: SliceObjective<Scalar>.Side,
    keepsTape: Bool
  ) {
    let (columns, slices) = (side.directions.shape[1], side.directions.shape[0])
    require(
      x.rank == 2 && x.shape[1] == columns && range.count >= 2,
      "SliceObjective: wants at least 2 rows of \(columns) columns, got \(x.shape)")
    let moments = ColumnMoments(of: x, rows: range)
    let blocks = Self.blocks(range.count)
    var tape: [Block] = []
    let p = Tensor<Scalar>(shape: [range.count, 1]) { p in
      let p = SharedAddress(p.baseAddress!)
      let parts = parallelMap(over: blocks.count) { block in
        let rows = blocks.range(block)
        let standardized = Tensor<Scalar>(shape: [rows.count, columns]) { y in
          x.withUnsafeBufferPointer {
            guard columns > 0 else { return }
            let start = (range.lowerBound + rows.lowerBound) * columns
            moments.write($0.baseAddress! + start, y.baseAddress!, rows: rows.count)
          }
        }
        var a = matmul(standardized, side.directions, transposeB: true)
        a.withUnsafeMutableBufferPointer { a in
          side.weights.withUnsafeBufferPointer { w in
            Scalar.sliceForward(
              a.baseAddress!, w.baseAddress!, w.baseAddress! + slices,
              w.baseAddress! + 2 * slices, p.address + rows.lowerBound, rows: rows.count,
              slices: slices)
          }
        }
        return keepsTape ? Block(x: standardized, a: a) : nil
      }
      tape = parts.compactMap { $0 }
    }
    let spread = ColumnMoments(of: p)
    standardized = spread(p)
    inverseDeviation = spread.inverseDeviation.scalar
    self.moments = moments
    self.tape = tape
  }

  /// The gradient with respect to the columns, `[n, columns]`, for `delta` `[n, 1]` with respect to the function's values.
  ///
  /// `E = δ (w¹ + 2 w² A + 3 w³ A²)(1 − A²)`, `G = E Θ`, then the backward of standardising.
  func backward(_ delta: Tensor<Scalar>, _ side: SliceObjective<Scalar>.Side) -> Tensor<Scalar> {
    let (rows, columns) = (standardized.count, side.directions.shape[1])
    let slices = side.directions.shape[0]
    let blocks = Self.blocks(rows)
    return Tensor(shape: [rows, columns]) { g in
      guard columns > 0 else { return }
      let g = SharedAddress(g.baseAddress!)
      // The mean of G's rows and ⟨G, x⟩/(n − 1), summed over blocks in order.
      let parts = parallelMap(over: blocks.count) { block in
        let range = blocks.range(block)
        let (x, a) = (tape[block].x, tape[block].a)
        let e = Tensor<Scalar>(shape: a.shape) { e in
          a.withUnsafeBufferPointer { a in
            side.weights.withUnsafeBufferPointer { w in
              delta.withUnsafeBufferPointer { delta in
                Scalar.sliceBackward(
                  a.baseAddress!, delta.baseAddress! + range.lowerBound, w.baseAddress!,
                  w.baseAddress! + slices, w.baseAddress! + 2 * slices, e.baseAddress!,
                  rows: range.count, slices: slices)
              }
            }
          }
        }
        let own = g.address + range.lowerBound * columns
        e.withUnsafeBufferPointer { e in
          side.directions.withUnsafeBufferPointer { directions in
            Scalar.gemm(
              transposeA: false, transposeB: false, m: range.count, n: columns, k: slices,
              alpha: 1, e.baseAddress!, lda: slices, directions.baseAddress!, ldb: columns,
              beta: 0, own, ldc: columns)
          }
        }
        return Tensor<Scalar>(shape: [2, columns]) { sums in
          x.withUnsafeBufferPointer { x in
            let sums = sums.baseAddress!
            PairwiseRows.sums(own, rows: range.count, columns: columns, into: sums)
            PairwiseRows.products(
              own, x.baseAddress!, rows: range.count, columns: columns, into: sums + columns)
          }
        }
      }
      var total = parts[0]
      for part in parts.dropFirst() { total += part }
      total.withUnsafeMutableBufferPointer { sums in
        let (mean, slope) = (sums.baseAddress!, sums.baseAddress! + columns)
        Scalar.scaleShift(mean, 1 / Scalar(rows), 0, mean, columns)
        Scalar.scaleShift(slope, 1 / Scalar(rows - 1), 0, slope, columns)
      }
      let sums = total
      parallel(over: blocks.count) { block in
        let range = blocks.range(block)
        let own = g.address + range.lowerBound * columns
        sums.withUnsafeBufferPointer { sums in
          tape[block].x.withUnsafeBufferPointer { x in
            moments.writeBackward(
              own, x.baseAddress!, mean: sums.baseAddress!, slope: sums.baseAddress! + columns,
              own, rows: range.count)
          }
        }
      }
    }
  }
}
