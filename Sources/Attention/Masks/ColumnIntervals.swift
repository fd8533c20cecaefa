/// Masks that leave each key one interval of queries, folded into one.
struct ColumnIntervals: Sendable {
  let queries, keys: Int
  private var starts: [Int32]
  private var ends: [Int32]
  /// The hull of the intervals of each 64 keys, for the way from queries to keys.
  private var blockStarts: [Int32] = []
  private var blockEnds: [Int32] = []
  /// The queries that see all of each 64 keys.
  private var commonStarts: [Int32] = []
  private var commonEnds: [Int32] = []

  init(queries: Int, keys: Int) {
    self.queries = queries
    self.keys = keys
    starts = Array(repeating: 0, count: keys)
    ends = Array(repeating: Int32(queries), count: keys)
  }

  /// The bytes of the table.
  var byteCount: Int { (starts.count * 2 + blockStarts.count * 4) * 4 }

  /// Narrows key `j`'s interval to `start[j]..<end[j]`.
  mutating func formIntersection(start: [Int], end: [Int]) {
    for j in 0..<keys {
      let low = max(Int(starts[j]), start[j])
      let high = min(Int(ends[j]), end[j])
      starts[j] = low < high ? Int32(low) : 0
      ends[j] = low < high ? Int32(high) : 0
    }
    let blocks = (keys + 63) / 64
    let hulls = (0..<blocks).map { queryRange(columns: $0 * 64..<min(keys, $0 * 64 + 64)) }
    blockStarts = hulls.map { Int32($0.lowerBound) }
    blockEnds = hulls.map { Int32($0.upperBound) }
    commonStarts = (0..<blocks).map { starts[$0 * 64..<min(keys, $0 * 64 + 64)].max()! }
    commonEnds = (0..<blocks).map { ends[$0 * 64..<min(keys, $0 * 64 + 64)].min()! }
  }

  /// The queries that see key `j`.
  subscript(j: Int) -> Range<Int> { Int(starts[j])..<Int(ends[j]) }

  /// The hull of the queries that see any of `columns`.
  func queryRange(columns: Range<Int>) -> Range<Int> {
    var start = queries
    var end = 0
    for j in columns where starts[j] < ends[j] {
      start = min(start, Int(starts[j]))
      end = max(end, Int(ends[j]))
    }
    return start < end ? start..<end : 0..<0
  }

  /// The hull of the keys that any of `rows` sees.
  func keyRange(rows: Range<Int>) -> Range<Int> {
    guard !rows.isEmpty else { return 0..<0 }
    func sees(_ j: Int) -> Bool {
      max(starts[j], Int32(rows.lowerBound)) < min(ends[j], Int32(rows.upperBound))
    }
    func blockSees(_ k: Int) -> Bool {
      max(blockStarts[k], Int32(rows.lowerBound)) < min(blockEnds[k], Int32(rows.upperBound))
    }
    var first: Int?
    for k in blockStarts.indices where first == nil && blockSees(k) {
      first = (k * 64..<min(keys, k * 64 + 64)).first(where: sees)
    }
    guard let first else { return 0..<0 }
    var last: Int?
    for k in blockStarts.indices.reversed() where last == nil && blockSees(k) {
      last = (k * 64..<min(keys, k * 64 + 64)).last(where: sees)
    }
    return first..<last! + 1
  }

  /// Whether all of `rows` see all of the keys of block `k`.
  private func isOpen(_ k: Int, _ rows: Range<Int>) -> Bool {
    Int(commonStarts[k]) <= rows.lowerBound && Int(commonEnds[k]) >= rows.upperBound
  }

  /// Whether any of `rows` may see a key of `columns`, by blocks of 64 keys.
  func maySee(rows: Range<Int>, columns: Range<Int>) -> Bool {
    (columns.lowerBound / 64...(columns.upperBound - 1) / 64).contains { k in
      max(Int(blockStarts[k]), rows.lowerBound) < min(Int(blockEnds[k]), rows.upperBound)
    }
  }

  /// The class of a tile that is not empty.
  func tileClass(rows: Range<Int>, columns: Range<Int>) -> TileClass {
    var any = false
    var all = true
    for k in columns.lowerBound / 64...(columns.upperBound - 1) / 64 {
      if isOpen(k, rows) {
        any = true
      } else {
        for j in columns.clamped(to: k * 64..<k * 64 + 64) {
          any = any || max(Int(starts[j]), rows.lowerBound) < min(Int(ends[j]), rows.upperBound)
          all = all && Int(starts[j]) <= rows.lowerBound && Int(ends[j]) >= rows.upperBound
        }
      }
      if any && !all { return .partial }
    }
    return any ? .full : .empty
  }

  /// Calls `body` with each key of `columns` that some of `rows` do not see, and those rows.
  @inline(__always)
  func forEachGap(rows: Range<Int>, columns: Range<Int>, _ body: (Int, Range<Int>) -> Void) {
    for k in columns.lowerBound / 64...(columns.upperBound - 1) / 64 where !isOpen(k, rows) {
      for j in columns.clamped(to: k * 64..<k * 64 + 64) {
        let seen = self[j].clamped(to: rows)
        if seen.lowerBound > rows.lowerBound { body(j, rows.lowerBound..<seen.lowerBound) }
        if seen.upperBound < rows.upperBound { body(j, seen.upperBound..<rows.upperBound) }
      }
    }
  }
}
