import CKernels
import Foundation
import TensorCore

extension KeyValueStore {
  /// Attention of the last tokens of sequences over all their stored tokens: decoding, and chunks of a prompt.
  ///
  /// `O = softmax(scale · Q Kᵀ) V`, where query `i` of `n` sees the keys `0 … length − n + i` (causal, aligned at the bottom
  /// right). The keys and values of the queries' own tokens are appended first. Heads of queries are a multiple of those of
  /// keys; the queries of a group pass over their keys and values together, and long sequences are cut into chunks whose
  /// results are merged by their log-sum-exp in fixed order, so that the bits do not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - queries: `[batch, heads, tokens, width]`, or `[batch, tokens, heads, width]` as the options' layout says; entry `b`
  ///     belongs to `sequences[b]`.
  ///   - options: scale and layout count; tiles are those of the store.
  /// - Returns: the output, shaped like the queries, and the log-sum-exp `[batch, heads, tokens]`.
  /// - Requires: that each sequence holds at least the queries' own tokens.
  /// - Note: A query that sees a key with NaN gets NaN. Infinite or NaN values give NaN to every query of the block that
  ///   holds them, as `0 · ∞` does in the plain formula.
  public func attend(
    _ queries: Tensor<Float>, to targets: [Int], options: AttentionOptions = AttentionOptions()
  ) -> AttentionResult<Float> {
    let extents = options.layout.extents(of: queries.shape)
    require(
      extents.batch == targets.count && extents.width == width
        && extents.heads % keyValueHeads == 0,
      "KeyValueStore.attend: expected queries of \(targets.count) sequences, a multiple of \(keyValueHeads) heads and "
        + "width \(width) (\(options.layout)), got \(queries.shape)")
    for target in targets {
      check(target)
      require(
        sequences[target].length >= extents.tokens,
        "KeyValueStore.attend: sequence \(target) holds \(sequences[target].length) tokens, expected at least the "
          + "\(extents.tokens) of the queries; append their keys and values first")
    }
    let group = extents.heads / keyValueHeads
    let plan = DecodePlan(
      lengths: targets.map { sequences[$0].length }, heads: keyValueHeads, group: group,
      queries: extents.tokens)
    let call = BlockAttention(
      plan: plan, extents: extents, group: group, layout: layout,
      sequences: targets.map { sequences[$0] },
      scale: options.scale ?? 1 / Float(width).squareRoot())
    return call.run(queries)
  }

  /// Attention of 16-bit queries; scores, softmax and sums are float32, and the output is rounded once.
  ///
  /// - Requires: as ``attend(_:to:options:)-(Tensor<Float>,_,_)``.
  public func attend(
    _ queries: HalfTensor, to targets: [Int], options: AttentionOptions = AttentionOptions()
  ) -> HalfAttentionResult {
    let result = attend(queries.converted(), to: targets, options: options)
    return HalfAttentionResult(
      output: HalfTensor(result.output, format: queries.format), logSumExp: result.logSumExp)
  }
}
