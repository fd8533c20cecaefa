import TensorCore
import TestSupport
import Testing

@testable import Attention

/// Random operands of one call, in the layout of its options.
struct AttentionProblem {
  let q, k, v, dO, dL: Tensor<Float>
  let options: AttentionOptions

  init(
    batch: Int = 1, heads: Int, keyHeads: Int, queries: Int, keys: Int, width: Int,
    options: AttentionOptions = .init(), scaledBy factor: Float = 1
  ) {
    func draw(_ heads: Int, _ tokens: Int, _ name: String) -> Tensor<Float> {
      normal(
        options.layout == .headsFirst
          ? [batch, heads, tokens, width] : [batch, tokens, heads, width],
        "\(name) \(heads) \(tokens) \(width)")
    }
    q = draw(heads, queries, "q") * factor
    k = draw(keyHeads, keys, "k")
    v = draw(keyHeads, keys, "v")
    dO = draw(heads, queries, "dO")
    dL = normal([batch, heads, queries], "dL \(heads) \(queries)")
    self.options = options
  }

  /// The operands rounded to 16 bits, and what is left of them.
  func rounded(to format: HalfTensor.Format) -> (q: HalfTensor, k: HalfTensor, v: HalfTensor) {
    (HalfTensor(q, format: format), HalfTensor(k, format: format), HalfTensor(v, format: format))
  }

  /// The double-precision truth.
  func expected(mask: AttentionMask) -> AttentionResult<Double> {
    Self.expected(q, k, v, mask, options)
  }

  static func expected(
    _ q: Tensor<Float>, _ k: Tensor<Float>, _ v: Tensor<Float>, _ mask: AttentionMask,
    _ options: AttentionOptions
  ) -> AttentionResult<Double> {
    ReferenceAttention.attend(
      q.converted(to: Double.self), k.converted(to: Double.self), v.converted(to: Double.self),
      mask: mask, options: options)
  }

  func expectedGradient(_ result: AttentionResult<Double>, mask: AttentionMask)
    -> AttentionGradient<Double>
  {
    ReferenceAttention.backward(
      dO.converted(to: Double.self), dLogSumExp: dL.converted(to: Double.self),
      q.converted(to: Double.self), k.converted(to: Double.self), v.converted(to: Double.self),
      result: result, mask: mask, options: options)
  }
}

/// The largest absolute difference; infinite where one is NaN or the shapes differ, 0 where both are the same infinity.
func largestDifference(_ found: Tensor<Float>, _ expected: Tensor<Double>) -> Double {
  guard found.shape == expected.shape else { return .infinity }
  return zip(found.scalars, expected.scalars).reduce(0) { worst, pair in
    let error = Double(pair.0) == pair.1 ? 0 : abs(Double(pair.0) - pair.1)
    return error.isNaN ? .infinity : max(worst, error)
  }
}

/// The largest difference as a share of the largest magnitude expected.
func relativeDifference(_ found: Tensor<Float>, _ expected: Tensor<Double>) -> Double {
  let scale = expected.scalars.reduce(0) { max($0, abs($1)) }
  let error = largestDifference(found, expected)
  return error == 0 ? 0 : error / max(scale, 1e-30)
}
