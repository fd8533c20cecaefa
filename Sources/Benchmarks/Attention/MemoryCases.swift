import Attention
import TensorCore

extension AttentionSuite {
  /// Long sequences: what tensors hold at most is the column MiB.
  static var memoryCases: [BenchmarkCase] {
    [16384, 32768, 65536].map { tokens in
      forward(
        "memory-h8d64-causal-float32-\(tokenText(tokens))",
        .square(tokens, heads: 8, width: 64, causal: true), half: false)
    }
  }
}

/// What a call of attention may take beside its arguments and its output (spec §9): packed keys and values, a block of
/// queries and outputs and a strip of scores a thread, and the log-sum-exp.
enum AttentionMemory {
  /// The bytes for float32.
  static func bound(_ problem: AttentionProblem, threads: Int, tiling: AttentionTiling) -> Int {
    let padded = (problem.width + 15) / 16 * 16
    let keys = (problem.keys + 63) / 64 * 64
    let packed = 2 * problem.batch * problem.keyHeads * keys * padded
    let task = 2 * tiling.queryBlock * padded + 6 * tiling.keyBlock
    let logSumExp = problem.batch * problem.heads * problem.queries
    return 4 * (packed + threads * task + logSumExp)
  }

  /// The most bytes that a call held beside its arguments and its output.
  static func extra(_ call: () -> Int) -> Int {
    let before = TensorMemory.liveBytes
    TensorMemory.resetHighWater()
    let output = call()
    return TensorMemory.highWaterBytes - before - output
  }
}
