import TensorCore

/// The polynomial features of slices: for standardised rows `x` and directions `Θ`, with `a = tanh(x Θᵀ)` of shape
/// `[rows, S]`, the matrix `[a, a², a³]` of shape `[rows, 3 S]`, power by power (spec §3.2; the official code's
/// leading column of zeros is left out, since its weight is always 0).
package enum SliceFeatures {
  /// The polynomial degree of the paper's code.
  static let degree = 3

  /// The features of standardised rows.
  package static func matrix<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, _ directions: Tensor<Scalar>
  )
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
package struct FeatureMoments: Sendable {
  let rows: Int
  /// Covariance of the first features, `[p, p]`, 1/(n−1).
  package let firstCovariance: Tensor<Double>
  /// Covariance of the second features, `[q, q]`.
  let secondCovariance: Tensor<Double>
  /// Cross-covariance, `[p, q]`.
  let crossCovariance: Tensor<Double>

  /// Accumulates over blocks of rows; `block` gives both feature matrices of a range of rows.
  ///
  /// Features are shifted by the first block's means before they are multiplied, so that the final subtraction of the
  /// means loses nothing even in float32. Each block's products are in `Scalar`, their sum over blocks in `Double`.
  package init<Scalar: TensorScalar>(
    rows: Int, block: @Sendable (Range<Int>) -> (first: Tensor<Scalar>, second: Tensor<Scalar>)
  ) {
    self.rows = rows
    let blocks = RowBlocks(rows: rows, size: rows >= 4096 ? 1024 : 256)
    let head = block(blocks.range(0))
    let shift = (first: head.first.mean(along: 0), second: head.second.mean(along: 0))
    var sums = Sums(features: (shift.first.count, shift.second.count))
    // Groups of blocks keep the number of products alive small; they are added in order.
    for group in stride(from: 0, to: blocks.count, by: 16) {
      let partial = parallelMap(over: min(16, blocks.count - group)) { place in
        let index = group + place
        var (first, second) = index == 0 ? head : block(blocks.range(index))
        subtract(shift.first, from: &first)
        subtract(shift.second, from: &second)
        return BlockProducts(first: first, second: second)
      }
      for products in partial { sums.add(products) }
    }
    let n = Double(rows)
    let (m1, m2) = (sums.first * (1 / n), sums.second * (1 / n))
    firstCovariance = symmetricCovariance(sums.firstSquares, m1, rows: n)
    secondCovariance = symmetricCovariance(sums.secondSquares, m2, rows: n)
    crossCovariance = covariance(sums.cross, m1, m2, rows: n)
  }
}

/// The products of one block of shifted features; of the squares only the upper triangle.
private struct BlockProducts<Scalar: TensorScalar>: Sendable {
  let first, second, firstSquares, secondSquares, cross: Tensor<Scalar>

  init(first: Tensor<Scalar>, second: Tensor<Scalar>) {
    self.first = first.sum(along: 0)
    self.second = second.sum(along: 0)
    firstSquares = upperGram(first)
    secondSquares = upperGram(second)
    cross = matmul(first, second, transposeA: true)
  }
}

/// The sums over blocks.
private struct Sums {
  var first, second, firstSquares, secondSquares, cross: Tensor<Double>

  init(features: (p: Int, q: Int)) {
    let (p, q) = features
    first = .zeros([p])
    second = .zeros([q])
    firstSquares = .zeros([p, p])
    secondSquares = .zeros([q, q])
    cross = .zeros([p, q])
  }

  mutating func add<Scalar: TensorScalar>(_ products: BlockProducts<Scalar>) {
    accumulate(products.first, into: &first)
    accumulate(products.second, into: &second)
    accumulate(products.firstSquares, into: &firstSquares)
    accumulate(products.secondSquares, into: &secondSquares)
    accumulate(products.cross, into: &cross)
  }
}

/// Subtracts a row from every row, in place.
private func subtract<Scalar: TensorScalar>(_ row: Tensor<Scalar>, from x: inout Tensor<Scalar>) {
  let (rows, columns) = (x.shape[0], x.shape[1])
  x.withUnsafeMutableBufferPointer { x in
    row.withUnsafeBufferPointer { row in
      for i in 0..<rows {
        let target = x.baseAddress! + i * columns
        Scalar.combine(.subtract, target, row.baseAddress!, target, columns)
      }
    }
  }
}

/// `total += x` in double precision.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func accumulate<Scalar: TensorScalar>(_ x: Tensor<Scalar>, into total: inout Tensor<Double>)
{
  total.withUnsafeMutableBufferPointer { total in
    x.withUnsafeBufferPointer { x in
      for i in 0..<x.count { total[i] += Double(x[i]) }
    }
  }
}

/// `(s − n a bᵀ)/(n − 1)`.
private func covariance(
  _ products: Tensor<Double>, _ a: Tensor<Double>, _ b: Tensor<Double>, rows n: Double
) -> Tensor<Double> {
  let (p, q) = (a.count, b.count)
  return Tensor(shape: [p, q]) { out in
    products.withUnsafeBufferPointer { s in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          for i in 0..<p {
            let scaled = n * a[i]
            for j in 0..<q { out[i * q + j] = (s[i * q + j] - scaled * b[j]) / (n - 1) }
          }
        }
      }
    }
  }
}

/// The same for the upper triangle of symmetric products, mirrored.
private func symmetricCovariance(
  _ products: Tensor<Double>, _ mean: Tensor<Double>, rows n: Double
) -> Tensor<Double> {
  let p = mean.count
  return Tensor(shape: [p, p]) { out in
    products.withUnsafeBufferPointer { s in
      mean.withUnsafeBufferPointer { m in
        for i in 0..<p {
          let mean = m[i]
          for j in i..<p { out[i * p + j] = (s[i * p + j] - n * m[j] * mean) / (n - 1) }
        }
      }
    }
    mirrorUpperTriangle(out.baseAddress!, order: p)
  }
}
