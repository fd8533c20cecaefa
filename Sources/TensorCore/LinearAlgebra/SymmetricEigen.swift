/// Eigenvalues in ascending order and orthonormal eigenvectors of a symmetric matrix: `A V = V diag(λ)`.
///
/// `a` is `[n, n]`; only its lower triangle is read. Column `i` of `vectors` belongs to `values[i]`; in each column the
/// entry of largest magnitude (the first among equals) is positive. Without a range all `n` pairs are found; with one,
/// only the pairs at those places of the ascending order: `n - 2..<n` asks for the two largest. `values` is `[k]`,
/// `vectors` `[n, k]`. Throws if an element of `a` is not finite or the iteration does not converge.
public func eigh<S>(_ a: Tensor<S>, range: Range<Int>? = nil) throws(LinearAlgebraError)
  -> (values: Tensor<S>, vectors: Tensor<S>)
{
  let n = squareOrder(a, "eigh")
  let places = range ?? 0..<n
  require(
    places.lowerBound >= 0 && places.upperBound <= n,
    "eigh: the range \(places) is outside 0..<\(n), the eigenvalues of a matrix \(a.shape)")
  try requireFinite(a, "a", in: "eigh")
  guard !places.isEmpty else { return (.zeros([0]), .zeros([n, 0])) }
  var work = a
  var values = Tensor<S>.zeros([n])
  // LAPACK's columns are rows here: row i of `rows` is eigenvector i.
  var rows: Tensor<S>
  let info: Int
  if places.count == n {
    info = work.withUnsafeMutableBufferPointer { matrix in
      values.withUnsafeMutableBufferPointer {
        S.syevd(upper: true, n: n, matrix.baseAddress!, lda: n, $0.baseAddress!)
      }
    }
    rows = work
  } else {
    rows = .zeros([places.count, n])
    info = work.withUnsafeMutableBufferPointer { matrix in
      values.withUnsafeMutableBufferPointer { values in
        rows.withUnsafeMutableBufferPointer {
          S.syevr(
            upper: true, n: n, matrix.baseAddress!, lda: n, range: places, values.baseAddress!,
            $0.baseAddress!, ldz: n)
        }
      }
    }
  }
  requireAccepted(info, "eigh", a.shape)
  if info > 0 {
    throw LinearAlgebraError(operation: "eigh", shape: a.shape, reason: .notConverged(info: info))
  }
  for row in 0..<places.count where leadingEntryIsNegative(rows, start: row * n, step: 1, count: n)
  {
    negate(&rows, start: row * n, step: 1, count: n)
  }
  return (values.rows(0..<places.count), rows.transposed)
}

/// Whether the entry of largest magnitude (the first among equals) of a strided part is negative.
@specialized(where S == Float)
@specialized(where S == Double)
func leadingEntryIsNegative<S>(_ x: Tensor<S>, start: Int, step: Int, count: Int) -> Bool {
  x.withUnsafeBufferPointer { elements in
    var leading: S = 0
    for i in 0..<count {
      let element = elements[start + i * step]
      if element.magnitude > leading.magnitude { leading = element }
    }
    return leading < 0
  }
}

/// Changes the sign of a strided part.
@specialized(where S == Float)
@specialized(where S == Double)
func negate<S>(_ x: inout Tensor<S>, start: Int, step: Int, count: Int) {
  x.withUnsafeMutableBufferPointer { elements in
    for i in 0..<count { elements[start + i * step].negate() }
  }
}
