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
  if n > 96, let pair = try lanczosTopPair(a, steps: n / 3, tolerance: 1e-13) { return pair }
  let (values, vectors) = try eigh(a, range: n - 1..<n)
  return (max(values.scalars[0], 0), vectors.reshaped(to: [n]))
}

/// The same by at most `steps` steps of Lanczos' iteration, or `nil` where it has not converged by then.
func lanczosTopPair(_ a: Tensor<Double>, steps: Int, tolerance: Double) throws(LinearAlgebraError)
  -> (value: Double, vector: Tensor<Double>)?
{
  let n = a.shape[0]
  var random = Philox(seed: 0).stream("lanczos")
  var vector: Tensor<Double> = random.normal(shape: [n, 1])
  vector *= 1 / (vector * vector).sum().squareRoot()
  // Basis vectors are rows.
  var basis = Tensor<Double>.zeros([steps + 1, n])
  var (diagonal, beside): ([Double], [Double]) = ([], [])
  for step in 0..<steps {
    basis.replaceRow(step, with: vector)
    var next = matmul(a, vector)
    diagonal.append((next * vector).sum())
    // Twice is enough to be orthogonal to all earlier vectors within rounding.
    let known = basis.rows(0..<step + 1)
    for _ in 0..<2 { next -= matmul(known, matmul(known, next), transposeA: true) }
    let length = (next * next).sum().squareRoot()
    guard length.isFinite else { return nil }
    let isLast = length <= tolerance * abs(diagonal[0])
    if isLast || step % 6 == 5 {
      let (value, weights) = try topOfTridiagonal(diagonal, beside)
      if isLast || length * abs(weights.scalars[step]) <= tolerance * value {
        let found = matmul(known, weights, transposeA: true)
        let norm = (found * found).sum().squareRoot()
        return (max(value, 0), (found * (1 / norm)).reshaped(to: [n]))
      }
    }
    beside.append(length)
    vector = next * (1 / length)
  }
  return nil
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

extension Tensor {
  /// Puts the elements of `row` in place of row `index` of a matrix.
  fileprivate mutating func replaceRow(_ index: Int, with row: Tensor) {
    let columns = shape[1]
    withUnsafeMutableBufferPointer { target in
      row.withUnsafeBufferPointer {
        (target.baseAddress! + index * columns).update(from: $0.baseAddress!, count: columns)
      }
    }
  }
}
