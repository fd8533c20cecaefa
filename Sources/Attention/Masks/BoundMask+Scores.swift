import TensorCore

extension BoundMask {
  /// Adds the biases, times log₂e, and writes −∞ where a query does not see a key.
  ///
  /// - Parameters:
  ///   - strip: the scores in base 2, `strip[(i − rows.lowerBound) · stride + j − columns.lowerBound]`.
  ///   - stride: the distance from one query to the next.
  func apply(
    to strip: UnsafeMutablePointer<Float>, stride: Int, rows: Range<Int>, columns: Range<Int>,
    batch b: Int, head h: Int
  ) {
    apply(
      to: ScoreTile(
        base: strip, rows: rows.count, columns: columns.count, rowStride: stride, columnStride: 1),
      rows, columns, b, h)
  }

  /// The same for a transposed tile, `tile[(j − columns.lowerBound) · stride + i − rows.lowerBound]`.
  func applyTransposed(
    to tile: UnsafeMutablePointer<Float>, stride: Int, rows: Range<Int>, columns: Range<Int>,
    batch b: Int, head h: Int
  ) {
    apply(
      to: ScoreTile(
        base: tile, rows: rows.count, columns: columns.count, rowStride: 1, columnStride: stride),
      rows, columns, b, h)
  }

  /// Biases first: −∞ written afterwards wins over whatever stood there, NaN too.
  private func apply(
    to tile: ScoreTile, _ rows: Range<Int>, _ columns: Range<Int>, _ b: Int, _ h: Int
  ) {
    let (r0, c0) = (rows.lowerBound, columns.lowerBound)
    let isTransposed = tile.isTransposed
    for (slopes, shift) in distances where slopes[h] != 0 {
      // |delta + a − b| = |−delta + b − a|: the order with the contiguous inner loop.
      let delta = r0 + shift - c0
      generator.addDistances(
        isTransposed ? tile.transposed : tile, slope: BaseTwo.bias(-slopes[h]),
        delta: isTransposed ? -delta : delta)
    }
    for table in relative { table.apply(to: tile, firstRow: r0, firstColumn: c0, head: h) }
    for mask in dense {
      mask.apply(to: tile, firstRow: r0, firstColumn: c0, batch: b, head: h, scale: log2e)
    }
    for pattern in patterns {
      for a in 0..<tile.rows {
        pattern.forEachGap(row: r0 + a, columns: columns) {
          tile.erase(row: a, $0.lowerBound - c0..<$0.upperBound - c0)
        }
      }
    }
    if let columnIntervals {
      let turned = tile.transposed
      columnIntervals.forEachGap(rows: rows, columns: columns) { j, gap in
        turned.erase(row: j - c0, gap.lowerBound - r0..<gap.upperBound - r0)
      }
    }
    applyRowIntervals(to: tile, rows, columns, isTransposed)
    let limit = max(c0, min(columns.upperBound, keyLimit(b))) - c0
    if limit < tile.columns {
      for a in 0..<tile.rows { tile.erase(row: a, limit..<tile.columns) }
    }
  }

  private func applyRowIntervals(
    to tile: ScoreTile, _ rows: Range<Int>, _ columns: Range<Int>, _ isTransposed: Bool
  ) {
    let (r0, c0) = (rows.lowerBound, columns.lowerBound)
    if rowIntervals.isUnbounded { return }
    guard rowIntervals.isBand else {
      for a in 0..<tile.rows {
        let seen = rowIntervals[r0 + a].clamped(to: columns)
        tile.erase(row: a, 0..<seen.lowerBound - c0)
        tile.erase(row: a, seen.upperBound - c0..<tile.columns)
      }
      return
    }
    let low = rowIntervals.low + r0 - c0
    let high = rowIntervals.high + r0 - c0
    if isTransposed {
      // low ≤ b − a < high is 1 − high ≤ a − b < 1 − low.
      generator.maskBand(tile.transposed, low: 1 - high, high: 1 - low)
    } else {
      generator.maskBand(tile, low: low, high: high)
    }
  }
}
