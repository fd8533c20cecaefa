import TensorCore

/// A forward pass: what it reads and writes, and its blocks of queries. ``runTiles()`` takes the blocks strip by strip,
/// ``runBlocks()`` without strips.
struct ForwardPass<Kernels: StripKernels>: @unchecked Sendable {
  typealias Element = Kernels.Element

  let geometry: AttentionGeometry
  let tiling: AttentionTiling
  let mask: BoundMask
  let queries: HeadRows
  let operands: PackedOperands<Kernels>
  let output: OutputRows
  let logSumExp: UnsafeMutablePointer<Float>

  /// Runs all blocks, those of the most work first within a head: packs the queries of each, has `advance` take them over
  /// the keys that they see, and writes their rows.
  func run(_ advance: @Sendable (StripState<Element>, AttentionTask, Range<Int>) -> Void) {
    let tasks = AttentionTask.list(geometry, mask: mask, rows: tiling.queryBlock)
    parallel(over: tasks.count) { index in
      let task = tasks[index]
      let state = StripState<Element>(geometry, tiling: tiling, rows: task.rows.count)
      Kernels.packQueries(
        queries, batch: task.batch, head: task.head, rows: task.rows, padded: geometry.padded,
        scale: Kernels.scalesQueries ? geometry.scale * log2e : 1, state.queries.base)
      advance(state, task, mask.keyRange(rows: task.rows, batch: task.batch, head: task.head))
      state.finish(task, geometry, output, logSumExp)
    }
  }
}
