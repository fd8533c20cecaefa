import TensorCore

/// The queries of one call of ``ReferenceAttention``, and the scores of the keys that each of them sees.
final class ReferenceRows<Scalar: TensorScalar>: @unchecked Sendable {
  let geometry: AttentionGeometry
  let mask: AttentionMask
  let scale: Scalar
  let q, k, v: UnsafePointer<Scalar>
  /// What the pointers point into.
  private var owners: [Tensor<Scalar>] = []

  init(
    _ geometry: AttentionGeometry, _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>,
    mask: AttentionMask, scale: Float?
  ) {
    self.geometry = geometry
    self.mask = mask
    self.scale = scale.map { Scalar($0) } ?? 1 / Scalar(geometry.width).squareRoot()
    // Checks that the mask fits; what it makes is not used here.
    _ = mask.bound(
      batch: geometry.batch, heads: geometry.queries.heads, queries: geometry.queries.tokens,
      keys: geometry.keys.tokens)
    self.q = q.withUnsafeBufferPointer { $0.baseAddress! }
    self.k = k.withUnsafeBufferPointer { $0.baseAddress! }
    self.v = v.withUnsafeBufferPointer { $0.baseAddress! }
    owners = [q, k, v]
  }

  /// The elements of a tensor, which is kept for as long as these rows.
  func shared(_ tensor: Tensor<Scalar>) -> UnsafePointer<Scalar> {
    owners.append(tensor)
    return tensor.withUnsafeBufferPointer { $0.baseAddress! }
  }

  /// A query: its sequence and key head, its place among the elements and among the log-sum-exps.
  struct Row {
    let batch, keyHead, place, index: Int
  }

  /// The scores of the keys that a query sees.
  struct Scores {
    var seen: [(key: Int, score: Scalar)] = []
    var maximum = -Scalar.infinity
    var hasNaN = false

    /// The probability of each score, given the row's log-sum-exp `L`: `exp(s − L)`, or by the maximum and the sum where `L` is so
    /// large that it has lost the logarithm of the sum.
    func probability(logSumExp: Scalar) -> (Scalar) -> Scalar {
      guard logSumExp.magnitude >= 512 && logSumExp.isFinite && !hasNaN else {
        return { Scalar.exp($0 - logSumExp) }
      }
      let maximum = maximum
      let sum = seen.reduce(Scalar(0)) { $0 + Scalar.exp($1.score - maximum) }
      return { Scalar.exp($0 - maximum) / sum }
    }
  }

  /// The place of a key that a query may see, and of its value.
  func keyPlace(_ row: Row, _ j: Int) -> Int {
    geometry.keys.offset(batch: row.batch, head: row.keyHead) + j * geometry.keys.tokenStride
  }

  /// Calls `body` with each query of a head, counted over all sequences.
  func forEach(ofHead index: Int, _ body: (Row, Scores) -> Void) {
    let (b, h) = (index / geometry.queries.heads, index % geometry.queries.heads)
    let (count, keyCount) = (geometry.queries.tokens, geometry.keys.tokens)
    for i in 0..<count {
      let row = Row(
        batch: b, keyHead: h / geometry.group,
        place: geometry.queries.offset(batch: b, head: h) + i * geometry.queries.tokenStride,
        index: geometry.rowOffset(batch: b, head: h) + i)
      var scores = Scores()
      for j in 0..<keyCount {
        let offset = mask.offset(
          batch: b, head: h, query: i, key: j, queries: count, keys: keyCount)
        if offset == -.infinity { continue }
        let product = scale * Scalar.dot(q + row.place, k + keyPlace(row, j), geometry.width)
        // Finite biases leave a finite score finite, also where their sum is beyond the largest number.
        let sum = product + offset.clamped(to: Scalar.self)
        let s = product.isFinite ? sum.clamped : sum
        scores.seen.append((j, s))
        if s > scores.maximum { scores.maximum = s }
        scores.hasNaN = scores.hasNaN || s.isNaN
      }
      body(row, scores)
    }
  }
}
