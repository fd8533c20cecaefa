import Foundation
import TensorCore

/// The kernels over blocks as plain loops: the oracle of `CKernelsDecode.h`.
enum ReferenceBlockKernels {
  /// The place of element `d` of a token among the numbers of a block's keys.
  static func keyPlace(token: Int, _ d: Int, width: Int) -> Int {
    let (panel, column) = token.quotientAndRemainder(dividingBy: KeyValueBlockLayout.panel)
    return panel * KeyValueBlockLayout.panel * width + d * KeyValueBlockLayout.panel + column
  }

  /// The place of element `d` of a token among the numbers of a block's values.
  static func valuePlace(token: Int, _ d: Int, width: Int) -> Int {
    var first = 0
    var left = (width + 15) / 16 * 16
    while true {
      let columns = left >= 64 ? 64 : left >= 32 ? 32 : 16
      if d < first + columns {
        return first * KeyValueBlockLayout.tokens + token * columns + d - first
      }
      first += columns
      left -= columns
    }
  }

  /// One step of the softmax of rows over the first `count` tokens of a block; arguments as those of `ck_attend_block`,
  /// keys and values converted to float32.
  static func attendBlock(
    queries: [Float], rows: Int, keys: [Float], values: [Float], width: Int, count: Int,
    visible: [Int]?, m: inout [Float], l: inout [Float], o: inout [Float]
  ) {
    let padded = (width + 15) / 16 * 16
    for r in 0..<rows {
      let seen = min(visible?[r] ?? count, count)
      guard seen > 0 else { continue }
      let scores = (0..<seen).map { token in
        (0..<width).reduce(Float(0)) {
          $0 + queries[r * width + $1] * keys[keyPlace(token: token, $1, width: width)]
        }
      }
      var largest = m[r]
      for score in scores { largest = score.isNaN || score > largest ? score : largest }
      if scores.contains(where: \.isNaN) { largest = .nan }
      if largest == -.infinity { continue }
      let fade = largest == m[r] ? 1 : exp2(m[r] - largest)
      let weights = scores.map { $0 - largest < -126 ? 0 : exp2($0 - largest) }
      m[r] = largest
      l[r] = l[r] * fade + weights.reduce(0, +)
      for d in 0..<width {
        var sum = o[r * padded + d] * fade
        for token in 0..<seen {
          sum += weights[token] * values[valuePlace(token: token, d, width: width)]
        }
        o[r * padded + d] = sum
      }
    }
  }

  /// The sum of all numbers.
  static func read(_ x: [Float]) -> Float { Float(x.reduce(0.0) { $0 + Double($1) }) }
}
