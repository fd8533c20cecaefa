import TensorCore

/// The polynomial features of slices: for standardised rows `x` and directions `Θ`, with `a = tanh(x Θᵀ)` of shape
/// `[rows, S]`, the matrix `[a, a², a³]` of shape `[rows, 3 S]`, power by power (spec §3.2; the official code's
/// leading column of zeros is left out, since its weight is always 0).
enum SliceFeatures {
  /// The polynomial degree of the paper's code.
  static let degree = 3

  /// The features of standardised rows.
  static func matrix<Scalar: TensorScalar>(_ x: Tensor<Scalar>, _ directions: Tensor<Scalar>)
    -> Tensor<Scalar>
  {
    let (rows, slices) = (x.shape[0], directions.shape[0])
    let u = matmul(x, directions, transposeB: true)
    return Tensor(shape: [rows, degree * slices]) { out in
      u.withUnsafeBufferPointer { u in
        for row in 0..<rows {
          let a = out.baseAddress! + row * degree * slices
          Scalar.apply(.tanh, u.baseAddress! + row * slices, a, slices)
          Scalar.combine(.multiply, a, a, a + slices, slices)
          Scalar.combine(.multiply, a, a + slices, a + 2 * slices, slices)
        }
      }
    }
  }
}

/// First and second moments of two feature matrices over many rows, in double precision.
struct FeatureMoments: Sendable {
  let rows: Int
  /// Covariance of the first features, `[p, p]`, 1/(n−1).
  let firstCovariance: Tensor<Double>
  /// Covariance of the second features, `[q, q]`.
  let secondCovariance: Tensor<Double>
  /// Cross-covariance, `[p, q]`.
  let crossCovariance: Tensor<Double>

  /// Accumulates over blocks of rows; `block` gives both feature matrices of a range of rows.
  ///
  /// Features are shifted by the first block's means before they are multiplied, so that the final subtraction of the
  /// means loses nothing even in float32. Each block's products are in `Scalar`, their sum over blocks in `Double`.
  init<Scalar: TensorScalar>(
    rows: Int, block: @Sendable (Range<Int>) -> (first: Tensor<Scalar>, second: Tensor<Scalar>)
  ) {
    self.rows = rows
    let blocks = RowBlocks(rows: rows, size: rows >= 4096 ? 1024 : 256)
    let head = block(blocks.range(0))
    let shift = (first: head.first.mean(along: 0), second: head.second.mean(along: 0))
    // Groups of blocks keep the number of partial sums alive small; groups are added in order.
    var total: Sums?
    for group in stride(from: 0, to: blocks.count, by: 16) {
      let partial = parallelMap(over: min(16, blocks.count - group)) { place in
        let index = group + place
        let (first, second) = index == 0 ? head : block(blocks.range(index))
        return Sums(first: first - shift.first, second: second - shift.second)
      }
      for sums in partial { if total == nil { total = sums } else { total!.add(sums) } }
    }
    let sums = total!
    let n = Double(rows)
    let (m1, m2) = (sums.first * (1 / n), sums.second * (1 / n))
    func covariance(_ products: Tensor<Double>, _ a: Tensor<Double>, _ b: Tensor<Double>)
      -> Tensor<Double>
    {
      let (p, q) = (a.count, b.count)
      return Tensor(shape: [p, q]) { out in
        products.withUnsafeBufferPointer { s in
          a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
              for i in 0..<p {
                for j in 0..<q { out[i * q + j] = (s[i * q + j] - n * a[i] * b[j]) / (n - 1) }
              }
            }
          }
        }
      }
    }
    firstCovariance = covariance(sums.firstSquares, m1, m1)
    secondCovariance = covariance(sums.secondSquares, m2, m2)
    crossCovariance = covariance(sums.cross, m1, m2)
  }

  /// What one block adds.
  private struct Sums: Sendable {
    var first, second, firstSquares, secondSquares, cross: Tensor<Double>

    init<Scalar: TensorScalar>(first: Tensor<Scalar>, second: Tensor<Scalar>) {
      self.first = first.sum(along: 0).converted(to: Double.self)
      self.second = second.sum(along: 0).converted(to: Double.self)
      firstSquares = gram(first).converted(to: Double.self)
      secondSquares = gram(second).converted(to: Double.self)
      cross = matmul(first, second, transposeA: true).converted(to: Double.self)
    }

    mutating func add(_ other: Sums) {
      first += other.first
      second += other.second
      firstSquares += other.firstSquares
      secondSquares += other.secondSquares
      cross += other.cross
    }
  }
}
