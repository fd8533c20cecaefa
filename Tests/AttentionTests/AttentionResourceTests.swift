import TensorCore
import Testing

@testable import Attention

/// Threads and memory, each in a process of its own: both are counted for the whole process.
@Suite struct AttentionResourceTests {
  @Test func threadsChangeNoBit() async {
    await #expect(processExitsWith: .success) {
      for (queries, keys, heads, keyHeads) in [
        (513, 511, 8, 2), (65, 1030, 1, 1), (600, 600, 2, 1),
      ] {
        let problem = AttentionProblem(
          heads: heads, keyHeads: keyHeads, queries: queries, keys: keys, width: 48)
        let (q, k, v) = problem.rounded(to: .bfloat16)
        for mask in [AttentionMask.none, .causal(alignment: .bottomRight)] {
          let runs = [1, 2, 3].map { threads in
            Parallelism.threads = threads
            let result = attend(problem.q, problem.k, problem.v, mask: mask)
            let half = attend(q, k, v, mask: mask)
            let gradient = attendBackward(
              problem.dO, dLogSumExp: problem.dL, problem.q, problem.k, problem.v, result: result,
              mask: mask)
            let halfGradient = attendBackward(problem.dO, q, k, v, result: half, mask: mask)
            return [
              result.output, result.logSumExp, gradient.dQueries, gradient.dKeys,
              gradient.dValues, half.output.converted(), half.logSumExp, halfGradient.dQueries,
              halfGradient.dKeys, halfGradient.dValues,
            ]
          }
          require(runs[0] == runs[1], "two threads differ from one at \(queries) x \(keys)")
          require(runs[0] == runs[2], "three threads differ from one at \(queries) x \(keys)")
        }
      }
    }
  }

  /// Packed operands, the state of each thread, results; nothing of order queries times keys (256 MiB here).
  @Test func memoryIsOfTheOrderOfTheOperands() async {
    await #expect(processExitsWith: .success) {
      Parallelism.threads = 2
      let (length, width) = (8192, 64)
      let problem = AttentionProblem(
        heads: 1, keyHeads: 1, queries: length, keys: length, width: width)
      let operand = length * width * 4
      let perThread = 4 * (2 * 384 * width + 6 * 512)
      for mask in [
        AttentionMask.window(left: 200, right: 0, alignment: .topLeft),
        .causal(alignment: .topLeft),
      ] {
        var before = TensorMemory.liveBytes
        TensorMemory.resetHighWater()
        let result = attend(problem.q, problem.k, problem.v, mask: mask)
        var extra = TensorMemory.highWaterBytes - before
        // The output and its log-sum-exps, packed keys and values; the pool rounds sizes up by at most a quarter.
        var allowed = (3 * operand + length * 4 + 2 * perThread) * 5 / 4
        require(extra <= allowed, "the forward pass took \(extra) bytes, allowed are \(allowed)")

        before = TensorMemory.liveBytes
        TensorMemory.resetHighWater()
        let gradient = attendBackward(
          problem.dO, problem.q, problem.k, problem.v, result: result, mask: mask)
        extra = TensorMemory.highWaterBytes - before
        // Three gradients, both forms of five operands, a private dQ for each thread.
        allowed = (15 * operand + 8 * perThread) * 5 / 4
        require(extra <= allowed, "the backward pass took \(extra) bytes, allowed are \(allowed)")
        require(gradient.dQueries.shape == problem.q.shape, "shape")
      }
    }
  }
}
