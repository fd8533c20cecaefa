import CKernels
import TensorCore

extension ForwardPass where Kernels == FloatStrips {
  /// The forward pass without level two, which shows what strips bring: the scores of a whole block of queries and keys are
  /// one product of the library, the mask, the softmax and the rescaling pass over memory one after another, and a second
  /// product follows. With a block of all keys this is the standard way.
  func runBlocks() {
    run { state, task, keys in
      let whole = (task.rows.count + 5) / 6 * 6
      let scores = PoolBuffer<Float>(count: whole * state.stride)
      for start in stride(from: keys.lowerBound, to: keys.upperBound, by: tiling.keyBlock) {
        advance(
          state, task, scores.base, whole, start..<min(start + tiling.keyBlock, keys.upperBound))
      }
    }
  }

  private func advance(
    _ state: StripState<Float>, _ task: AttentionTask, _ scores: UnsafeMutablePointer<Float>,
    _ whole: Int, _ columns: Range<Int>
  ) {
    let (b, head) = (task.batch, task.head)
    let tile = mask.tileClass(rows: task.rows, columns: columns, batch: b, head: head)
    if tile == .empty { return }
    let (padded, stride, keyHead) = (geometry.padded, state.stride, head / geometry.group)
    let k = operands.keyRows(batch: b, head: keyHead)
    let v = operands.valueRows(batch: b, head: keyHead)
    Float.gemm(
      transposeA: false, transposeB: true, m: whole, n: columns.count, k: geometry.width, alpha: 1,
      state.queries.base, lda: padded, k.base + columns.lowerBound * k.stride, ldb: k.stride,
      beta: 0, scores, ldc: stride)
    if tile == .partial {
      mask.apply(
        to: scores, stride: stride, rows: task.rows, columns: columns, batch: b, head: head)
    }
    for row in Swift.stride(from: 0, to: whole, by: 6) {
      ck_attention_softmax(
        scores + row * stride, stride, columns.count, state.maxima.base + row,
        state.sums.base + row, state.rescale.base)
      for r in 0..<6 {
        let o = state.outputs.base + (row + r) * padded
        Float.scaleShift(o, state.rescale.base[r], 0, o, padded)
      }
    }
    Float.gemm(
      transposeA: false, transposeB: false, m: whole, n: geometry.width, k: columns.count,
      alpha: 1, scores, lda: stride, v.base + columns.lowerBound * v.stride, ldb: v.stride, beta: 1,
      state.outputs.base, ldc: padded)
  }
}
