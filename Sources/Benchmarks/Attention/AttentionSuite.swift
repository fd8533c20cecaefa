import Attention
import TensorCore
import Trials

/// Attention forward and backward, decoding, masks and the parts of the design, beside PyTorch.
///
/// Names are made of parts, so that a beginning selects a group: `forward-h32d128-*`, `backward-*` (forward and backward
/// together), `standard-*` (beside attention with all scores materialised), `decode-*`, `prefill-*`, `mask-*`, `memory-*`,
/// `tiles-*`, `guard-*`. Floating-point operations are those of pairs that the mask keeps.
enum AttentionSuite: BenchmarkSuite {
  static let name = "attention"
  static let summary =
    "attention forward, backward, decoding, masks, memory, ablations; beside PyTorch"

  static func run(_ context: BenchmarkContext) throws -> [BenchmarkRow] {
    let session = BenchmarkSession(suite: name, context)
    context.report(
      "plain reads at \(NumberFormat.short(ReadBandwidth.measured(), digits: 3)) GB/s")
    let rows = try session.rows(cases)
    for row in rows where row.caseName.hasPrefix("guard-") {
      if let ratio = row.ratio, ratio < leastGuardRatio {
        context.report(
          "\(row.caseName): expected the kernel at least \(leastGuardRatio) times faster than the scalar loop, "
            + "found \(NumberFormat.short(ratio, digits: 2)); it has lost its vectors: look for zmm or ymm registers in it "
            + "with objdump")
      }
    }
    return rows
  }

  /// All that is timed.
  static var cases: [BenchmarkCase] {
    timedCases + maskCases + memoryCases + tileCases + guardCases
  }

  /// Those that stand beside PyTorch.
  static var timedCases: [BenchmarkCase] {
    forwardCases + backwardCases + standardCases + decodeCases + prefillCases
  }

  /// Below this a kernel of attention is no faster than vectors of four would make it.
  static let leastGuardRatio = 4.0

  static var peer: BenchmarkCase.Peer { .script("attention_torch.py") }

  /// The two shapes: that of Llama-7B, and a small model's.
  static let shapes = [(heads: 32, width: 128), (heads: 8, width: 64)]

  static func shapeText(_ shape: (heads: Int, width: Int)) -> String {
    "h\(shape.heads)d\(shape.width)"
  }
}
