import TensorCore

/// A mask that has met the lengths it is for: checked, and ready to answer for any tile.
///
/// Rows are queries and columns are keys throughout.
public struct BoundMask: Sendable {
  /// The extents of the scores: sequences, query heads, queries and keys.
  public let batch, heads, queries, keys: Int
  /// What makes the tiles of bands and distances.
  public internal(set) var generator: MaskGenerator

  var rowIntervals: RowIntervals
  var keyLengths: [Int]?
  var columnIntervals: ColumnIntervals?
  var patterns: [BlockPattern] = []
  var dense: [DenseMask] = []
  var distances: [(slopes: [Float], shift: Int)] = []
  var relative: [RelativeTable] = []

  init(batch: Int, heads: Int, queries: Int, keys: Int) {
    (self.batch, self.heads, self.queries, self.keys) = (batch, heads, queries, keys)
    generator = MaskGenerator(.computed)
    rowIntervals = RowIntervals(queries: queries, keys: keys)
  }

  /// The bytes that the mask takes besides what the caller gave it.
  public var byteCount: Int {
    let intervals = rowIntervals.byteCount + (columnIntervals?.byteCount ?? 0)
    let lists = patterns.reduce(0) { $0 + ($1.keyBlocks.count + $1.rowStarts.count) * 8 }
    let tables =
      relative.reduce(0) { $0 + $1.byteCount } + distances.reduce(0) { $0 + $1.slopes.count * 4 }
    return generator.byteCount + intervals + lists + tables + (keyLengths?.count ?? 0) * 8
      + dense.reduce(0) { $0 + $1.byteCount }
  }

  /// Whether the mask keeps everything and adds nothing.
  public var isNone: Bool {
    rowIntervals.isUnbounded && keyLengths == nil && columnIntervals == nil && patterns.isEmpty
      && dense.isEmpty && !hasBias
  }

  /// Whether numbers are added to scores.
  public var hasBias: Bool {
    !distances.isEmpty || !relative.isEmpty || dense.contains(where: \.isAdditive)
  }

  /// The keys of a sequence that are not padding.
  @inline(__always)
  func keyLimit(_ b: Int) -> Int { keyLengths.map { $0[b] } ?? keys }

  /// The hull of the keys that any of `rows` may see: what is outside needs no load and no product.
  public func keyRange(rows: Range<Int>, batch b: Int, head h: Int) -> Range<Int> {
    guard !rows.isEmpty else { return 0..<0 }
    var range = rowIntervals.keyRange(rows: rows).clamped(to: 0..<keyLimit(b))
    if let columnIntervals { range = range.clamped(to: columnIntervals.keyRange(rows: rows)) }
    for pattern in patterns {
      range = range.clamped(to: pattern.keyRange(rows: rows, keys: keys))
    }
    for mask in dense {
      range = range.clamped(to: mask.keyRange(rows: rows, batch: b, head: h))
    }
    return range
  }

  /// The first run of keys in `columns` that any of `rows` may see, empty if there is none.
  ///
  /// Lists and dense masks leave gaps inside the hull; a gap that covers one of the blocks of 64 keys ends a run, so that
  /// 64 keys or more lie between two runs.
  func nextKeyRun(rows: Range<Int>, columns: Range<Int>, batch b: Int, head h: Int) -> Range<Int> {
    let hull = keyRange(rows: rows, batch: b, head: h).clamped(to: columns)
    if hull.isEmpty || (columnIntervals == nil && patterns.isEmpty && dense.isEmpty) {
      return hull
    }
    var start = hull.lowerBound
    var end = start
    while end < hull.upperBound {
      let block = end..<min(hull.upperBound, (end / 64 + 1) * 64)
      let isSeen =
        columnIntervals?.maySee(rows: rows, columns: block) ?? true
        && patterns.allSatisfy { $0.maySee(rows: rows, columns: block) }
        && dense.allSatisfy {
          $0.tileClass(rows: rows, columns: block, batch: b, head: h) != .empty
        }
      if !isSeen && start < end { break }
      end = block.upperBound
      if !isSeen { start = end }
    }
    return start..<end
  }

  /// The hull of the queries that may see any of `columns`.
  public func queryRange(columns: Range<Int>, batch b: Int, head h: Int) -> Range<Int> {
    let columns = columns.clamped(to: 0..<keyLimit(b))
    guard !columns.isEmpty else { return 0..<0 }
    var range = rowIntervals.queryRange(columns: columns)
    if let columnIntervals {
      range = range.clamped(to: columnIntervals.queryRange(columns: columns))
    }
    for pattern in patterns {
      range = range.clamped(to: pattern.queryRange(columns: columns, queries: queries))
    }
    for mask in dense {
      range = range.clamped(to: mask.queryRange(columns: columns, batch: b, head: h))
    }
    return range
  }

  /// What the mask does to a tile.
  ///
  /// Exact for each mask alone but the dense ones, which decide by cells of 32 × 64 scores, and for intersections of masks of
  /// one family; otherwise `partial` may stand for `empty` or `full`, never the other way.
  public func tileClass(
    rows: Range<Int>, columns: Range<Int>, batch b: Int, head h: Int
  ) -> TileClass {
    var result = rowIntervals.tileClass(rows: rows, columns: columns, limit: keyLimit(b))
    if result == .empty { return .empty }
    if let columnIntervals {
      result = result.combined(with: columnIntervals.tileClass(rows: rows, columns: columns))
    }
    for pattern in patterns where result != .empty {
      result = result.combined(with: pattern.tileClass(rows: rows, columns: columns))
    }
    for mask in dense where result != .empty {
      result = result.combined(
        with: mask.tileClass(rows: rows, columns: columns, batch: b, head: h))
    }
    for table in relative where result != .empty {
      result = result.combined(with: table.tileClass(rows: rows, columns: columns, head: h))
    }
    for (slopes, _) in distances where result == .full && slopes[h] != 0 { result = .partial }
    return result
  }
}
