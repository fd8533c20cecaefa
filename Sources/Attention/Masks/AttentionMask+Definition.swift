import TensorCore

/// The masks as their definitions say, pair by pair: what the tiles are tested against.
extension AttentionMask {
  /// What is added to the scaled score of a pair: −∞ where the key is not seen.
  func offset(batch b: Int, head h: Int, query i: Int, key j: Int, queries: Int, keys: Int)
    -> Double
  {
    var sum = 0.0
    for part in parts {
      let term = Self.offset(part, b, h, i, j, queries, keys)
      if term == -.infinity { return term }
      sum += term
    }
    return sum
  }

  private static func offset(
    _ part: Part, _ b: Int, _ h: Int, _ i: Int, _ j: Int, _ queries: Int, _ keys: Int
  ) -> Double {
    func kept(_ condition: Bool) -> Double { condition ? 0 : -.infinity }
    func distance(_ alignment: Alignment) -> Int {
      i + alignment.shift(queries: queries, keys: keys) - j
    }
    func element(_ values: Tensor<Float>) -> Double {
      if values.rank == 2 { return Double(values[i, j]) }
      return Double(values[values.shape[0] == 1 ? 0 : b, values.shape[1] == 1 ? 0 : h, i, j])
    }
    switch part {
    case .window(let left, let right, let alignment):
      let x = distance(alignment)
      return kept(left.map { x <= $0 } ?? true && right.map { -x <= $0 } ?? true)
    case .prefix(let count, let alignment):
      return kept(j < count || distance(alignment) >= 0)
    case .keyPadding(let lengths):
      return kept(j < lengths[b])
    case .packed(let queryOffsets, let keyOffsets, let causal):
      let document = queryOffsets.lastIndex { $0 <= i }!
      guard keyOffsets[document] <= j, j < keyOffsets[document + 1] else { return -.infinity }
      guard let causal else { return 0 }
      let shift = causal.shift(
        queries: queryOffsets[document + 1] - queryOffsets[document],
        keys: keyOffsets[document + 1] - keyOffsets[document])
      return kept(i - queryOffsets[document] + shift >= j - keyOffsets[document])
    case .columnIntervals(let start, let end):
      return kept(start[j] <= i && i < end[j])
    case .blocks(let pattern):
      let r = i / pattern.queryBlock
      let blocks = pattern.keyBlocks[pattern.rowStarts[r]..<pattern.rowStarts[r + 1]]
      return kept(blocks.contains(j / pattern.keyBlock))
    case .boolean(let values):
      return kept(element(values) != 0)
    case .additive(let values):
      return element(values)
    case .distance(let slopes, let alignment):
      return -Double(slopes[h]) * Double(abs(distance(alignment)))
    case .relative(let table, let alignment):
      let radius = table.shape[1] / 2
      let x = min(max(distance(alignment), -radius), radius)
      return Double(table[table.shape[0] == 1 ? 0 : h, x + radius])
    }
  }

  /// The same mask written out, an additive mask of `[batch, heads, queries, keys]`.
  ///
  /// Takes memory of order `queries · keys`: for tests, pictures and other programs.
  public func dense(batch: Int, heads: Int, queries: Int, keys: Int) -> Tensor<Float> {
    Tensor(shape: [batch, heads, queries, keys]) { output in
      var place = 0
      for b in 0..<batch {
        for h in 0..<heads {
          for i in 0..<queries {
            for j in 0..<keys {
              let offset = offset(
                batch: b, head: h, query: i, key: j, queries: queries, keys: keys)
              // The sum of two finite masks may be beyond the largest number, and is still seen.
              output[place] = offset == -.infinity ? -.infinity : offset.clamped(to: Float.self)
              place += 1
            }
          }
        }
      }
    }
  }
}
