import Foundation

/// The plain Swift twins of the attention kernels of CKernels: their test oracle.
///
/// What each does is written at the C function of the same name. `rows` is 6 where a strip is meant; here it may be any number.
enum ReferenceAttentionKernels {
  /// Twin of `ck_attention_panels`.
  static func panels(
    _ x: [Float], stride: Int, rows: Int, width: Int, padded: Int
  ) -> [Float] {
    var panels = [Float](repeating: 0, count: (rows + 63) / 64 * 64 * padded)
    for r in 0..<rows {
      for d in 0..<width { panels[r / 64 * 64 * padded + d * 64 + r % 64] = x[r * stride + d] }
    }
    return panels
  }

  /// Twin of `ck_attention_scores`, in double precision.
  static func scores(
    _ q: [Float], panels: [Float], width: Int, first: Int, last: Int, rows: Int = 6
  ) -> [[Double]] {
    (0..<rows).map { r in
      (first..<last).map { c in
        var sum = 0.0
        for d in 0..<width {
          sum += Double(q[r * width + d]) * Double(panels[c / 64 * 64 * width + d * 64 + c % 64])
        }
        return sum
      }
    }
  }

  /// Twin of `ck_attention_softmax` for one row: the probabilities, and the new maximum, sum and factor.
  static func softmax(_ scores: [Float], maximum: Float, sum: Float)
    -> (p: [Double], maximum: Float, sum: Double, rescale: Double)
  {
    let next = max(maximum, scores.max() ?? -.infinity)
    if next == -.infinity {
      return (scores.map { _ in 0 }, maximum, Double(sum), 1)
    }
    let p = scores.map { Foundation.exp2(Double($0) - Double(next)) }
    let rescale = Foundation.exp2(Double(maximum) - Double(next))
    return (p, next, rescale * Double(sum) + p.reduce(0, +), rescale)
  }

  /// Twin of `ck_attention_values` for one row.
  static func values(
    _ p: [Float], _ v: [Float], valueStride: Int, width: Int, rescale: Float, _ o: [Float]
  ) -> [Double] {
    (0..<width).map { d in
      var sum = Double(rescale) * Double(o[d])
      for j in p.indices { sum += Double(p[j]) * Double(v[j * valueStride + d]) }
      return sum
    }
  }

  /// Twin of `ck_attention_gradient_strip` for one score: the probability and the gradient.
  static func gradient(score: Float, dProbability: Float, logSumExp: Float, delta: Float)
    -> (p: Double, dScore: Double)
  {
    let p = Foundation.exp2(Double(score) - Double(logSumExp))
    return (p, p * (Double(dProbability) - Double(delta)))
  }

  /// Twin of `ck_exp2`.
  static func exp2(_ x: Float) -> Double { Foundation.exp2(Double(x)) }
}
