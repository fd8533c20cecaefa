import CKernels
import TensorCore

extension ForwardPass {
  /// The forward pass over one block of queries after another.
  ///
  /// A block of queries, its running maxima, sums and unnormalised outputs never leave their task; the keys of a block stay
  /// in the second-level cache while all strips of six queries pass over it; a strip of scores stays in the first-level
  /// cache from the first product to the second, whose accumulators are loaded times the rescaling factor. Every row's
  /// result depends on the extents, the mask and the tiling alone, not on the number of threads.
  func runTiles() {
    run { state, task, keys in
      let block = tiling.keyBlock
      var start = keys.lowerBound / block * block
      while start < keys.upperBound {
        let columns = max(start, keys.lowerBound)..<min(start + block, keys.upperBound)
        let tile = mask.tileClass(
          rows: task.rows, columns: columns, batch: task.batch, head: task.head)
        if tile != .empty {
          for row in stride(from: 0, to: task.rows.count, by: 6) {
            advance(state, task, row, start, columns, tile)
          }
        }
        start += block
      }
    }
  }

  /// Takes one strip over those keys of `blockColumns`, in the block that starts at `start`, that it sees.
  @inline(__always)
  private func advance(
    _ state: StripState<Element>, _ task: AttentionTask, _ row: Int, _ start: Int,
    _ blockColumns: Range<Int>, _ blockClass: TileClass
  ) {
    let first = task.rows.lowerBound + row
    let rows = first..<min(first + 6, task.rows.upperBound)
    var (columns, tile) = (blockColumns, blockClass)
    repeat {
      if blockClass == .partial {
        columns = mask.nextKeyRun(
          rows: rows, columns: columns, batch: task.batch, head: task.head)
        if columns.isEmpty { return }
        tile = mask.tileClass(rows: rows, columns: columns, batch: task.batch, head: task.head)
      }
      if tile != .empty { advance(state, task, row, rows, start, columns, tile) }
      columns = columns.upperBound..<blockColumns.upperBound
    } while !columns.isEmpty
  }

  /// Takes one strip over a run of keys of the block that starts at `start`.
  @inline(__always)
  private func advance(
    _ state: StripState<Element>, _ task: AttentionTask, _ row: Int, _ rows: Range<Int>,
    _ start: Int, _ columns: Range<Int>, _ tile: TileClass
  ) {
    let (b, head) = (task.batch, task.head)
    // Whole vectors from the first key on: those before it are masked.
    let begin = columns.lowerBound / 16 * 16
    let count = columns.upperBound - begin
    let strip = state.strip.base
    let stride = state.stride
    let padded = geometry.padded
    let q = UnsafePointer(state.queries.base + row * padded)
    scores(q, b, head / geometry.group, start, begin - start, count, strip, stride)
    if tile == .partial {
      mask.apply(
        to: strip, stride: stride, rows: rows, columns: begin..<columns.upperBound, batch: b,
        head: head)
    } else {
      for r in 0..<6 where begin < columns.lowerBound {
        (strip + r * stride).update(repeating: -.infinity, count: columns.lowerBound - begin)
      }
    }
    let p = state.probabilities
    Kernels.softmax(
      strip, stride: stride, columns: count, p, state.maxima.base + row, state.sums.base + row,
      state.rescale.base)
    let v = operands.valueRows(batch: b, head: head / geometry.group)
    let even = columns.lowerBound / 2 * 2
    Kernels.values(
      p + (even - begin), stride: stride, v.base + even * v.stride, valueStride: v.stride,
      count: columns.upperBound - even, padded: padded, state.rescale.base,
      state.outputs.base + row * padded)
  }

  @inline(__always)
  private func scores(
    _ q: UnsafePointer<Element>, _ b: Int, _ head: Int, _ start: Int, _ first: Int, _ count: Int,
    _ strip: UnsafeMutablePointer<Float>, _ stride: Int
  ) {
    let padded = geometry.padded
    if let panels = operands.panels(batch: b, head: head, from: start) {
      Kernels.scores(
        q, panels, padded: padded, first: first, last: (first + count + 15) / 16 * 16,
        scale: Kernels.scalesQueries ? 1 : geometry.scale * log2e, strip, stride: stride)
    } else {
      // Keys of 16 bits always are in panels.
      let k = operands.keyRows(batch: b, head: head)
      ck_attention_scores_unpacked(
        UnsafeRawPointer(q).assumingMemoryBound(to: Float.self), padded,
        UnsafeRawPointer(k.base + start * k.stride).assumingMemoryBound(to: Float.self), k.stride,
        padded, first, first + count, strip, stride)
    }
  }
}
