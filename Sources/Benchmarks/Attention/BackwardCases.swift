import Attention
import TensorCore

extension AttentionSuite {
  /// Forward and backward together: 3.5 times the operations of forward alone.
  static var backwardCases: [BenchmarkCase] {
    shapes.flatMap { shape in
      [false, true].flatMap { causal in
        [512, 1024, 2048, 4096, 8192].map { tokens in
          backward(
            "backward-\(shapeText(shape))-\(causal ? "causal" : "dense")-float32-\(tokenText(tokens))",
            .square(tokens, heads: shape.heads, width: shape.width, causal: causal))
        }
      }
    }
  }

  private static func backward(_ name: String, _ problem: AttentionProblem) -> BenchmarkCase {
    BenchmarkCase(
      name, operations: problem.forwardOperations + problem.backwardOperations, peer: peer
    ) {
      let (q, k, v) = problem.inputs()
      let dOutput = AttentionProblem.normal(q.shape, "cotangents")
      let mask = problem.mask
      return {
        let result = attend(q, k, v, mask: mask)
        _ = attendBackward(dOutput, q, k, v, result: result, mask: mask)
      }
    }
  }
}
