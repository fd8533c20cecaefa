import CKernels
import TensorCore

/// The gradients of ``attend(_:_:_:mask:options:)-tensor`` with respect to queries, keys and values.
///
/// With `P = exp(scale · Q Kᵀ + bias − LSE)` made again tile by tile, and `δ = Σ dO ∘ O − dLSE` a number a query:
/// `dV = Pᵀ dO`, `dS = P ∘ (dO Vᵀ − δ)`, `dQ = scale · dS K`, `dK = scale · dSᵀ Q`; keys and values of a group sum over its
/// query heads. No array of queries times keys is made, and the results have the same bits for any number of threads.
/// The bias of a mask is a constant: it gets no gradient.
///
/// - Parameters:
///   - dOutput: the gradient of the output, of its shape.
///   - dLogSumExp: the gradient of the log-sum-exps, `[batch, heads, queries]`; none if it is `nil`.
///   - q: the queries of the forward call.
///   - k: its keys.
///   - v: its values.
///   - result: what it returned.
///   - mask: its mask.
///   - options: its options. An explicit tiling gives the blocks of keys and queries here too.
/// - Requires: shapes that fit each other.
///
/// Source: Dao 2023 (FlashAttention-2), section 3.1; the transposed tiles are ours.
public func attendBackward(
  _ dOutput: Tensor<Float>, dLogSumExp: Tensor<Float>? = nil, _ q: Tensor<Float>,
  _ k: Tensor<Float>, _ v: Tensor<Float>, result: AttentionResult<Float>,
  mask: AttentionMask = .none, options: AttentionOptions = .init()
) -> AttentionGradient<Float> {
  let geometry = AttentionGeometry(
    queries: q.shape, keys: k.shape, values: v.shape, options: options, function: "attendBackward")
  return q.withUnsafeBufferPointer { q in
    k.withUnsafeBufferPointer { k in
      v.withUnsafeBufferPointer { v in
        result.output.withUnsafeBufferPointer { o in
          attendBackward(
            geometry, HeadRows(geometry.queries, q), HeadRows(geometry.keys, k),
            HeadRows(geometry.keys, v), HeadRows(geometry.queries, o), result.output.shape,
            result.logSumExp, dOutput, dLogSumExp, mask, options)
        }
      }
    }
  }
}

/// The gradients of ``attend(_:_:_:mask:options:)-half``, in float32.
///
/// The stored numbers become float32 when operands are packed, and all products are float32 products.
///
/// - Parameters:
///   - dOutput: the gradient of the output, of its shape, in float32.
///   - dLogSumExp: the gradient of the log-sum-exps, `[batch, heads, queries]`; none if it is `nil`.
///   - q: the queries of the forward call.
///   - k: its keys.
///   - v: its values.
///   - result: what it returned.
///   - mask: its mask.
///   - options: its options.
/// - Requires: shapes that fit each other.
public func attendBackward(
  _ dOutput: Tensor<Float>, dLogSumExp: Tensor<Float>? = nil, _ q: HalfTensor, _ k: HalfTensor,
  _ v: HalfTensor, result: HalfAttentionResult, mask: AttentionMask = .none,
  options: AttentionOptions = .init()
) -> AttentionGradient<Float> {
  let geometry = AttentionGeometry(
    queries: q.shape, keys: k.shape, values: v.shape, options: options, function: "attendBackward")
  let o = result.output
  return q.withUnsafeBufferPointer { qs in
    k.withUnsafeBufferPointer { ks in
      v.withUnsafeBufferPointer { vs in
        o.withUnsafeBufferPointer { os in
          attendBackward(
            geometry, HeadRows(geometry.queries, qs, q.format),
            HeadRows(geometry.keys, ks, k.format), HeadRows(geometry.keys, vs, v.format),
            HeadRows(geometry.queries, os, o.format), o.shape, result.logSumExp, dOutput,
            dLogSumExp, mask, options)
        }
      }
    }
  }
}

private func attendBackward(
  _ geometry: AttentionGeometry, _ q: HeadRows, _ k: HeadRows, _ v: HeadRows, _ output: HeadRows,
  _ outputShape: Shape, _ logSumExp: Tensor<Float>, _ dOutput: Tensor<Float>,
  _ dLogSumExp: Tensor<Float>?, _ mask: AttentionMask, _ options: AttentionOptions
) -> AttentionGradient<Float> {
  let shape = geometry.queries.shape
  require(
    dOutput.shape == shape && outputShape == shape,
    "attendBackward: dOutput and the output of the forward call must be shaped like the queries, \(shape), got \(dOutput.shape) and \(outputShape)"
  )
  require(
    logSumExp.shape == geometry.rowShape
      && (dLogSumExp.map { $0.shape == geometry.rowShape } ?? true),
    "attendBackward: log-sum-exps and their gradient must be \(geometry.rowShape), got \(logSumExp.shape) and \(dLogSumExp.map { "\($0.shape)" } ?? "none")"
  )
  let bound = mask.bound(
    batch: geometry.batch, heads: geometry.queries.heads, queries: geometry.queries.tokens,
    keys: geometry.keys.tokens)
  var dQueries = Tensor<Float>(shape: shape) { _ in }
  var dKeys = Tensor<Float>(shape: geometry.keys.shape) { _ in }
  var dValues = Tensor<Float>(shape: geometry.keys.shape) { _ in }
  dQueries.withUnsafeMutableBufferPointer { dq in
    dKeys.withUnsafeMutableBufferPointer { dk in
      dValues.withUnsafeMutableBufferPointer { dv in
        logSumExp.withUnsafeBufferPointer { lse in
          dOutput.withUnsafeBufferPointer { dO in
            func run(_ dLogSumExp: UnsafePointer<Float>?) {
              TiledBackward(
                geometry: geometry,
                tiling: BackwardTiling(padded: geometry.padded, tiling: options.tiling),
                mask: bound, queries: q, keys: k, values: v, output: output,
                dOutput: HeadRows(geometry.queries, dO), logSumExp: lse.baseAddress!,
                dLogSumExp: dLogSumExp,
                dQueries: OutputRows(
                  extents: geometry.queries, storage: .float(dq.baseAddress!)),
                dKeys: OutputRows(extents: geometry.keys, storage: .float(dk.baseAddress!)),
                dValues: OutputRows(extents: geometry.keys, storage: .float(dv.baseAddress!))
              ).run()
            }
            if let dLogSumExp {
              dLogSumExp.withUnsafeBufferPointer { run($0.baseAddress!) }
            } else {
              run(nil)
            }
          }
        }
      }
    }
  }
  return AttentionGradient(dQueries: dQueries, dKeys: dKeys, dValues: dValues)
}
