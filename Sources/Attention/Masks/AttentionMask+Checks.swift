import TensorCore

/// What a mask must fulfil to fit the lengths it meets.
extension AttentionMask {
  static func checkLengths(_ lengths: [Int], batch: Int, keys: Int) {
    require(
      lengths.count == batch,
      "AttentionMask.keyPadding: wants one length for each of the \(batch) sequences, got \(lengths.count)"
    )
    for (b, length) in lengths.enumerated() {
      require(
        (0...keys).contains(length),
        "AttentionMask.keyPadding: the length of sequence \(b) must be 0 to \(keys), the number of keys, got \(length)"
      )
    }
  }

  static func checkOffsets(_ queryOffsets: [Int], _ keyOffsets: [Int], queries: Int, keys: Int) {
    require(
      queryOffsets.count == keyOffsets.count,
      "AttentionMask.packed: wants as many query offsets as key offsets, got \(queryOffsets.count) and \(keyOffsets.count)"
    )
    for (name, offsets, length) in [("query", queryOffsets, queries), ("key", keyOffsets, keys)] {
      require(
        offsets.first == 0 && offsets.last == length
          && zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 },
        "AttentionMask.packed: \(name) offsets must rise from 0 to \(length), the number of \(name == "query" ? "queries" : "keys"), got \(offsets)"
      )
    }
  }

  static func checkIntervals(_ start: [Int], _ end: [Int], queries: Int, keys: Int) {
    require(
      start.count == keys && end.count == keys,
      "AttentionMask.columnIntervals: wants a start and an end for each of the \(keys) keys, got \(start.count) and \(end.count)"
    )
    for j in 0..<keys {
      require(
        start[j] >= 0 && end[j] <= queries,
        "AttentionMask.columnIntervals: the interval of key \(j) must lie in 0..<\(queries), the queries, got \(start[j]) to \(end[j])"
      )
    }
  }

  static func checkPattern(_ pattern: BlockPattern, queries: Int, keys: Int) {
    let rows = (queries + pattern.queryBlock - 1) / pattern.queryBlock
    let columns = (keys + pattern.keyBlock - 1) / pattern.keyBlock
    require(
      pattern.rowCount == rows,
      "AttentionMask.blockSparse: \(queries) queries in blocks of \(pattern.queryBlock) want \(rows) lists, got \(pattern.rowCount)"
    )
    require(
      pattern.keyBlocks.allSatisfy { $0 < columns },
      "AttentionMask.blockSparse: \(keys) keys in blocks of \(pattern.keyBlock) have blocks 0..<\(columns), got block \(pattern.keyBlocks.max() ?? 0)"
    )
  }

  static func checkShape(
    _ shape: Shape, _ batch: Int, _ heads: Int, _ queries: Int, _ keys: Int, _ name: String
  ) {
    let inner = Array(shape.dimensions.suffix(2)) == [queries, keys]
    let fits =
      shape.rank == 2
      || shape.rank == 4 && (shape[0] == 1 || shape[0] == batch)
        && (shape[1] == 1 || shape[1] == heads)
    require(
      inner && fits,
      "AttentionMask.\(name): wants [\(queries), \(keys)] or [\(batch) or 1, \(heads) or 1, \(queries), \(keys)], got \(shape)"
    )
  }
}
