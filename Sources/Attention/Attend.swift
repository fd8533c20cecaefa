import CKernels
import TensorCore

/// Exact attention, `O = softmax(scale · Q Kᵀ + bias) V`, in two levels of tiles; no array of queries times keys is made.
///
/// A mask hides keys from queries or adds a bias to scores. A query that sees no key gets 0, and −∞ as its log-sum-exp. Sums
/// are kept in float32; the results have the same bits for any number of threads. NaN or infinity in a query, or in a key
/// or value that a query sees, makes the query's row NaN; hidden keys and values must be finite too, for a value of a tile
/// that is hidden in part is multiplied by 0.
///
/// - Parameters:
///   - q: the queries, `[batch, heads, queries, width]` or as `options.layout` says; a width of at most 256.
///   - k: the keys, `[batch, keyHeads, keys, width]`; `heads` must be a multiple of `keyHeads`, and each group of
///     `heads / keyHeads` neighbouring query heads shares a key head.
///   - v: the values, of the shape of the keys.
///   - mask: which query sees which key.
///   - options: the scale, the layout, the sizes of tiles.
/// - Requires: shapes that fit each other.
///
/// Source: Dao 2023 (FlashAttention-2) for the order of the loops, Lin et al. 2024 (FastAttention) for the two levels of
/// tiles and the tiled mask; the transfer to a CPU's caches is ours.
public func attend(
  _ q: Tensor<Float>, _ k: Tensor<Float>, _ v: Tensor<Float>, mask: AttentionMask = .none,
  options: AttentionOptions = .init()
) -> AttentionResult<Float> {
  let geometry = AttentionGeometry(
    queries: q.shape, keys: k.shape, values: v.shape, options: options, function: "attend")
  var logSumExp = Tensor<Float>(shape: geometry.rowShape) { _ in }
  let output = Tensor<Float>(shape: q.shape) { output in
    guard output.count > 0 else { return }
    q.withUnsafeBufferPointer { q in
      k.withUnsafeBufferPointer { k in
        v.withUnsafeBufferPointer { v in
          logSumExp.withUnsafeMutableBufferPointer {
            attend(
              geometry, HeadRows(geometry.queries, q), HeadRows(geometry.keys, k),
              HeadRows(geometry.keys, v), mask, options,
              OutputRows(extents: geometry.queries, storage: .float(output.baseAddress!)),
              $0.baseAddress!)
          }
        }
      }
    }
  }
  return AttentionResult(output: output, logSumExp: logSumExp)
}

/// Exact attention over 16-bit arrays, summed in float32.
///
/// bfloat16 is multiplied as it is, in pairs (the VDPBF16PS instruction where the processor has it); probabilities are
/// rounded to it as operands of the second product, while their sum takes them unrounded. float16 becomes float32 when
/// operands are packed. The output is rounded once, to the format of the queries.
///
/// - Parameters:
///   - q: the queries, `[batch, heads, queries, width]` or as `options.layout` says.
///   - k: the keys, in the same format.
///   - v: the values, in the same format.
///   - mask: which query sees which key.
///   - options: the scale, the layout, the sizes of tiles.
/// - Requires: shapes that fit each other, and one format.
public func attend(
  _ q: HalfTensor, _ k: HalfTensor, _ v: HalfTensor, mask: AttentionMask = .none,
  options: AttentionOptions = .init()
) -> HalfAttentionResult {
  let geometry = AttentionGeometry(
    queries: q.shape, keys: k.shape, values: v.shape, options: options, function: "attend")
  let format = q.format
  require(
    k.format == format && v.format == format,
    "attend: queries, keys and values must have one format, got \(format), \(k.format) and \(v.format)"
  )
  var logSumExp = Tensor<Float>(shape: geometry.rowShape) { _ in }
  let output = HalfTensor(shape: q.shape, format: format) { output in
    guard output.count > 0 else { return }
    q.withUnsafeBufferPointer { q in
      k.withUnsafeBufferPointer { k in
        v.withUnsafeBufferPointer { v in
          logSumExp.withUnsafeMutableBufferPointer {
            attend(
              geometry, HeadRows(geometry.queries, q, format), HeadRows(geometry.keys, k, format),
              HeadRows(geometry.keys, v, format), mask, options,
              OutputRows(extents: geometry.queries, storage: .half(output.baseAddress!, format)),
              $0.baseAddress!)
          }
        }
      }
    }
  }
  return HalfAttentionResult(output: output, logSumExp: logSumExp)
}

/// Chooses the kernels for the format and the tiling.
private func attend(
  _ geometry: AttentionGeometry, _ q: HeadRows, _ k: HeadRows, _ v: HeadRows,
  _ mask: AttentionMask, _ options: AttentionOptions, _ output: OutputRows,
  _ logSumExp: UnsafeMutablePointer<Float>
) {
  let bound = mask.bound(
    batch: geometry.batch, heads: geometry.queries.heads, queries: geometry.queries.tokens,
    keys: geometry.keys.tokens)
  let usesPairs = q.isBFloat16 && (options.tiling.map { $0.usesStrips && $0.packsKeys } ?? true)
  let tiling = (options.tiling ?? .forMachine(width: geometry.width, half: usesPairs))
    .checked(keys: geometry.keys.tokens)
  func pass<Kernels: StripKernels>(_: Kernels.Type) -> ForwardPass<Kernels> {
    ForwardPass(
      geometry: geometry, tiling: tiling, mask: bound, queries: q,
      operands: PackedOperands(geometry, keys: k, values: v, tiling: tiling), output: output,
      logSumExp: logSumExp)
  }
  if usesPairs {
    pass(BFloat16Strips.self).runTiles()
  } else if tiling.usesStrips {
    pass(FloatStrips.self).runTiles()
  } else {
    pass(FloatStrips.self).runBlocks()
  }
}
