import CKernels
import TensorCore

/// A mask given element by element, with two bits for every cell of it: whether anything is seen, and whether nothing is changed.
///
/// The bits are found in one pass when the mask is bound; cells without a key are skipped, and cells without a change are
/// not read again.
struct DenseMask: Sendable {
  static let cellRows = 32
  static let cellColumns = 64

  let values: Tensor<Float>
  let isAdditive: Bool
  private let queries, keys: Int
  /// 0 where the mask is one for all sequences, or for all heads.
  private let batchStep, headStep: Int
  private let cellsDown, cellsAcross: Int
  /// Bit 0: any key is seen. Bit 1: the scores stay as they are.
  private let cells: [UInt8]

  init(_ values: Tensor<Float>, isAdditive: Bool, queries: Int, keys: Int) {
    self.values = values
    self.isAdditive = isAdditive
    self.queries = queries
    self.keys = keys
    let batch = values.rank == 4 ? values.shape[0] : 1
    let heads = values.rank == 4 ? values.shape[1] : 1
    headStep = heads == 1 ? 0 : 1
    batchStep = batch == 1 ? 0 : heads
    let down = (queries + Self.cellRows - 1) / Self.cellRows
    let across = (keys + Self.cellColumns - 1) / Self.cellColumns
    (cellsDown, cellsAcross) = (down, across)
    let lines = parallelMap(over: batch * heads * down) { line in
      let plane = line / down
      let rows = Self.range(line % down, Self.cellRows, queries)
      return (0..<across).map { across in
        Self.cell(
          values, isAdditive, plane * queries * keys, rows,
          Self.range(across, Self.cellColumns, keys), keys)
      }
    }
    cells = lines.flatMap { $0 }
  }

  /// The bytes of the cells; the mask itself is the caller's.
  var byteCount: Int { cells.count }

  private static func range(_ k: Int, _ size: Int, _ limit: Int) -> Range<Int> {
    k * size..<min(limit, (k + 1) * size)
  }

  private static func cell(
    _ values: Tensor<Float>, _ isAdditive: Bool, _ offset: Int, _ rows: Range<Int>,
    _ columns: Range<Int>, _ keys: Int
  ) -> UInt8 {
    values.withUnsafeBufferPointer { values in
      var any: Int32 = 0
      var all: Int32 = 2
      for i in rows {
        let line = values.baseAddress! + offset + i * keys + columns.lowerBound
        let flags =
          isAdditive
          ? ck_mask_bias_flags(line, columns.count) : ck_mask_kept_flags(line, columns.count)
        if flags & 4 != 0 {
          let bad = (0..<columns.count).first { !(line[$0] < .infinity) }!
          halt(
            "AttentionMask.additive: a bias must be a number or -infinity, got \(line[bad]) for query \(i), key \(columns.lowerBound + bad)"
          )
        }
        any |= flags & 1
        all &= flags
      }
      return UInt8(any | all)
    }
  }

  private func plane(_ b: Int, _ h: Int) -> Int { b * batchStep + h * headStep }

  /// The class of a tile, by the cells that it touches: `partial` where the cells do not decide.
  func tileClass(rows: Range<Int>, columns: Range<Int>, batch: Int, head: Int) -> TileClass {
    var any = false
    var all = true
    let plane = plane(batch, head)
    for r in rows.lowerBound / Self.cellRows...(rows.upperBound - 1) / Self.cellRows {
      let line = (plane * cellsDown + r) * cellsAcross
      for c in columns.lowerBound / Self.cellColumns...(columns.upperBound - 1) / Self.cellColumns {
        any = any || cells[line + c] & 1 != 0
        all = all && cells[line + c] & 2 != 0
      }
    }
    return any ? (all ? .full : .partial) : .empty
  }

  /// A hull of the keys that any of `rows` sees, up to whole cells.
  func keyRange(rows: Range<Int>, batch: Int, head: Int) -> Range<Int> {
    var low = cellsAcross
    var high = 0
    for r in rows.lowerBound / Self.cellRows...(rows.upperBound - 1) / Self.cellRows {
      let line = (plane(batch, head) * cellsDown + r) * cellsAcross
      for c in 0..<cellsAcross where cells[line + c] & 1 != 0 {
        low = min(low, c)
        high = max(high, c + 1)
      }
    }
    return low < high ? low * Self.cellColumns..<min(keys, high * Self.cellColumns) : 0..<0
  }

  /// A hull of the queries that see any of `columns`, up to whole cells.
  func queryRange(columns: Range<Int>, batch: Int, head: Int) -> Range<Int> {
    var low = cellsDown
    var high = 0
    for r in 0..<cellsDown {
      let line = (plane(batch, head) * cellsDown + r) * cellsAcross
      for c in columns.lowerBound / Self.cellColumns...(columns.upperBound - 1) / Self.cellColumns
      where cells[line + c] & 1 != 0 {
        low = min(low, r)
        high = r + 1
      }
    }
    return low < high ? low * Self.cellRows..<min(queries, high * Self.cellRows) : 0..<0
  }

  /// Adds the bias times `scale`, or writes −∞ where nothing is seen.
  func apply(
    to tile: ScoreTile, firstRow: Int, firstColumn: Int, batch: Int, head: Int, scale: Float
  ) {
    values.withUnsafeBufferPointer { values in
      for a in 0..<tile.rows {
        let line =
          values.baseAddress! + (plane(batch, head) * queries + firstRow + a) * keys + firstColumn
        if isAdditive {
          ck_mask_add_bias(tile.row(a), tile.columnStride, line, scale, tile.columns)
        } else {
          ck_mask_keep(tile.row(a), tile.columnStride, line, tile.columns)
        }
      }
    }
  }
}
