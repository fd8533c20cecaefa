import Attention
import Foundation
import TensorCore
import Trials

/// Keys and values in memory and in a mapped file: reading them where they lie against copying them in first.
struct AttentionTiersTable: MeasuredTable {
  static let name = "attention-tiers"
  static let summary =
    "tiered keys and values: placement, in place against copied in, warm and cold, resident size"
  static let expectedTime = "2 minutes on two cores (x86-64, AVX-512, SSD); --quick 10 seconds"

  /// What is measured: layers of 32 heads of width 128 in float32, a third of them in memory.
  struct Setting {
    let layers, tokens, keyHeads: Int
    var layerBytes: Int { 2 * keyHeads * tokens * 128 * 4 }
    var budget: Int { (layers / 3 + 1) * layerBytes }
  }

  static func run(_ context: TableContext) throws -> TableResult {
    let setting =
      context.quick
      ? Setting(layers: 6, tokens: 1024, keyHeads: 16)
      : Setting(layers: 9, tokens: 8192, keyHeads: 32)
    return TableResult(
      table: name, quick: context.quick,
      rows: placementRows + (try measuredRows(setting, rounds: context.quick ? 1 : 5)) + [
        AttentionTables.paperRow(
          "longest input on 8 V100", "tokens", 262_144,
          "paper's abstract; its latencies and its split of layers are not known"),
        AttentionTables.machineRow(context),
      ])
  }

  /// The formula for Llama-7B in 16 bits.
  static var placementRows: [TableRow] {
    [(4096, 1), (32 << 10, 1), (256 << 10, 1), (256 << 10, 8)].map { tokens, devices in
      let placement = TierPlacement(
        of: .init(
          layers: 32, heads: 32, keyValueHeads: 32, width: 128, batch: 1, tokens: tokens,
          bytesPerElement: 2, weightBytes: 13 << 30, activationBytes: 1 << 30, devices: devices),
        fastMemory: 32 << 30)
      return TableRow(
        row: "Llama-7B, \(tokenText(tokens)) tokens, \(devices) × 32 GiB",
        column: "fast layers of 32",
        values: [Double(placement.fastLayers)],
        note: "formula: 13 GiB of weights, 1 GiB of activations a device, "
          + "\(NumberFormat.short(Double(placement.layerBytes) / 1_048_576, digits: 3)) MiB a layer"
      )
    }
  }

  /// One token over the layers of the file, in GB/s of keys and values.
  static func measuredRows(_ setting: Setting, rounds: Int) throws -> [TableRow] {
    let path = NSTemporaryDirectory() + "tessera-tier-\(UInt64.random(in: 0 ... .max))"
    let before = residentBytes()
    var tier = try TieredKeyValues(
      layers: setting.layers, keyValueHeads: setting.keyHeads, width: 128, sequences: 1,
      capacity: setting.tokens, budget: setting.budget, path: path)
    let chunk = AttentionProblem.normal([1, setting.keyHeads, 512, 128], "keys")
    let queries = AttentionProblem.normal([1, 32, 1, 128], "queries")
    let idle = residentBytes()
    var most = 0
    for layer in 0..<setting.layers {
      for _ in 0..<setting.tokens / 512 {
        try tier.append(chunk, chunk, to: [0], layer: layer)
        most = max(most, residentBytes() - idle)
      }
    }
    let fast = tier.placement.fastLayers
    func pass(
      _ layers: Range<Int>, _ access: TieredKeyValues.Access, readsAhead: Bool = true
    ) throws -> Double {
      try Stopwatch.seconds(1) {
        for layer in layers {
          _ = try tier.attend(
            queries, to: [0], layer: layer, access: access, readsAhead: readsAhead)
          most = max(most, residentBytes() - idle)
        }
      } / Double(layers.count)
    }
    func median(_ time: () throws -> Double) rethrows -> Double {
      Stopwatch.median(try (0..<rounds).map { _ in try time() })
    }
    let slow = fast..<setting.layers
    func cold(_ access: TieredKeyValues.Access, readsAhead: Bool) throws -> Double {
      tier.evictFile()
      return try pass(slow, access, readsAhead: readsAhead)
    }
    _ = (try pass(slow, .inPlace), try pass(slow, .copyIn))
    let times: [(String, Double, String)] = [
      ("in memory", try median { try pass(0..<fast, .inPlace) }, "the layers in memory"),
      ("file, in place", try median { try pass(slow, .inPlace) }, "file in the page cache"),
      ("file, copied in", try median { try pass(slow, .copyIn) }, "file in the page cache"),
      (
        "cold file, in place, read ahead", try median { try cold(.inPlace, readsAhead: true) },
        "page cache emptied before each pass"
      ),
      (
        "cold file, in place", try median { try cold(.inPlace, readsAhead: false) },
        "page cache emptied before each pass"
      ),
      (
        "cold file, copied in", try median { try cold(.copyIn, readsAhead: false) },
        "page cache emptied before each pass"
      ),
    ]
    let mebibyte = 1_048_576.0
    let copied = times[2].1
    return times.map { name, seconds, note in
      TableRow(
        row: name, column: "GB/s a layer", values: [Double(setting.layerBytes) / seconds * 1e-9],
        note: note)
    } + [
      TableRow(
        row: "file, in place", column: "× copied in", values: [copied / times[1].1],
        expected: (1, 100), note: "zero copy against copy-in, file in the page cache"),
      TableRow(
        row: "cold file, in place, read ahead", column: "× copied in",
        values: [times[5].1 / times[3].1],
        expected: (1, 100), note: "with the next layer read ahead, against copy-in without"),
      TableRow(
        row: "resident size", column: "growth, MiB", values: [Double(most) / mebibyte],
        expected: (0, Double(setting.budget) / mebibyte + 8),
        note:
          "budget \(Int(Double(setting.budget) / mebibyte)) MiB, \(fast) of \(setting.layers) layers in memory, the file "
          + "\(Int(Double(tier.fileBytes) / mebibyte)) MiB; 8 MiB allowed for the program's own; before: \(Int(Double(before) / mebibyte)) MiB"
      ),
    ]
  }

  /// `VmRSS` of this process.
  static func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
  }
}
