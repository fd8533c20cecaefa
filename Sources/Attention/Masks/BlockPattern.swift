import TensorCore

/// Which blocks of queries see which blocks of keys, as a list a query block (CSR).
public struct BlockPattern: Sendable, Hashable {
  /// Queries of a block, and keys of a block.
  public let queryBlock, keyBlock: Int
  /// The key blocks of query block `r` are `keyBlocks[rowStarts[r]..<rowStarts[r + 1]]`, ascending.
  public let rowStarts: [Int]
  /// The key blocks that are seen, one list after the other.
  public let keyBlocks: [Int]

  /// The pattern of lists of key blocks, one a query block, each ascending without repeats.
  public init(queryBlock: Int, keyBlock: Int, rows: [[Int]]) {
    require(
      queryBlock >= 1 && keyBlock >= 1,
      "BlockPattern: blocks must have 1 row or more, got \(queryBlock) queries and \(keyBlock) keys"
    )
    for (r, row) in rows.enumerated() {
      require(
        (row.first ?? 0) >= 0 && zip(row, row.dropFirst()).allSatisfy { $0 < $1 },
        "BlockPattern: the key blocks of query block \(r) must ascend from 0 without repeats, got \(row); sort them"
      )
    }
    self.queryBlock = queryBlock
    self.keyBlock = keyBlock
    rowStarts = rows.reduce(into: [0]) { $0.append($0.last! + $1.count) }
    keyBlocks = rows.flatMap { $0 }
  }

  /// The number of query blocks.
  public var rowCount: Int { rowStarts.count - 1 }

  /// The places in ``keyBlocks`` of the listed blocks of query block `r` that meet `columns`.
  func listed(_ r: Int, columns: Range<Int>) -> Range<Int> {
    let first = lowerBound(r, columns.lowerBound / keyBlock)
    return first..<max(first, lowerBound(r, (columns.upperBound - 1) / keyBlock + 1))
  }

  /// The first place of row `r` whose block is `block` or later.
  private func lowerBound(_ r: Int, _ block: Int) -> Int {
    var low = rowStarts[r]
    var high = rowStarts[r + 1]
    while low < high {
      let middle = (low + high) / 2
      if keyBlocks[middle] < block { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Whether query block `r` sees key block `k`.
  public func keeps(queryBlock r: Int, keyBlock k: Int) -> Bool {
    let place = lowerBound(r, k)
    return place < rowStarts[r + 1] && keyBlocks[place] == k
  }

  private func blockRows(_ rows: Range<Int>) -> ClosedRange<Int> {
    rows.lowerBound / queryBlock...(rows.upperBound - 1) / queryBlock
  }

  /// The class of a tile that is not empty.
  func tileClass(rows: Range<Int>, columns: Range<Int>) -> TileClass {
    let width = (columns.upperBound - 1) / keyBlock - columns.lowerBound / keyBlock + 1
    var any = false
    var all = true
    for r in blockRows(rows) {
      let count = listed(r, columns: columns).count
      any = any || count > 0
      all = all && count == width
    }
    return any ? (all ? .full : .partial) : .empty
  }

  /// Whether any of `rows` sees a key of `columns`.
  func maySee(rows: Range<Int>, columns: Range<Int>) -> Bool {
    blockRows(rows).contains { !listed($0, columns: columns).isEmpty }
  }

  /// The hull of the keys that any of `rows` sees.
  func keyRange(rows: Range<Int>, keys: Int) -> Range<Int> {
    var low = keys
    var high = 0
    for r in blockRows(rows) where rowStarts[r] < rowStarts[r + 1] {
      low = min(low, keyBlocks[rowStarts[r]] * keyBlock)
      high = max(high, min(keys, (keyBlocks[rowStarts[r + 1] - 1] + 1) * keyBlock))
    }
    return low < high ? low..<high : 0..<0
  }

  /// The hull of the queries that see any of `columns`.
  func queryRange(columns: Range<Int>, queries: Int) -> Range<Int> {
    var low = queries
    var high = 0
    for r in 0..<rowCount where !listed(r, columns: columns).isEmpty {
      low = min(low, r * queryBlock)
      high = min(queries, (r + 1) * queryBlock)
    }
    return low < high ? low..<high : 0..<0
  }

  /// Calls `body` with the parts of `columns` that row `i` does not see.
  @inline(__always)
  func forEachGap(row i: Int, columns: Range<Int>, _ body: (Range<Int>) -> Void) {
    var place = columns.lowerBound
    for index in listed(i / queryBlock, columns: columns) {
      let start = keyBlocks[index] * keyBlock
      if place < start { body(place..<start) }
      place = max(place, start + keyBlock)
    }
    if place < columns.upperBound { body(place..<columns.upperBound) }
  }
}
