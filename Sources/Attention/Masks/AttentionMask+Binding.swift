import TensorCore

extension AttentionMask {
  /// The mask for scores of `[batch, heads, queries, keys]`.
  ///
  /// Lists become intervals of 32-bit integers a row or column, dense masks get two bits per cell; done once a call of
  /// attention, not once a tile.
  ///
  /// - Requires: lists, offsets, slopes and dense masks fit these extents.
  public func bound(batch: Int, heads: Int, queries: Int, keys: Int) -> BoundMask {
    require(
      batch >= 0 && heads >= 0 && max(queries, keys) < Int(Int32.max) && min(queries, keys) >= 0,
      "AttentionMask.bound: extents must be 0 or more and lengths below 2^31, got batch \(batch), heads \(heads), queries \(queries), keys \(keys)"
    )
    var mask = BoundMask(batch: batch, heads: heads, queries: queries, keys: keys)
    for part in parts {
      switch part {
      case .window(let left, let right, let alignment):
        let shift = alignment.shift(queries: queries, keys: keys)
        mask.rowIntervals.formIntersection(
          low: left.map { shift - min($0, RowIntervals.unbounded) } ?? -RowIntervals.unbounded,
          high: right.map { shift + min($0, RowIntervals.unbounded - 1) + 1 }
            ?? RowIntervals.unbounded)
      case .prefix(let count, let alignment):
        let shift = alignment.shift(queries: queries, keys: keys)
        mask.rowIntervals.formIntersection { 0..<min(keys, max(count, $0 + shift + 1)) }
      case .keyPadding(let lengths):
        Self.checkLengths(lengths, batch: batch, keys: keys)
        mask.keyLengths = mask.keyLengths.map { zip($0, lengths).map { min($0, $1) } } ?? lengths
      case .packed(let queryOffsets, let keyOffsets, let causal):
        Self.checkOffsets(queryOffsets, keyOffsets, queries: queries, keys: keys)
        let intervals = Self.intervals(queryOffsets, keyOffsets, causal)
        mask.rowIntervals.formIntersection { intervals[$0] }
      case .columnIntervals(let start, let end):
        Self.checkIntervals(start, end, queries: queries, keys: keys)
        var columns = mask.columnIntervals ?? ColumnIntervals(queries: queries, keys: keys)
        columns.formIntersection(start: start, end: end)
        mask.columnIntervals = columns
      case .blocks(let pattern):
        Self.checkPattern(pattern, queries: queries, keys: keys)
        mask.patterns.append(pattern)
      case .boolean(let values), .additive(let values):
        var isAdditive = false
        if case .additive = part { isAdditive = true }
        Self.checkShape(
          values.shape, batch, heads, queries, keys, isAdditive ? "additive" : "boolean")
        mask.dense.append(
          DenseMask(values, isAdditive: isAdditive, queries: queries, keys: keys))
      case .distance(let slopes, let alignment):
        require(
          slopes.count == heads,
          "AttentionMask.alibi: wants one slope for each of the \(heads) query heads, got \(slopes.count)"
        )
        mask.distances.append((slopes, alignment.shift(queries: queries, keys: keys)))
      case .relative(let table, let alignment):
        require(
          table.shape[0] == 1 || table.shape[0] == heads,
          "AttentionMask.relative: wants a table of 1 line or of one for each of the \(heads) query heads, got \(table.shape)"
        )
        let bias = RelativeTable(table, shift: alignment.shift(queries: queries, keys: keys))
        mask.relative.append(bias)
        mask.rowIntervals.formIntersection(low: bias.hull.low, high: bias.hull.high)
      }
    }
    mask.generator =
      generator.hasDistances || mask.distances.isEmpty
      ? generator : MaskGenerator(generator.form, distances: true)
    return mask
  }

  /// The keys of each query of packed documents.
  private static func intervals(
    _ queryOffsets: [Int], _ keyOffsets: [Int], _ causal: Alignment?
  ) -> [Range<Int>] {
    zip(zip(queryOffsets, queryOffsets.dropFirst()), zip(keyOffsets, keyOffsets.dropFirst()))
      .flatMap { queries, keys in
        let shift = causal?.shift(queries: queries.1 - queries.0, keys: keys.1 - keys.0)
        return (0..<queries.1 - queries.0).map { i in
          guard let shift else { return keys.0..<keys.1 }
          return keys.0..<min(keys.1, max(keys.0, keys.0 + i + shift + 1))
        }
      }
  }
}
