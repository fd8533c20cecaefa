import TensorCore
import Testing

@testable import Attention

/// Threads and memory, each in a process of its own: both are counted for the whole process.
@Suite struct AttentionResourceTests {
  @Test func threadsChangeNoBitOfTheForwardPass() async {
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
            return [result.output, result.logSumExp, half.output.converted(), half.logSumExp]
          }
          require(runs[0] == runs[1], "two threads differ from one at \(queries) x \(keys)")
          require(runs[0] == runs[2], "three threads differ from one at \(queries) x \(keys)")
        }
      }
    }
  }

  /// Packed operands, the state of each thread, results; nothing of order queries times keys (256 MiB here).
  @Test func theForwardPassTakesMemoryOfTheOrderOfItsOperands() async {
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
        let before = TensorMemory.liveBytes
        TensorMemory.resetHighWater()
        let result = attend(problem.q, problem.k, problem.v, mask: mask)
        let extra = TensorMemory.highWaterBytes - before
        // The output and its log-sum-exps, packed keys and values; the pool rounds sizes up by at most a quarter.
        let allowed = (3 * operand + length * 4 + 2 * perThread) * 5 / 4
        require(extra <= allowed, "the forward pass took \(extra) bytes, allowed are \(allowed)")
        require(result.output.shape == problem.q.shape, "shape")
      }
    }
  }
}
