/// The thin factorisation `A = Q R`: orthonormal columns in `Q`, `R` upper triangular with a diagonal that is not negative.
///
/// `a` is `[m, n]`, and with `k = min(m, n)`: `q` is `[m, k]`, `r` is `[k, n]`. For a matrix of full rank the two are
/// unique. Throws if an element of `a` is not finite.
public func qr<S>(_ a: Tensor<S>) throws(LinearAlgebraError) -> (q: Tensor<S>, r: Tensor<S>) {
  require(a.rank == 2, "qr: wants a matrix, got shape \(a.shape)")
  let (m, n) = (a.shape[0], a.shape[1])
  let k = min(m, n)
  try requireFinite(a, "a", in: "qr")
  var r = Tensor<S>.zeros([k, n])
  guard k > 0 else { return (.zeros([m, k]), r) }
  var work = a
  // In column-major order the memory of A is Aᵀ = L Q′, so A = Q′ᵀ Lᵀ: an LQ factorisation gives both without moving
  // the matrix.
  var info = 0
  work.withUnsafeMutableBufferPointer { matrix in
    var reflectors = [S](repeating: 0, count: k)
    info = S.gelqf(m: n, n: m, matrix.baseAddress!, lda: n, &reflectors)
    requireAccepted(info, "qr (gelqf)", a.shape)
    r.withUnsafeMutableBufferPointer { r in
      for row in 0..<k {
        let offset = row * n + row
        (r.baseAddress! + offset).update(from: matrix.baseAddress! + offset, count: n - row)
      }
    }
    info = S.orglq(m: k, n: m, k: k, matrix.baseAddress!, lda: n, &reflectors)
    requireAccepted(info, "qr (orglq)", a.shape)
  }
  var q = work.slice(0..<k, along: 1)
  for i in 0..<k where r[i, i] < 0 {
    negate(&r, start: i * n, step: 1, count: n)
    negate(&q, start: i, step: k, count: m)
  }
  return (q, r)
}
