import CKernels
import Foundation
import TensorCore

/// One call of attention over blocks: the tasks of its plan, and the merging of what they return.
struct BlockAttention: Sendable {
  let plan: DecodePlan
  /// Those of the queries, and of the output.
  let extents: HeadExtents
  let group: Int
  let layout: KeyValueBlockLayout
  let sequences: [KeyValueStore.Sequence]
  let scale: Float

  /// The maxima, denominators and sums of values of rows, in base 2.
  private struct Partials: @unchecked Sendable {
    let m, l, o: UnsafeMutablePointer<Float>
  }

  func run(_ queries: Tensor<Float>) -> AttentionResult<Float> {
    var logSumExp = Tensor<Float>.zeros([extents.batch, extents.heads, extents.tokens])
    let rows = plan.partialRows
    var scratch = Tensor<Float>(shape: [rows * (2 + layout.paddedWidth)]) { _ in }
    let output = Tensor<Float>(shape: queries.shape) { output in
      guard let start = output.baseAddress else { return }
      scratch.withUnsafeMutableBufferPointer { scratch in
        logSumExp.withUnsafeMutableBufferPointer { logSumExp in
          queries.withUnsafeBufferPointer { queries in
            nonisolated(unsafe) let queries = queries.baseAddress!
            nonisolated(unsafe) let (output, logSumExp) = (start, logSumExp.baseAddress!)
            let memory = scratch.baseAddress!
            let partials = Partials(m: memory, l: memory + rows, o: memory + 2 * rows)
            parallel(over: plan.tasks.count) { run(plan.tasks[$0], queries, partials) }
            parallel(over: plan.groups.count) {
              merge(plan.groups[$0], partials, output, logSumExp)
            }
          }
        }
      }
    }
    return AttentionResult(output: output, logSumExp: logSumExp)
  }

  /// The place of a row's first element among queries and outputs, and of its log-sum-exp.
  private func places(batch: Int, head: Int, row: Int) -> (elements: Int, logSumExp: Int) {
    let (query, member) = row.quotientAndRemainder(dividingBy: group)
    let queryHead = head * group + member
    return (
      extents.offset(batch: batch, head: queryHead) + query * extents.tokenStride,
      (batch * extents.heads + queryHead) * extents.tokens + query
    )
  }

  private func run(
    _ task: DecodePlan.Task, _ queries: UnsafePointer<Float>, _ partials: Partials
  ) {
    let (count, width, padded) = (task.rows.count, layout.width, layout.paddedWidth)
    let (m, l, o) = (
      partials.m + task.place, partials.l + task.place, partials.o + task.place * padded
    )
    m.initialize(repeating: -.infinity, count: count)
    l.initialize(repeating: 0, count: count)
    o.initialize(repeating: 0, count: count * padded)
    let sequence = sequences[task.batch]
    let factor = scale * Float(M_LOG2E)
    // The keys that each row sees, counted from the first block's first token.
    let firstToken = task.blocks.lowerBound * KeyValueBlockLayout.tokens
    let visible = task.rows.map {
      sequence.length - extents.tokens + $0 / group + 1 - firstToken
    }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count * width) { packed in
      for (index, row) in task.rows.enumerated() {
        let source = queries + places(batch: task.batch, head: task.head, row: row).elements
        for d in 0..<width { packed[index * width + d] = source[d] * factor }
      }
      withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { inBlock in
        for (index, block) in task.blocks.enumerated() {
          let passed = index * KeyValueBlockLayout.tokens
          let stored = min(
            KeyValueBlockLayout.tokens, sequence.length - firstToken - passed)
          var seesAll = true
          for row in 0..<count {
            inBlock[row] = max(0, min(stored, visible[row] - passed))
            seesAll = seesAll && inBlock[row] == stored
          }
          let memory = sequence.blocks[block].start
          ck_attend_block(
            layout.format.code, packed.baseAddress!, count,
            layout.keys(memory, head: task.head), layout.values(memory, head: task.head), width,
            stored, seesAll ? nil : inBlock.baseAddress!, m, l, o)
        }
      }
    }
  }

  /// `m = max mᵢ`, `l = Σ 2^(mᵢ − m) lᵢ`, `o = Σ 2^(mᵢ − m) oᵢ`, in the order of the chunks; then `O = o / l`.
  private func merge(
    _ group: DecodePlan.Group, _ partials: Partials, _ output: UnsafeMutablePointer<Float>,
    _ logSumExp: UnsafeMutablePointer<Float>
  ) {
    let (width, padded) = (layout.width, layout.paddedWidth)
    let chunks = plan.tasks[group.tasks].map(\.place)
    for (index, row) in group.rows.enumerated() {
      let place = places(batch: group.batch, head: group.head, row: row)
      let target = output + place.elements
      var largest = -Float.infinity
      for chunk in chunks {
        let m = partials.m[chunk + index]
        largest = m.isNaN || m > largest ? m : largest
        if m.isNaN { break }
      }
      target.initialize(repeating: 0, count: width)
      guard largest != -.infinity else {
        logSumExp[place.logSumExp] = -.infinity
        continue
      }
      var sum: Float = 0
      for chunk in chunks where partials.m[chunk + index] != -.infinity {
        let weight = exp2(partials.m[chunk + index] - largest)
        sum += weight * partials.l[chunk + index]
        ck_axpy(weight, partials.o + (chunk + index) * padded, target, width)
      }
      let inverse = 1 / sum
      for d in 0..<width { target[d] *= inverse }
      logSumExp[place.logSumExp] = Float(M_LN2) * (largest + log2(sum))
    }
  }
}
