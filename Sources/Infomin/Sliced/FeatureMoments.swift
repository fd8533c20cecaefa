import TensorCore

/// The covariances of the features of both sides over many rows, in double precision.
///
/// Both sides' features and a column of ones stand side by side in one matrix `X`, so that the upper triangle of `Xᵀ X`,
/// one symmetric product, holds the squares of both, their cross products and their sums.
package struct FeatureMoments: Sendable {
  /// `p` and `q`, the numbers of features.
  let first, second: Int
  /// The covariance of all features and the ones, `[p + q + 1, p + q + 1]` with 1/(n−1); only its upper triangle is defined.
  let upper: Tensor<Double>

  /// Accumulates over blocks of rows; `write` puts the features of a range of rows at an address, `p` of the first side
  /// and then `q` of the second in rows that lie so many numbers apart.
  ///
  /// A covariance does not depend on constants that are taken off the features; they should be near the features' means.
  /// The products of up to 1,024 rows are summed in `Scalar`, a few rows at a time that the cache holds from their making to
  /// their products; the sum over such blocks is in `Double`.
  package init<Scalar: TensorScalar>(
    rows: Int, features: (first: Int, second: Int), of type: Scalar.Type = Scalar.self,
    write: @Sendable (Range<Int>, UnsafeMutablePointer<Scalar>, Int) -> Void
  ) {
    (first, second) = features
    let columns = first + second + 1
    let blocks = RowBlocks(rows: rows, size: 1024)
    @Sendable func products(_ block: Int) -> Tensor<Scalar> {
      let range = blocks.range(block)
      let parts = RowBlocks(rows: range.count, size: 256)
      var x = Tensor<Scalar>(shape: [parts.range(0).count, columns]) { _ in }
      return Tensor(shape: [columns, columns]) { products in
        x.withUnsafeMutableBufferPointer { x in
          for part in 0..<parts.count {
            let rows = parts.range(part)
            let start = range.lowerBound + rows.lowerBound
            write(start..<start + rows.count, x.baseAddress!, columns)
            for row in 0..<rows.count { x[(row + 1) * columns - 1] = 1 }
            Scalar.syrk(
              n: columns, k: rows.count, alpha: 1, x.baseAddress!, lda: columns,
              beta: part == 0 ? 0 : 1, products.baseAddress!, ldc: columns)
          }
        }
      }
    }
    var total = Tensor<Double>(shape: [columns, columns]) { _ in }
    // As many products are alive as threads work on, so that the caches hold them until they are added, in order.
    let width = Parallelism.threads
    for group in stride(from: 0, to: blocks.count, by: width) {
      let partial = parallelMap(over: min(width, blocks.count - group)) { products(group + $0) }
      for (place, products) in partial.enumerated() {
        addUpperTriangle(products, to: &total, replacing: group + place == 0)
      }
    }
    takeMeansOut(&total, rows: Double(rows))
    upper = total
  }

  /// The covariance of the first features, `[p, p]`.
  package var firstCovariance: Tensor<Double> { symmetric(0..<first) }
  /// The covariance of the second features, `[q, q]`.
  var secondCovariance: Tensor<Double> { symmetric(first..<first + second) }

  /// The cross-covariance with a second feature a row, `[q, p]`.
  var crossRows: Tensor<Double> {
    let columns = upper.shape[1]
    return Tensor(shape: [second, first]) { out in
      upper.withUnsafeBufferPointer { upper in
        for i in 0..<first {
          for j in 0..<second { out[j * first + i] = upper[i * columns + first + j] }
        }
      }
    }
  }

  private func symmetric(_ range: Range<Int>) -> Tensor<Double> {
    let columns = upper.shape[1]
    let order = range.count
    return Tensor(shape: [order, order]) { out in
      upper.withUnsafeBufferPointer { upper in
        for i in 0..<order {
          let source = upper.baseAddress! + (range.lowerBound + i) * columns + range.lowerBound
          (out.baseAddress! + i * order + i).update(from: source + i, count: order - i)
        }
      }
      mirrorUpperTriangle(out.baseAddress!, order: order)
    }
  }
}

/// `total += x` in the upper triangle, or `total = x`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func addUpperTriangle<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, to total: inout Tensor<Double>, replacing: Bool
) {
  let n = x.shape[0]
  total.withUnsafeMutableBufferPointer { total in
    x.withUnsafeBufferPointer { x in
      for i in 0..<n {
        let (source, target) = (x.baseAddress! + i * n, total.baseAddress! + i * n)
        if replacing {
          for j in i..<n { target[j] = Double(source[j]) }
        } else {
          for j in i..<n { target[j] += Double(source[j]) }
        }
      }
    }
  }
}

/// `(s − n m mᵀ)/(n − 1)` in the upper triangle of sums of products `s` whose last column holds the sums.
private func takeMeansOut(_ products: inout Tensor<Double>, rows n: Double) {
  let columns = products.shape[1]
  let sums = products.withUnsafeBufferPointer { s in
    (0..<columns).map { s[($0 + 1) * columns - 1] }
  }
  let scale = 1 / (n - 1)
  products.withUnsafeMutableBufferPointer { s in
    sums.withUnsafeBufferPointer { sums in
      for i in 0..<columns {
        let row = s.baseAddress! + i * columns
        let mean = sums[i] / n
        for j in i..<columns { row[j] = (row[j] - mean * sums[j]) * scale }
      }
    }
  }
}
