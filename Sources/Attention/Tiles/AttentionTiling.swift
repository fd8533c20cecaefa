import Foundation
import TensorCore

/// The sizes of the two levels of tiles, and the parts of the design that can be switched off to measure what they bring.
///
/// Level one is a block of ``keyBlock`` keys that stays in the second-level cache while all strips of a block of
/// ``queryBlock`` queries pass over it. Level two is a strip of six rows of scores that is written, made a softmax and
/// multiplied with the values without leaving the first-level cache. Level one is off where `keyBlock` is the number of
/// keys or more.
public struct AttentionTiling: Sendable, Hashable {
  /// Queries of a task; a multiple of 6 is best.
  public var queryBlock: Int
  /// Keys of a block; a multiple of 64 is best.
  public var keyBlock: Int
  /// Level two. Without it the scores of a whole block are one library product, the softmax passes over them in memory,
  /// and a second product follows.
  public var usesStrips: Bool
  /// Whether keys are copied once into panels of 64 columns. Without it each score is a dot product over a strided key.
  public var packsKeys: Bool
  /// Whether values of a layout with strides are copied to rows side by side. (16-bit values always are.)
  public var packsValues: Bool

  /// Makes a tiling.
  public init(
    queryBlock: Int, keyBlock: Int, usesStrips: Bool = true, packsKeys: Bool = true,
    packsValues: Bool = true
  ) {
    self.queryBlock = queryBlock
    self.keyBlock = keyBlock
    self.usesStrips = usesStrips
    self.packsKeys = packsKeys
    self.packsValues = packsValues
  }

  /// The tiling for rows of `width` elements on this machine: keys and values of a block fill half of the second-level
  /// cache, a strip of scores less than half of the first.
  ///
  /// 384 queries and 512 keys on a processor with 32 KiB and 1 MiB.
  public static func forMachine(width: Int, half: Bool = false) -> AttentionTiling {
    forCaches(.ofMachine, width: width, half: half)
  }

  static func forCaches(_ caches: DataCaches, width: Int, half: Bool) -> AttentionTiling {
    let padded = max(16, (width + 15) / 16 * 16)
    let byBlock = caches.secondLevel / 2 / (2 * padded * (half ? 2 : 4))
    let byStrip = caches.firstLevel * 2 / 5 / (6 * 4)
    let keys = min(byBlock, byStrip, 512) / 64 * 64
    return AttentionTiling(queryBlock: 384, keyBlock: max(64, keys))
  }
}

/// The data caches of one core, in bytes.
struct DataCaches: Sendable, Hashable {
  var firstLevel, secondLevel: Int

  /// Those that most processors have at least.
  static let usual = DataCaches(firstLevel: 32 << 10, secondLevel: 1 << 20)

  /// Those of this machine, as Linux tells them; the usual ones where it does not.
  static let ofMachine = reading(folder: "/sys/devices/system/cpu/cpu0/cache")

  /// What the folders `index0`, `index1`, … below `folder` tell.
  static func reading(folder: String) -> DataCaches {
    func text(_ index: Int, _ name: String) -> String? {
      (try? String(contentsOfFile: "\(folder)/index\(index)/\(name)", encoding: .utf8))?
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    var caches = usual
    for index in 0..<8 {
      guard let level = text(index, "level"), let kind = text(index, "type"), kind != "Instruction",
        let size = text(index, "size").flatMap(bytes)
      else { continue }
      if level == "1" { caches.firstLevel = size }
      if level == "2" { caches.secondLevel = size }
    }
    return caches
  }

  /// `48K` is 49152.
  static func bytes(_ text: String) -> Int? {
    let factor = text.hasSuffix("K") ? 1 << 10 : text.hasSuffix("M") ? 1 << 20 : 1
    guard let number = Int(factor == 1 ? text[...] : text.dropLast()), number > 0 else {
      return nil
    }
    return number * factor
  }
}

extension AttentionTiling {
  /// The sizes as the loops want them: whole panels, and no more than there are keys.
  ///
  /// - Requires: sizes of at least 1.
  func checked(keys: Int) -> AttentionTiling {
    require(
      queryBlock >= 1 && keyBlock >= 1,
      "AttentionTiling: blocks must have at least 1 query and 1 key, got \(queryBlock) and \(keyBlock)"
    )
    var result = self
    result.keyBlock = (min(keyBlock, max(keys, 1)) + 63) / 64 * 64
    return result
  }
}
