import TensorCore

/// A block of queries of one head.
struct AttentionTask: Sendable {
  let batch, head: Int
  let rows: Range<Int>

  /// All blocks of at most `rows` queries, head by head so that a head's keys stay in the last-level cache; heads and
  /// blocks with the most keys first, so that threads end together.
  ///
  /// Blocks are halved, down to 96 rows, while they are fewer than eight. (How many there are must not depend on the number of
  /// threads.)
  static func list(_ geometry: AttentionGeometry, mask: BoundMask, rows limit: Int)
    -> [AttentionTask]
  {
    let (heads, count) = (geometry.queries.heads, geometry.queries.tokens)
    let headCount = geometry.batch * heads
    if headCount == 0 || count == 0 { return [] }
    var rows = limit
    func blocks() -> Int { (count + rows - 1) / rows }
    while rows >= 192 && headCount * blocks() < 8 { rows /= 2 }
    // Blocks of one size: whole strips, and no short one at the end.
    rows = ((count + blocks() - 1) / blocks() + 5) / 6 * 6
    let units: [(work: Int, tasks: [AttentionTask])] = (0..<headCount).map { index in
      let (b, head) = (index / heads, index % heads)
      let weighed = stride(from: 0, to: count, by: rows).map { start in
        let rows = start..<min(start + rows, count)
        return (
          work: rows.count * mask.keyRange(rows: rows, batch: b, head: head).count,
          task: AttentionTask(batch: b, head: head, rows: rows)
        )
      }
      return (
        weighed.reduce(0) { $0 + $1.work }, weighed.sorted { $0.work > $1.work }.map(\.task)
      )
    }
    return units.sorted { $0.work > $1.work }.flatMap(\.tasks)
  }
}
