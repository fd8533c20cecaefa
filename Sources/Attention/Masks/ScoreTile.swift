/// A tile of scores in memory: element `(a, b)` belongs to its row `a` and column `b`, in one of two orders.
struct ScoreTile {
  let base: UnsafeMutablePointer<Float>
  let rows, columns: Int
  let rowStride, columnStride: Int

  /// The first score of row `a`.
  @inline(__always)
  func row(_ a: Int) -> UnsafeMutablePointer<Float> { base + a * rowStride }

  /// Whether the rows, and not the columns, stand side by side.
  var isTransposed: Bool { columnStride != 1 }

  /// The same memory with rows and columns exchanged.
  var transposed: ScoreTile {
    ScoreTile(
      base: base, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }

  /// Writes −∞ to `range` of row `a`.
  @inline(__always)
  func erase(row a: Int, _ range: Range<Int>) {
    if range.isEmpty { return }
    if columnStride == 1 {
      (base + a * rowStride + range.lowerBound).update(repeating: -.infinity, count: range.count)
    } else {
      for b in range { base[a * rowStride + b * columnStride] = -.infinity }
    }
  }

  /// Calls `body(block, top, left)` for the blocks of at most `size × size` that make the tile.
  @inline(__always)
  func forEachBlock(of size: Int, _ body: (ScoreTile, Int, Int) -> Void) {
    for top in stride(from: 0, to: rows, by: size) {
      for left in stride(from: 0, to: columns, by: size) {
        let block = ScoreTile(
          base: base + top * rowStride + left * columnStride, rows: min(size, rows - top),
          columns: min(size, columns - left), rowStride: rowStride, columnStride: columnStride)
        body(block, top, left)
      }
    }
  }
}
