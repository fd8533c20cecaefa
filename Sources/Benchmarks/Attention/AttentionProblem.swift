import Attention
import TensorCore

/// The shape of a call of attention, and what it costs.
struct AttentionProblem: Sendable, Equatable {
  var batch = 1
  var heads = 32
  var keyHeads = 32
  var width = 128
  var queries: Int
  var keys: Int
  var isCausal = false

  /// Self-attention over `tokens` tokens.
  static func square(
    _ tokens: Int, heads: Int, width: Int, causal: Bool
  ) -> AttentionProblem {
    AttentionProblem(
      heads: heads, keyHeads: heads, width: width, queries: tokens, keys: tokens, isCausal: causal)
  }

  /// The pairs of a query and a key that it sees, over all heads: all, or those up to the diagonal that ends at the bottom
  /// right.
  var keptPairs: Double {
    let all = Double(queries) * Double(keys)
    let hidden = isCausal ? Double(queries) * Double(queries - 1) / 2 : 0
    return Double(batch * heads) * (all - hidden)
  }
  /// Two products a pair forward, and five backward.
  var forwardOperations: Double { 4 * Double(width) * keptPairs }
  var backwardOperations: Double { 10 * Double(width) * keptPairs }

  var mask: AttentionMask { isCausal ? .causal(alignment: .bottomRight) : .none }

  /// Standard normal queries, keys and values, `[batch, heads, tokens, width]`.
  func inputs() -> (q: Tensor<Float>, k: Tensor<Float>, v: Tensor<Float>) {
    let q = Shape([batch, heads, queries, width])
    let k = Shape([batch, keyHeads, keys, width])
    return (Self.normal(q, "queries"), Self.normal(k, "keys"), Self.normal(k, "values"))
  }

  static func normal(_ shape: Shape, _ stream: String) -> Tensor<Float> {
    var random = Philox(seed: 0).stream("attention/\(stream)")
    return random.normal(shape: shape)
  }
}

/// `512`, `2k`, `128k`: token counts as the names of cases have them.
func tokenText(_ count: Int) -> String {
  count >= 1024 && count % 1024 == 0 ? "\(count / 1024)k" : "\(count)"
}
