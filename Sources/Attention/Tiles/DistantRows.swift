import RealModule
import TensorCore

/// The queries of a head whose scores lie so far from 0 that their log-sum-exp has lost the logarithm of the sum.
///
/// With a bias of −10⁹ on all keys, `L = −10⁹ + ln n` is −10⁹ in float32, and `exp(s − L)` is 1 in place of `1/n`. From |L| = 512 on
/// the scores of the row are made once more, for their maximum and the sum of `exp(s − maximum)`.
struct DistantRows {
  private let pass: TiledBackward
  private let batch, head: Int
  private let queries: BackwardQueries.Rows

  init(_ pass: TiledBackward, batch: Int, head: Int, queries: BackwardQueries.Rows) {
    self.pass = pass
    self.batch = batch
    self.head = head
    self.queries = queries
  }

  /// The rows with the maxima of their scores, in base 2; puts the base-2 logarithms of their sums in place of their log-sum-exps.
  func rows(_ logSumExp: UnsafeMutablePointer<Float>) -> [(query: Int, maximum: Float)] {
    let geometry = pass.geometry
    let place = geometry.rowOffset(batch: batch, head: head)
    let distant = (0..<geometry.queries.tokens).filter {
      let x = pass.logSumExp[place + $0]
      return x.isFinite && x.magnitude >= 512
    }
    guard !distant.isEmpty else { return [] }
    let count = geometry.keys.tokens
    let strip = PoolBuffer<Float>(count: count)
    var rows: [(query: Int, maximum: Float)] = []
    pass.keys.withFloatRows(batch: batch, head: head / geometry.group, rows: 0..<count) {
      keys, stride in
      for i in distant {
        let query = queries.base + i * queries.stride
        for j in 0..<count {
          strip.base[j] =
            Float.dot(query, keys + j * stride, geometry.width) * (geometry.scale * log2e)
        }
        pass.mask.apply(
          to: strip.base, stride: count, rows: i..<i + 1, columns: 0..<count, batch: batch,
          head: head)
        let maximum = Float.maximum(strip.base, count)
        guard maximum.isFinite else { continue }
        let sum = (0..<count).reduce(0.0) { $0 + Double(Float.exp2(strip.base[$1] - maximum)) }
        logSumExp[i] = Float(Double.log2(sum))
        rows.append((i, maximum))
      }
    }
    return rows
  }
}
