import CKernels
import TensorCore

/// The backward pass, key blocks outside and query blocks inside, over transposed tiles.
///
/// With `Sᵀ = K Qᵀ` (rows are keys, columns are queries), `Pᵀ = 2^(Sᵀ − LSE)` and `dSᵀ = Pᵀ ∘ ((dO Vᵀ)ᵀ − δ)` come out as the
/// left operands of `dV = Pᵀ dO` and `dK = dSᵀ Q`, log-sum-exps and `δ` are vectors along the lanes, and `dQ = dS K` reads
/// `dSᵀ` by columns. Nothing but the log-sum-exps and the output is kept of the forward pass.
///
/// A task owns the keys of one key head (all of them, or a part where heads are few), and so `dK` and `dV`, summed over the query
/// heads of the group. `dQ` is its own too; parts are added in their order. How many parts there are depends on the
/// extents alone: the result has the same bits for any number of threads.
struct TiledBackward: @unchecked Sendable {
  let geometry: AttentionGeometry
  let tiling: BackwardTiling
  let mask: BoundMask
  let queries, keys, values, output, dOutput: HeadRows
  let logSumExp: UnsafePointer<Float>
  let dLogSumExp: UnsafePointer<Float>?
  let dQueries, dKeys, dValues: OutputRows

  /// The keys of each part of a head, in whole blocks.
  private var parts: [Range<Int>] {
    let count = geometry.keys.tokens
    let blocks = (count + tiling.keyBlock - 1) / tiling.keyBlock
    let wanted = (8 + geometry.keyHeadCount - 1) / max(geometry.keyHeadCount, 1)
    let parts = max(1, min(blocks, wanted))
    return Partition(of: blocks, into: parts).map {
      min($0.lowerBound * tiling.keyBlock, count)..<min($0.upperBound * tiling.keyBlock, count)
    }
  }

  /// Fills the three gradients.
  func run() {
    let parts = parts
    let heads = geometry.keyHeadCount
    let perHead = geometry.queries.tokens * geometry.padded
    let shares =
      parts.count == 1
      ? nil
      : PoolBuffer<Float>(
        count: parts.count * geometry.batch * geometry.queries.heads * perHead)
    parallel(over: heads * parts.count) { index in
      let (head, part) = (index / parts.count, index % parts.count)
      run(head / geometry.keys.heads, head % geometry.keys.heads, parts[part], part, shares)
    }
    guard let shares else { return }
    let headCount = geometry.batch * geometry.queries.heads
    parallel(over: headCount) { index in
      let sum = shares.base + index * perHead
      for part in 1..<parts.count {
        Float.combine(
          .add, sum, shares.base + (part * headCount + index) * perHead, sum, perHead)
      }
      write(sum, index / geometry.queries.heads, index % geometry.queries.heads)
    }
  }

  /// The unfinished `dQ` of a head: keys were scaled to base 2, which `ln 2` takes back.
  private func write(_ sum: UnsafeMutablePointer<Float>, _ b: Int, _ head: Int) {
    for i in 0..<geometry.queries.tokens {
      dQueries.write(sum + i * geometry.padded, scale: ln2, batch: b, head: head, token: i)
    }
  }

  private func run(
    _ b: Int, _ keyHead: Int, _ part: Range<Int>, _ partIndex: Int, _ shares: PoolBuffer<Float>?
  ) {
    let padded = geometry.padded
    let tile = BackwardTile(geometry, tiling, keys: part.count)
    let queryCount = geometry.queries.tokens
    let ownQueries = PoolBuffer<Float>(count: (queryCount + 5) / 6 * 6 * padded)
    for g in 0..<geometry.group {
      let head = keyHead * geometry.group + g
      let prepared = BackwardQueries(self, batch: b, head: head)
      ownQueries.elements.update(repeating: 0)
      for start in stride(from: part.lowerBound, to: part.upperBound, by: tiling.keyBlock) {
        let columns = start..<min(start + tiling.keyBlock, part.upperBound)
        FloatStrips.packQueries(
          keys, batch: b, head: keyHead, rows: columns, padded: padded,
          scale: geometry.scale * log2e, tile.keys.base)
        FloatStrips.packValues(
          values, batch: b, head: keyHead, rows: columns, padded: padded, tile.values.base)
        tile.clearRows(after: columns.count, padded)
        let rows = mask.queryRange(columns: columns, batch: b, head: head)
        var block = rows.lowerBound / tiling.queryBlock * tiling.queryBlock
        while block < rows.upperBound {
          let inside = max(block, rows.lowerBound)..<min(block + tiling.queryBlock, rows.upperBound)
          advance(
            tile, prepared, ownQueries.base, b, head, columns, inside, block,
            firstKey: part.lowerBound)
          block += tiling.queryBlock
        }
      }
      if let shares {
        let place =
          (partIndex * geometry.batch + b) * geometry.queries.heads + head
        (shares.base + place * queryCount * padded).update(
          from: ownQueries.base, count: queryCount * padded)
      } else {
        write(ownQueries.base, b, head)
      }
    }
    for j in part {
      let row = (j - part.lowerBound) * padded
      dKeys.write(
        tile.dKeys.base + row, scale: geometry.scale, batch: b, head: keyHead, token: j)
      dValues.write(tile.dValues.base + row, scale: 1, batch: b, head: keyHead, token: j)
    }
  }

  /// Takes the keys `columns` over the queries `rows` of the block that starts at `block`.
  private func advance(
    _ tile: BackwardTile, _ queries: BackwardQueries, _ dQueries: UnsafeMutablePointer<Float>,
    _ b: Int, _ head: Int, _ columns: Range<Int>, _ rows: Range<Int>, _ block: Int, firstKey: Int
  ) {
    let tileClass = mask.tileClass(rows: rows, columns: columns, batch: b, head: head)
    if tileClass == .empty { return }
    let (padded, stride) = (geometry.padded, tiling.queryBlock)
    for row in Swift.stride(from: 0, to: columns.count, by: 6) {
      let place = (columns.lowerBound - firstKey + row) * padded
      keyStrip(
        tile, queries, tile.dKeys.base + place, tile.dValues.base + place, b, head, row,
        columns.lowerBound + row..<min(columns.lowerBound + row + 6, columns.upperBound), rows,
        block, tileClass)
    }
    for i in Swift.stride(
      from: (rows.lowerBound - block) / 6 * 6, to: rows.upperBound - block, by: 6)
    {
      var seen = columns
      if tileClass == .partial {
        let strip = max(block + i, rows.lowerBound)..<min(block + i + 6, rows.upperBound)
        seen = mask.keyRange(rows: strip, batch: b, head: head).clamped(to: columns)
        if seen.isEmpty { continue }
      }
      let first = seen.lowerBound - columns.lowerBound
      ck_attention_values_transposed(
        tile.dScores.base + first * stride + i, stride, tile.keys.base + first * padded, padded,
        seen.count, padded, dQueries + (block + i) * padded, padded)
    }
  }

  /// The probabilities and score gradients of six keys, and what they give to `dK` and `dV`.
  @inline(__always)
  private func keyStrip(
    _ tile: BackwardTile, _ queries: BackwardQueries, _ dKeys: UnsafeMutablePointer<Float>,
    _ dValues: UnsafeMutablePointer<Float>, _ b: Int, _ head: Int, _ row: Int,
    _ columns: Range<Int>, _ blockRows: Range<Int>, _ block: Int, _ blockClass: TileClass
  ) {
    let (padded, stride) = (geometry.padded, tiling.queryBlock)
    let dScores = tile.dScores.base + row * stride
    var (rows, tileClass) = (blockRows, blockClass)
    if blockClass == .partial {
      rows = mask.queryRange(columns: columns, batch: b, head: head).clamped(to: blockRows)
      tileClass =
        rows.isEmpty
        ? .empty : mask.tileClass(rows: rows, columns: columns, batch: b, head: head)
      if tileClass == .empty {
        dScores.update(repeating: 0, count: 6 * stride)
        return
      }
    }
    // Whole vectors around the queries that see a key.
    let first = (rows.lowerBound - block) / 16 * 16
    let last = (rows.upperBound - block + 15) / 16 * 16
    let p = tile.scores.base
    let panels = block * padded
    ck_attention_scores(
      tile.keys.base + row * padded, padded, queries.queryPanels.base + panels, padded, first, last,
      p + first, stride)
    ck_attention_scores(
      tile.values.base + row * padded, padded, queries.dOutputPanels.base + panels, padded, first,
      last, dScores + first, stride)
    if tileClass == .partial {
      mask.applyTransposed(
        to: p + first, stride: stride,
        rows: block + first..<min(block + last, geometry.queries.tokens), columns: columns,
        batch: b, head: head)
    } else {
      for r in 0..<6 {
        let line = p + r * stride
        (line + first).update(repeating: -.infinity, count: rows.lowerBound - block - first)
        (line + rows.upperBound - block).update(
          repeating: -.infinity, count: block + last - rows.upperBound)
      }
    }
    for (query, maximum) in queries.distant where (block + first..<block + last).contains(query) {
      for r in 0..<6 { p[r * stride + query - block] -= maximum }
    }
    ck_attention_gradient_strip(
      p + first, dScores + first, stride, last - first, queries.logSumExp.base + block + first,
      queries.delta.base + block + first)
    for r in 0..<6 where first > 0 || last < stride {
      (dScores + r * stride).update(repeating: 0, count: first)
      (dScores + r * stride + last).update(repeating: 0, count: stride - last)
    }
    let begin = rows.lowerBound - block
    let (dO, q) = (queries.dOutputs, queries.queries)
    ck_attention_values(
      p + begin, stride, dO.base + rows.lowerBound * dO.stride, dO.stride, rows.count, padded,
      tile.ones.base, dValues, padded)
    ck_attention_values(
      dScores + begin, stride, q.base + rows.lowerBound * q.stride, q.stride, rows.count, padded,
      tile.ones.base, dKeys, padded)
  }
}

/// What one task of the backward pass keeps: the scaled keys and the values of a block, one strip of probabilities, the
/// score gradients of a tile, and `dK` and `dV` of all keys of the part.
struct BackwardTile {
  let keys, values, scores, dScores, dKeys, dValues, ones: PoolBuffer<Float>

  init(_ geometry: AttentionGeometry, _ tiling: BackwardTiling, keys count: Int) {
    let padded = geometry.padded
    let own = (count + 5) / 6 * 6 * padded
    keys = PoolBuffer(count: tiling.keyBlock * padded)
    values = PoolBuffer(count: tiling.keyBlock * padded)
    scores = PoolBuffer(count: 6 * tiling.queryBlock)
    dScores = PoolBuffer(count: tiling.keyBlock * tiling.queryBlock)
    dKeys = PoolBuffer(count: own)
    dValues = PoolBuffer(count: own)
    ones = PoolBuffer(count: 6)
    dKeys.elements.update(repeating: 0)
    dValues.elements.update(repeating: 0)
    ones.elements.update(repeating: 1)
  }

  /// Makes the rows that fill the last strip 0.
  func clearRows(after count: Int, _ padded: Int) {
    let fill = ((count + 5) / 6 * 6 - count) * padded
    (keys.base + count * padded).update(repeating: 0, count: fill)
    (values.base + count * padded).update(repeating: 0, count: fill)
  }
}
