import TensorCore

/// The largest eigenvalue of a symmetric positive semidefinite matrix `[n, n]` and its unit vector `[n]`.
///
/// Small matrices go to LAPACK. Larger ones take Lanczos' iteration with full reorthogonalisation from a fixed random start,
/// which ends when the residual is below 10⁻¹³ of the eigenvalue, and which hands over to LAPACK where a small gap keeps it
/// from that (spec §3.4).
func topEigenpair(_ a: Tensor<Double>) throws(LinearAlgebraError)
  -> (value: Double, vector: Tensor<Double>)
{
  let n = a.shape[0]
  if let pair = try iteratedTopPair(
    order: n,
    multiply: { x, y in
      a.withUnsafeBufferPointer {
        MatrixVector.multiply($0.baseAddress!, rows: n, columns: n, x, y)
      }
    })
  {
    return pair
  }
  let (values, vectors) = try eigh(a, range: n - 1..<n)
  return (max(values.scalars[0], 0), vectors.reshaped(to: [n]))
}

/// The same of `Y Yᵀ` for `Y` `[n, k]`; Lanczos' iteration takes `Y (Yᵀ v)`, so that the product is not formed.
func topEigenpair(ofRowProducts rows: Tensor<Double>) throws(LinearAlgebraError)
  -> (value: Double, vector: Tensor<Double>)
{
  let (n, k) = (rows.shape[0], rows.shape[1])
  var projected = Tensor<Double>.zeros([k])
  if let pair = try iteratedTopPair(
    order: n,
    multiply: { x, y in
      rows.withUnsafeBufferPointer { rows in
        projected.withUnsafeMutableBufferPointer { p in
          MatrixVector.multiply(
            rows.baseAddress!, rows: n, columns: k, transpose: true, x, p.baseAddress!)
          MatrixVector.multiply(rows.baseAddress!, rows: n, columns: k, p.baseAddress!, y)
        }
      }
    })
  {
    return pair
  }
  return try topEigenpair(rowGram(rows))
}

/// What sets a vector to the product of a matrix with another.
typealias VectorProduct = (UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void

/// Lanczos' iteration for a matrix that is large enough for it, or `nil`.
private func iteratedTopPair(order n: Int, multiply: VectorProduct) throws(LinearAlgebraError)
  -> (value: Double, vector: Tensor<Double>)?
{
  n > 96 ? try lanczosTopPair(order: n, steps: n / 3, tolerance: 1e-13, multiply: multiply) : nil
}

/// The same by at most `steps` steps of Lanczos' iteration, or `nil` where it has not converged by then.
func lanczosTopPair(order n: Int, steps: Int, tolerance: Double, multiply: VectorProduct)
  throws(LinearAlgebraError) -> (value: Double, vector: Tensor<Double>)?
{
  var random = Philox(seed: 0).stream("lanczos")
  var start: Tensor<Double> = random.normal(shape: [n])
  start *= 1 / (start * start).sum().squareRoot()
  // Basis vectors are rows; the row after them is the next one in the making.
  var basis = Tensor<Double>.zeros([steps + 1, n])
  basis.replaceRows(from: 0, with: start.reshaped(to: [1, n]))
  var parts = Tensor<Double>.zeros([steps])
  var (diagonal, beside): ([Double], [Double]) = ([], [])
  for step in 0..<steps {
    let (along, length) = extend(&basis, &parts, step, multiply)
    diagonal.append(along)
    guard length.isFinite else { return nil }
    let isLast = length <= tolerance * abs(diagonal[0])
    if isLast || step % 6 == 5 {
      let (value, weights) = try topOfTridiagonal(diagonal, beside)
      if isLast || length * abs(weights.scalars[step]) <= tolerance * value {
        let found = matmul(basis.rows(0..<step + 1), weights, transposeA: true)
        let norm = (found * found).sum().squareRoot()
        return (max(value, 0), (found * (1 / norm)).reshaped(to: [n]))
      }
    }
    beside.append(length)
  }
  return nil
}

/// Puts `A v` less its parts along all vectors so far, over its length, after row `step`, which is `v`. Returns the part along
/// `v`, and the length.
private func extend(
  _ basis: inout Tensor<Double>, _ parts: inout Tensor<Double>, _ step: Int,
  _ multiply: VectorProduct
) -> (along: Double, length: Double) {
  let n = basis.shape[1]
  return basis.withUnsafeMutableBufferPointer { basis in
    parts.withUnsafeMutableBufferPointer { parts in
      let (known, parts) = (basis.baseAddress!, parts.baseAddress!)
      let (vector, next) = (known + step * n, known + (step + 1) * n)
      multiply(vector, next)
      let along = Double.dot(vector, next, n)
      // Twice is enough to be orthogonal to all earlier vectors within rounding.
      for _ in 0..<2 {
        MatrixVector.multiply(known, rows: step + 1, columns: n, next, parts)
        MatrixVector.multiply(
          known, rows: step + 1, columns: n, transpose: true, alpha: -1, parts, beta: 1, next)
      }
      let length = Double.dot(next, next, n).squareRoot()
      Double.scaleShift(next, 1 / length, 0, next, n)
      return (along, length)
    }
  }
}

/// The largest eigenvalue of a symmetric tridiagonal matrix and its vector `[n, 1]`.
private func topOfTridiagonal(_ diagonal: [Double], _ beside: [Double]) throws(LinearAlgebraError)
  -> (value: Double, vector: Tensor<Double>)
{
  let n = diagonal.count
  var matrix = Tensor<Double>.zeros([n, n])
  for i in 0..<n {
    matrix[i, i] = diagonal[i]
    if i > 0 { (matrix[i, i - 1], matrix[i - 1, i]) = (beside[i - 1], beside[i - 1]) }
  }
  let (values, vectors) = try eigh(matrix, range: n - 1..<n)
  return (values.scalars[0], vectors)
}
