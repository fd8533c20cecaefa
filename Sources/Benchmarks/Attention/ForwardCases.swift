import Attention
import TensorCore

extension AttentionSuite {
  private static let lengths = [512, 1024, 2048, 4096, 8192]

  /// The forward pass, dense and causal, in float32 and bfloat16.
  static var forwardCases: [BenchmarkCase] {
    shapes.flatMap { shape in
      [false, true].flatMap { causal in
        [false, true].flatMap { half in
          lengths.map { tokens in
            let name =
              "forward-\(shapeText(shape))-\(causal ? "causal" : "dense")-\(half ? "bfloat16" : "float32")-\(tokenText(tokens))"
            return forward(
              name, .square(tokens, heads: shape.heads, width: shape.width, causal: causal),
              half: half, peer: peer)
          }
        }
      }
    }
  }

  /// Beside attention as it is taught: scores, mask and softmax as arrays in memory.
  static var standardCases: [BenchmarkCase] {
    shapes.flatMap { shape in
      [2048, 4096].map { tokens in
        forward(
          "standard-\(shapeText(shape))-causal-float32-\(tokenText(tokens))",
          .square(tokens, heads: shape.heads, width: shape.width, causal: true), half: false,
          peer: peer)
      }
    }
  }

  static func forward(
    _ name: String, _ problem: AttentionProblem, half: Bool,
    options: AttentionOptions = AttentionOptions(), mask: AttentionMask? = nil,
    operations: Double? = nil, peer: BenchmarkCase.Peer = .none
  ) -> BenchmarkCase {
    BenchmarkCase(name, operations: operations ?? problem.forwardOperations, peer: peer) {
      let (q, k, v) = arranged(problem.inputs(), options.layout)
      let mask = mask ?? problem.mask
      guard half else { return { _ = attend(q, k, v, mask: mask, options: options) } }
      let (qh, kh, vh) = (
        HalfTensor(q, format: .bfloat16), HalfTensor(k, format: .bfloat16),
        HalfTensor(v, format: .bfloat16)
      )
      return { _ = attend(qh, kh, vh, mask: mask, options: options) }
    }
  }

  /// The inputs in a layout.
  private static func arranged(
    _ inputs: (q: Tensor<Float>, k: Tensor<Float>, v: Tensor<Float>), _ layout: HeadLayout
  ) -> (Tensor<Float>, Tensor<Float>, Tensor<Float>) {
    if layout == .headsFirst { return inputs }
    func moved(_ x: Tensor<Float>) -> Tensor<Float> { x.permuted([0, 2, 1, 3]) }
    return (moved(inputs.q), moved(inputs.k), moved(inputs.v))
  }
}
