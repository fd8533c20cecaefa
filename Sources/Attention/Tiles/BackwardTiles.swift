import CKernels
import TensorCore

/// The sizes of the tiles of the backward pass: a tile holds `keyBlock × queryBlock` scores, transposed.
///
/// Six rows of keys pass over the queries of a tile, then six queries over its keys; so the key block is a multiple of 6, and
/// the query block one of 6 and of the 64 columns of a panel.
struct BackwardTiling: Sendable, Hashable {
  var keyBlock, queryBlock: Int

  /// The sizes for rows of `padded` elements: what a tile touches fits in the second-level cache.
  init(padded: Int, tiling: AttentionTiling?, caches: DataCaches = .ofMachine) {
    queryBlock = 192
    // Queries and dO in two layouts, dQ; keys, values and a row of dS for each key.
    let fixed = 5 * queryBlock * padded * 4
    let perKey = (2 * padded + queryBlock) * 4
    keyBlock = min(192, max(48, (caches.secondLevel * 9 / 10 - fixed) / perKey)) / 6 * 6
    if let tiling {
      keyBlock = max(6, tiling.keyBlock / 6 * 6)
      queryBlock = (tiling.queryBlock + 191) / 192 * 192
    }
  }
}

/// The queries of one head as the backward pass reads them, with `dO`, the log-sum-exps in base 2, and `δ = Σ dO ∘ O − dLSE`.
struct BackwardQueries {
  /// Rows side by side or as they stand, and the distance between them.
  struct Rows {
    let base: UnsafePointer<Float>
    let stride: Int
    private let copy: PoolBuffer<Float>?

    init(_ x: HeadRows, batch b: Int, head: Int, padded: Int) {
      let count = x.extents.tokens
      if case .float(let base) = x.storage, x.extents.tokenStride == padded {
        self.base = base + x.offset(batch: b, head: head, token: 0)
        copy = nil
      } else {
        let copy = PoolBuffer<Float>(count: count * padded)
        FloatStrips.packValues(x, batch: b, head: head, rows: 0..<count, padded: padded, copy.base)
        self.base = UnsafePointer(copy.base)
        self.copy = copy
      }
      stride = padded
    }
  }

  let queries, dOutputs: Rows
  let queryPanels, dOutputPanels: PoolBuffer<Float>
  let logSumExp, delta: PoolBuffer<Float>
  /// The queries whose log-sum-exp is so large that it has lost the logarithm of the sum, with the maximum of their scores: their
  /// scores are taken less the maximum, and ``logSumExp`` has what is left.
  let distant: [(query: Int, maximum: Float)]

  init(_ pass: TiledBackward, batch b: Int, head: Int) {
    let padded = pass.geometry.padded
    let (count, width) = (pass.geometry.queries.tokens, pass.geometry.width)
    let whole = (count + 63) / 64 * 64
    queries = Rows(pass.queries, batch: b, head: head, padded: padded)
    dOutputs = Rows(pass.dOutput, batch: b, head: head, padded: padded)
    queryPanels = PoolBuffer(count: whole * padded)
    dOutputPanels = PoolBuffer(count: whole * padded)
    ck_attention_panels(queries.base, padded, count, padded, padded, queryPanels.base)
    ck_attention_panels(dOutputs.base, padded, count, padded, padded, dOutputPanels.base)
    logSumExp = PoolBuffer(count: whole)
    delta = PoolBuffer(count: whole)
    let place = pass.geometry.rowOffset(batch: b, head: head)
    let (lse, dot) = (logSumExp.base, delta.base)
    for i in 0..<count {
      // A query that sees no key has no probabilities: 2^(s − ∞) = 0.
      let x = pass.logSumExp[place + i]
      lse[i] = x == -.infinity ? .infinity : x * log2e
    }
    distant = DistantRows(pass, batch: b, head: head, queries: queries).rows(lse)
    let (gradients, gradientStride) = (dOutputs.base, dOutputs.stride)
    pass.output.withFloatRows(batch: b, head: head, rows: 0..<count) { o, stride in
      for i in 0..<count {
        dot[i] = Float.dot(gradients + i * gradientStride, o + i * stride, width)
        if let dLogSumExp = pass.dLogSumExp { dot[i] -= dLogSumExp[place + i] }
      }
    }
    for i in count..<whole {
      lse[i] = .infinity
      dot[i] = 0
    }
  }
}
