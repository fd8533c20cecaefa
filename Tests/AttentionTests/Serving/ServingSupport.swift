import Foundation
import TensorCore

@testable import Attention

/// The plain formula in double precision, for one head: query `i` of `n` sees the keys `0 … length − n + i`.
func plainCausal(
  _ q: [[Float]], _ k: [[Float]], _ v: [[Float]], scale: Double
) -> (output: [[Double]], logSumExp: [Double]) {
  var output: [[Double]] = []
  var logSumExp: [Double] = []
  for (i, query) in q.enumerated() {
    let seen = k.count - q.count + i + 1
    let scores = (0..<seen).map { j in
      zip(query, k[j]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } * scale
    }
    let largest = scores.max()!
    let weights = scores.map { Foundation.exp($0 - largest) }
    let sum = weights.reduce(0, +)
    var row = [Double](repeating: 0, count: query.count)
    for j in 0..<seen { for d in row.indices { row[d] += weights[j] / sum * Double(v[j][d]) } }
    output.append(row)
    logSumExp.append(largest + Foundation.log(sum))
  }
  return (output, logSumExp)
}

/// The rows of head `head` of entry `b` of `[batch, heads, tokens, width]`.
func rows(_ x: Tensor<Float>, _ b: Int, _ head: Int) -> [[Float]] {
  let (heads, tokens, width) = (x.shape[1], x.shape[2], x.shape[3])
  return x.withUnsafeBufferPointer { elements in
    (0..<tokens).map { token in
      Array(elements[(((b * heads + head) * tokens + token) * width)...].prefix(width))
    }
  }
}

/// The first `count` tokens from `first` on of `[batch, heads, tokens, width]`.
func tokens(_ x: Tensor<Float>, _ range: Range<Int>) -> Tensor<Float> {
  let (heads, width) = (x.shape[1], x.shape[3])
  let parts = (0..<x.shape[0]).flatMap { b in
    (0..<heads).flatMap { rows(x, b, $0)[range].flatMap { $0 } }
  }
  return Tensor(shape: [x.shape[0], heads, range.count, width], scalars: parts)
}

/// Standard normal numbers of a stream of their own.
func normal(_ shape: Shape, _ stream: String) -> Tensor<Float> {
  var random = Philox(seed: 11).stream(stream)
  return random.normal(shape: shape)
}
