import Attention
import TensorCore

extension AttentionSuite {
  /// Masks of the small model's shape over 16,384 tokens; operations are those of the pairs that they keep.
  static var maskCases: [BenchmarkCase] {
    masks(tokens: 16384).map { entry in
      let problem = AttentionProblem.square(16384, heads: 8, width: 64, causal: false)
      return forward(
        "mask-\(entry.name)-16k", problem, half: false, mask: entry.mask,
        operations: 4 * 64 * 8 * entry.kept)
    }
  }

  /// A mask, and the pairs of one head that it keeps.
  struct MaskEntry {
    let name: String
    let mask: AttentionMask
    let kept: Double
  }

  /// The masks that are timed.
  static func masks(tokens n: Int) -> [MaskEntry] {
    let s = Double(n)
    let triangle = s * (s + 1) / 2
    let w = min(512, n / 4)
    let documents = 8
    let length = n / documents
    let offsets = (0...documents).map { $0 * length }
    let l = Double(length)
    let block = max(n / 128, 1)
    // The diagonal blocks and the two before them, in blocks of `block` tokens.
    let listed = (0..<n / block).map { row in Array(max(0, row - 2)...row) }
    let listedPairs = Double(listed.reduce(0) { $0 + $1.count }) * Double(block * block)
    return [
      MaskEntry(name: "dense", mask: .none, kept: s * s),
      MaskEntry(name: "causal", mask: .causal(alignment: .topLeft), kept: triangle),
      MaskEntry(
        name: "window\(w)",
        mask: .window(left: w - 1, right: 0, alignment: .topLeft),
        kept: s * Double(w) - Double(w) * Double(w - 1) / 2),
      MaskEntry(
        name: "prefix", mask: .prefix(n / 4, alignment: .topLeft),
        kept: triangle + Double(n / 4) * Double(n / 4 - 1) / 2),
      MaskEntry(
        name: "packed\(documents)",
        mask: .packed(queryOffsets: offsets, keyOffsets: offsets, causal: .topLeft),
        kept: Double(documents) * l * (l + 1) / 2),
      MaskEntry(
        name: "intervals\(documents)",
        mask: .columnIntervals(
          start: (0..<n).map { $0 / length * length },
          end: (0..<n).map { ($0 / length + 1) * length }), kept: Double(documents) * l * l),
      MaskEntry(
        name: "blocks",
        mask: .blockSparse(
          BlockPattern(queryBlock: block, keyBlock: block, rows: listed)), kept: listedPairs),
      MaskEntry(
        name: "alibi",
        mask: .alibi(heads: 8, alignment: .topLeft).intersection(.causal(alignment: .topLeft)),
        kept: triangle),
    ]
  }
}
