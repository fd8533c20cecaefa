import Attention
import TensorCore

/// One choice of tiles.
struct TileEntry: Sendable {
  let name: String
  let options: AttentionOptions
  var half = false
}

extension AttentionSuite {
  /// The choices that the ablation compares for rows of `width` elements and `tokens` tokens.
  static func tiles(width: Int, tokens: Int) -> [TileEntry] {
    func entry(
      _ name: String, half: Bool = false, layout: HeadLayout = .headsFirst,
      _ change: (inout AttentionTiling) -> Void
    ) -> TileEntry {
      var tiling = AttentionTiling.forMachine(width: width, half: half)
      change(&tiling)
      return TileEntry(
        name: name, options: AttentionOptions(layout: layout, tiling: tiling), half: half)
    }
    var entries = [
      entry("both") { _ in },
      entry("no-strips") { $0.usesStrips = false },
      entry("no-blocks") { $0.keyBlock = tokens },
      entry("neither") {
        $0.usesStrips = false
        $0.keyBlock = tokens
      },
      entry("keys-unpacked") { $0.packsKeys = false },
      entry("tokens-first", layout: .tokensFirst) { _ in },
      entry("tokens-first-values-unpacked", layout: .tokensFirst) { $0.packsValues = false },
    ]
    for half in [false, true] {
      for queries in [96, 192, 384] {
        for keys in [128, 256, 512] {
          entries.append(
            entry("\(half ? "bfloat16" : "float32")-\(queries)x\(keys)", half: half) {
              $0.queryBlock = queries
              $0.keyBlock = keys
            })
        }
      }
    }
    return entries
  }

  /// The parts of the design switched off one by one, and sizes of tiles, at 4,096 tokens of 8 heads of width 128.
  static var tileCases: [BenchmarkCase] {
    tiles(width: 128, tokens: 4096).map { entry in
      forward(
        "tiles-\(entry.name)-4k", .square(4096, heads: 8, width: 128, causal: false),
        half: entry.half, options: entry.options)
    }
  }
}
