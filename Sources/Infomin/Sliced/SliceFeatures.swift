import Layers
import TensorCore

/// The polynomial features of slices: for standardised rows `x` and directions `Θ`, with `a = tanh(x Θᵀ)` of shape
/// `[rows, S]`, the matrix `[a, a², a³]` of shape `[rows, 3 S]`, power by power (spec §3.2; the official code's
/// leading column of zeros is left out, since its weight is always 0).
package enum SliceFeatures {
  /// The polynomial degree of the paper's code.
  static let degree = 3

  /// Near the mean of a² for a standard normal slice. Features enter sums of products less this, so that taking their
  /// means out in the end cancels little, even in float32; the odd powers have means near zero as they are.
  static let squareShift = 0.4

  /// The features of standardised rows.
  package static func matrix<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, _ directions: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    let (rows, slices) = (x.shape[0], directions.shape[0])
    var u = matmul(x, directions, transposeB: true)
    return Tensor(shape: [rows, degree * slices]) { f in
      u.withUnsafeMutableBufferPointer { u in
        guard f.count > 0 else { return }
        Scalar.sliceFeatures(
          u.baseAddress!, shift: 0, f.baseAddress!, rows: rows, slices: slices,
          stride: degree * slices)
      }
    }
  }

  /// Writes the features of a range of rows, their squares less ``squareShift``, into rows of `f` that lie `stride` apart.
  ///
  /// A few rows at a time are standardised, projected and raised to their powers, so that they stay in the cache.
  package static func write<Scalar: TensorScalar>(
    _ range: Range<Int>, of x: Tensor<Scalar>, _ moments: ColumnMoments<Scalar>,
    _ directions: Tensor<Scalar>, into f: UnsafeMutablePointer<Scalar>, stride: Int
  ) {
    let (columns, slices) = (x.shape[1], directions.shape[0])
    let width = min(256, range.count)
    let work = Tensor<Scalar>(shape: [width * (columns + slices)]) { work in
      guard let standardized = work.baseAddress else { return }
      let u = standardized + width * columns
      for start in Swift.stride(from: range.lowerBound, to: range.upperBound, by: width) {
        let rows = min(width, range.upperBound - start)
        project(start, rows: rows, of: x, moments, directions, by: standardized, into: u)
        Scalar.sliceFeatures(
          u, shift: Scalar(squareShift), f + (start - range.lowerBound) * stride, rows: rows,
          slices: slices, stride: stride)
      }
    }
    withExtendedLifetime(work) {}
  }

  /// Writes `a = tanh(x Θᵀ)` of a range of rows, `[rows, S]`: the slices themselves, the first of the powers.
  static func writeSlices<Scalar: TensorScalar>(
    _ range: Range<Int>, of x: Tensor<Scalar>, _ moments: ColumnMoments<Scalar>,
    _ directions: Tensor<Scalar>, into a: UnsafeMutablePointer<Scalar>
  ) {
    let work = Tensor<Scalar>(shape: [range.count * x.shape[1]]) { standardized in
      guard let standardized = standardized.baseAddress else { return }
      project(
        range.lowerBound, rows: range.count, of: x, moments, directions, by: standardized, into: a)
    }
    withExtendedLifetime(work) {}
    Scalar.apply(.tanh, a, a, range.count * directions.shape[0])
  }

  /// Writes `x Θᵀ` of standardised rows from `start` on, `[rows, S]`, by way of `standardized`, which has room for those rows.
  private static func project<Scalar: TensorScalar>(
    _ start: Int, rows: Int, of x: Tensor<Scalar>, _ moments: ColumnMoments<Scalar>,
    _ directions: Tensor<Scalar>, by standardized: UnsafeMutablePointer<Scalar>,
    into u: UnsafeMutablePointer<Scalar>
  ) {
    let (columns, slices) = (x.shape[1], directions.shape[0])
    x.withUnsafeBufferPointer { x in
      directions.withUnsafeBufferPointer { directions in
        moments.write(x.baseAddress! + start * columns, standardized, rows: rows)
        Scalar.gemm(
          transposeA: false, transposeB: true, m: rows, n: slices, k: columns, alpha: 1,
          standardized, lda: columns, directions.baseAddress!, ldb: columns, beta: 0, u, ldc: slices
        )
      }
    }
  }
}
