/// The thin singular value decomposition `A = U diag(s) Vᵀ`, singular values in descending order.
///
/// `a` is `[m, n]`, and with `k = min(m, n)`: `u` is `[m, k]`, `s` is `[k]`, `vT` is `[k, n]`. In each column of `u` the
/// entry of largest magnitude (the first among equals) is positive. Throws if an element of `a` is not finite or the
/// iteration does not converge.
public func svd<S>(_ a: Tensor<S>) throws(LinearAlgebraError)
  -> (u: Tensor<S>, s: Tensor<S>, vT: Tensor<S>)
{
  require(a.rank == 2, "svd: wants a matrix, got shape \(a.shape)")
  let (m, n) = (a.shape[0], a.shape[1])
  let k = min(m, n)
  try requireFinite(a, "a", in: "svd")
  var u = Tensor<S>.zeros([m, k])
  var s = Tensor<S>.zeros([k])
  var vT = Tensor<S>.zeros([k, n])
  guard k > 0 else { return (u, s, vT) }
  var work = a
  // In column-major order the memory of A is Aᵀ = V S Uᵀ: LAPACK's left factor is V, its right one Uᵀ, and both lie in
  // memory as Vᵀ and U do in row-major order.
  let info = work.withUnsafeMutableBufferPointer { matrix in
    s.withUnsafeMutableBufferPointer { s in
      vT.withUnsafeMutableBufferPointer { vT in
        u.withUnsafeMutableBufferPointer { u in
          S.gesdd(
            m: n, n: m, matrix.baseAddress!, lda: n, s.baseAddress!, vT.baseAddress!, ldu: n,
            u.baseAddress!, ldvt: k)
        }
      }
    }
  }
  requireAccepted(info, "svd (gesdd)", a.shape)
  if info > 0 {
    throw LinearAlgebraError(operation: "svd", shape: a.shape, reason: .notConverged(info: info))
  }
  for column in 0..<k where leadingEntryIsNegative(u, start: column, step: k, count: m) {
    negate(&u, start: column, step: k, count: m)
    negate(&vT, start: column * n, step: 1, count: n)
  }
  return (u, s, vT)
}
