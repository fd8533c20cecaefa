import TensorCore

@testable import Attention

/// Masks of every kind and some combinations, for the given extents; each bound for these extents only.
func maskCases(batch: Int, heads: Int, queries: Int, keys: Int, seed: UInt64 = 1)
  -> [(name: String, mask: AttentionMask)]
{
  var random = Philox(seed: seed)
  func offsets(_ length: Int, documents: Int) -> [Int] {
    [0] + (1..<documents).map { $0 * length / documents + $0 % 2 * (length > 6 ? 1 : 0) } + [length]
  }
  let lengths = (0..<batch).map { b in b == batch - 1 && batch > 1 ? 0 : max(0, keys - 2 - b) }
  let starts = (0..<keys).map { $0 * queries / max(keys, 1) }
  let ends = starts.map { min(queries, $0 + 1 + queries / 3) }
  func pattern(_ q: Int, _ k: Int) -> BlockPattern {
    BlockPattern(
      queryBlock: q, keyBlock: k,
      rows: (0..<(queries + q - 1) / q).map { r in
        r % 4 == 3 ? [] : (0..<(keys + k - 1) / k).filter { ($0 * 3 + r) % 5 < 3 }
      })
  }
  let kept: Tensor<Float> = random.uniform(shape: [batch, 1, queries, keys])
  let bias: Tensor<Float> = random.normal(shape: [queries, keys])
  let holes: Tensor<Float> = random.uniform(shape: [1, heads, queries, keys])
  let headBias = Tensor<Float>(
    shape: holes.shape, scalars: holes.scalars.map { $0 < 0.3 ? -.infinity : $0 })
  let dilated = Tensor<Float>([(-9...9).map { x in x >= 0 && x < 9 && x % 3 == 0 ? 0 : -.infinity }]
  )
  let learned: Tensor<Float> = random.normal(shape: [heads, 11])
  // Zeros and gaps of each head at places of its own.
  func offset(_ head: Int, _ place: Int) -> Float {
    if (place + 2 * head) % 5 < 2 { return -.infinity }
    return place < 6 ? 0 : Float(head + 1) * 0.25
  }
  let gaps = Tensor<Float>(
    shape: [heads, 11], scalars: (0..<heads * 11).map { offset($0 / 11, $0 % 11) })
  let packed = AttentionMask.packed(
    queryOffsets: offsets(queries, documents: 3), keyOffsets: offsets(keys, documents: 3))
  // Gaps of whole blocks of 64 keys, for the runs between them.
  let apart = BlockPattern(
    queryBlock: 32, keyBlock: 64,
    rows: (0..<(queries + 31) / 32).map { r in
      (0..<(keys + 63) / 64).filter { ($0 + r) % 2 == 0 }
    })
  let gap = (0..<keys).map { $0 / 64 != 1 }
  var cases: [(String, AttentionMask)] = [
    ("blocks apart", .blockSparse(apart)),
    (
      "boolean with a gap",
      .boolean(
        Tensor(
          shape: [queries, keys],
          scalars: (0..<queries * keys).map { gap[$0 % keys] && $0 % 7 > 0 ? 1 : 0 }))
    ),
    (
      "columns with a gap",
      .columnIntervals(
        start: gap.map { $0 ? 0 : queries },
        end: gap.enumerated().map { $1 && $0 % 9 > 0 ? queries : 0 })
    ),
    ("none", .none), ("padding", .keyPadding(lengths: lengths)), ("packed", packed),
    ("columns", .columnIntervals(start: starts, end: ends)),
    (
      "columns mostly open",
      .columnIntervals(
        start: (0..<keys).map { min(queries, $0 % 3) },
        end: (0..<keys).map { max(0, queries - $0 % 2) })
    ),
    ("blocks", .blockSparse(pattern(4, 3))), ("wide blocks", .blockSparse(pattern(7, 16))),
    (
      "boolean", .boolean(Tensor(shape: kept.shape, scalars: kept.scalars.map { $0 < 0.6 ? 1 : 0 }))
    ),
    ("additive", .additive(bias)), ("additive a head", .additive(headBias)),
  ]
  for alignment in AttentionMask.Alignment.allCases {
    let causal = AttentionMask.causal(alignment: alignment)
    cases += [
      ("causal \(alignment)", causal),
      ("window \(alignment)", .window(left: 3, right: 2, alignment: alignment)),
      ("window behind \(alignment)", .window(left: 4, right: 0, alignment: alignment)),
      ("window ahead \(alignment)", .window(left: nil, right: 5, alignment: alignment)),
      ("prefix \(alignment)", .prefix(4, alignment: alignment)),
      (
        "packed causal \(alignment)",
        .packed(
          queryOffsets: offsets(queries, documents: 3), keyOffsets: offsets(keys, documents: 3),
          causal: alignment)
      ),
      ("alibi \(alignment)", .alibi(heads: heads, alignment: alignment)),
      ("dilated \(alignment)", .relative(dilated, alignment: alignment)),
      ("learned \(alignment)", .relative(learned, alignment: alignment)),
      ("gaps a head \(alignment)", .relative(gaps, alignment: alignment)),
      (
        "causal alibi \(alignment)", causal.intersection(.alibi(heads: heads, alignment: alignment))
      ),
      (
        "causal packed padded \(alignment)",
        causal.intersection(packed).intersection(
          .keyPadding(lengths: lengths))
      ),
      (
        "prefix window \(alignment)",
        AttentionMask.prefix(5, alignment: alignment).intersection(
          .window(left: 6, right: nil, alignment: .topLeft))
      ),
      (
        "causal columns blocks \(alignment)",
        causal.intersection(
          .columnIntervals(start: starts, end: ends)
        ).intersection(.blockSparse(pattern(4, 3)))
      ),
      ("causal additive \(alignment)", causal.intersection(.additive(bias))),
    ]
  }
  return cases
}
