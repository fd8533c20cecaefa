import RealModule
import TensorCore

/// Attention by its formula, one row at a time: what the tiles are tested against.
///
/// Generic over the number type, so that the same lines give the double-precision truth. A row takes memory for one score a
/// key and nothing of order `Sq · Skv` is kept; the time is that of plain loops.
///
/// A query that sees no key has output 0, log-sum-exp −∞ and gradient 0. One that sees keys with the lowest number as bias alone
/// has the mean of their values: a finite bias never hides a key from a row that has nothing else. NaN or infinity in a query, or in a key or value
/// that a query sees, makes that query's output NaN; keys and values that it does not see are not read.
public enum ReferenceAttention {
  /// `O = softmax(scale · Q Kᵀ + bias) V`, and the log-sum-exp of each row.
  ///
  /// - Parameters:
  ///   - q: `[batch, heads, queries, width]`, or as the layout of `options` has it.
  ///   - k: `[batch, keyHeads, keys, width]`, with `heads` a multiple of `keyHeads`: query head `h` reads key head
  ///     `h / (heads / keyHeads)`.
  ///   - v: as `k`.
  ///   - mask: which keys are seen, and what is added to the scores.
  ///   - options: scale and layout; tilings mean nothing here.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func attend<Scalar: TensorScalar>(
    _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>, mask: AttentionMask = .none,
    options: AttentionOptions = .init()
  ) -> AttentionResult<Scalar> {
    let geometry = AttentionGeometry(
      queries: q.shape, keys: k.shape, values: v.shape, options: options,
      function: "ReferenceAttention.attend")
    let rows = ReferenceRows(geometry, q, k, v, mask: mask, scale: options.scale)
    let width = geometry.width
    var output = Tensor<Scalar>(shape: q.shape)
    var logSumExp = Tensor<Scalar>(shape: geometry.rowShape, repeating: -.infinity)
    output.withUnsafeMutableBufferPointer { output in
      logSumExp.withUnsafeMutableBufferPointer { logSumExp in
        nonisolated(unsafe) let (output, logSumExp) = (output, logSumExp)
        parallel(over: geometry.batch * geometry.queries.heads) { head in
          rows.forEach(ofHead: head) { row, scores in
            let m = scores.maximum
            guard m > -.infinity || scores.hasNaN else { return }
            let o = output.baseAddress! + row.place
            var l: Scalar = 0
            for (j, s) in scores.seen {
              let p = Scalar.exp(s - m)
              l += p
              Scalar.axpy(p, rows.v + rows.keyPlace(row, j), o, width)
            }
            for d in 0..<width { o[d] /= l }
            logSumExp[row.index] = m + Scalar.log(l)
          }
        }
      }
    }
    return AttentionResult(output: output, logSumExp: logSumExp)
  }

  /// The gradients of a loss, given those of the outputs:
  ///
  ///     P  = exp(scores − L)             dV = Pᵀ dO
  ///     dS = P ∘ (dO Vᵀ − Σ dO ∘ O + dL)    dQ = scale · dS K,  dK = scale · dSᵀ Q
  ///
  /// - Parameters:
  ///   - dOutput: the gradient with respect to the output, of the shape of `q`.
  ///   - dLogSumExp: the gradient with respect to the log-sum-exp, `[batch, heads, queries]`; `nil` for zero.
  ///   - q: as in the forward pass, like `k`, `v`, `mask` and `options`.
  ///   - result: what the forward pass returned.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func backward<Scalar: TensorScalar>(
    _ dOutput: Tensor<Scalar>, dLogSumExp: Tensor<Scalar>? = nil, _ q: Tensor<Scalar>,
    _ k: Tensor<Scalar>, _ v: Tensor<Scalar>, result: AttentionResult<Scalar>,
    mask: AttentionMask = .none, options: AttentionOptions = .init()
  ) -> AttentionGradient<Scalar> {
    let geometry = AttentionGeometry(
      queries: q.shape, keys: k.shape, values: v.shape, options: options,
      function: "ReferenceAttention.backward")
    let rows = ReferenceRows(geometry, q, k, v, mask: mask, scale: options.scale)
    let width = geometry.width
    require(
      dOutput.shape == q.shape && result.output.shape == q.shape,
      "ReferenceAttention.backward: output and its gradient must have the queries' shape \(q.shape), got \(result.output.shape) and \(dOutput.shape)"
    )
    require(
      result.logSumExp.shape == geometry.rowShape
        && (dLogSumExp?.shape ?? geometry.rowShape) == geometry.rowShape,
      "ReferenceAttention.backward: the log-sum-exp and its gradient must be \(geometry.rowShape), got \(result.logSumExp.shape) and \(dLogSumExp?.shape ?? geometry.rowShape)"
    )
    nonisolated(unsafe) let dO = rows.shared(dOutput)
    nonisolated(unsafe) let o = rows.shared(result.output)
    nonisolated(unsafe) let lse = rows.shared(result.logSumExp)
    nonisolated(unsafe) let dLSE = dLogSumExp.map(rows.shared)
    var gradient = AttentionGradient(
      dQueries: Tensor<Scalar>(shape: q.shape), dKeys: Tensor<Scalar>(shape: k.shape),
      dValues: Tensor<Scalar>(shape: v.shape))
    gradient.dQueries.withUnsafeMutableBufferPointer { dQ in
      gradient.dKeys.withUnsafeMutableBufferPointer { dK in
        gradient.dValues.withUnsafeMutableBufferPointer { dV in
          nonisolated(unsafe) let (dQ, dK, dV) = (
            dQ.baseAddress!, dK.baseAddress!, dV.baseAddress!
          )
          // One task a key head: its gradients are summed over the group in the order of the heads.
          parallel(over: geometry.keyHeadCount) { keyHead in
            for head in keyHead * geometry.group..<(keyHead + 1) * geometry.group {
              rows.forEach(ofHead: head) { row, scores in
                let logSum = lse[row.index]
                if logSum == -.infinity { return }
                let dOutput = dO + row.place
                let probability = scores.probability(logSumExp: logSum)
                let delta = Scalar.dot(dOutput, o + row.place, width) - (dLSE?[row.index] ?? 0)
                for (j, s) in scores.seen {
                  let place = rows.keyPlace(row, j)
                  let p = probability(s)
                  let dS = rows.scale * p * (Scalar.dot(dOutput, rows.v + place, width) - delta)
                  Scalar.axpy(p, dOutput, dV + place, width)
                  Scalar.axpy(dS, rows.k + place, dQ + row.place, width)
                  Scalar.axpy(dS, rows.q + row.place, dK + place, width)
                }
              }
            }
          }
        }
      }
    }
    return gradient
  }
}
