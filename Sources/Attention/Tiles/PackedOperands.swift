import TensorCore

/// Keys and values of all heads in the layouts that the strips read, made once a call and shared by all blocks of queries
/// and by the query heads of a group.
struct PackedOperands<Kernels: StripKernels>: @unchecked Sendable {
  typealias Element = Kernels.Element

  /// Where the rows of one head stand, and the distance between them.
  struct Rows {
    let base: UnsafePointer<Element>
    let stride: Int
  }

  private let panels: PoolBuffer<Element>?
  private let keyRows, valueRows: PoolBuffer<Element>?
  private let keys, values: HeadRows
  private let padded: Int
  /// Keys of a head in whole panels.
  private let panelKeys: Int

  /// Packs in parallel, in pieces of a block of keys.
  init(_ geometry: AttentionGeometry, keys: HeadRows, values: HeadRows, tiling: AttentionTiling) {
    self.keys = keys
    self.values = values
    padded = geometry.padded
    let count = geometry.keys.tokens
    panelKeys = (count + 63) / 64 * 64
    let heads = geometry.keyHeadCount
    let rowsFit = Self.direct(keys.storage) != nil && geometry.width % 16 == 0
    let packsPanels = tiling.usesStrips && tiling.packsKeys || Element.self != Float.self
    panels = packsPanels ? PoolBuffer(count: heads * panelKeys * padded) : nil
    keyRows = packsPanels || rowsFit ? nil : PoolBuffer(count: heads * panelKeys * padded)
    let strided = geometry.keys.tokenStride != geometry.width
    valueRows =
      rowsFit && !(strided && tiling.packsValues)
      ? nil : PoolBuffer(count: heads * panelKeys * padded)
    let pieces = (count + tiling.keyBlock - 1) / tiling.keyBlock
    let me = self
    parallel(over: heads * pieces) { index in
      let head = index / pieces
      let start = index % pieces * tiling.keyBlock
      me.pack(head, start..<min(start + tiling.keyBlock, count))
    }
  }

  private func pack(_ index: Int, _ rows: Range<Int>) {
    let (b, head) = (index / keys.extents.heads, index % keys.extents.heads)
    let place = (index * panelKeys + rows.lowerBound) * padded
    if let panels {
      Kernels.packKeys(
        keys, batch: b, head: head, rows: rows, padded: padded, panels.base + place)
    }
    if let keyRows {
      Kernels.packValues(
        keys, batch: b, head: head, rows: rows, padded: padded, keyRows.base + place)
    }
    if let valueRows {
      Kernels.packValues(
        values, batch: b, head: head, rows: rows, padded: padded, valueRows.base + place)
    }
  }

  /// The panels of a head, from a key on whose number is a multiple of 64.
  @inline(__always)
  func panels(batch b: Int, head: Int, from key: Int) -> UnsafePointer<Element>? {
    guard let panels else { return nil }
    return UnsafePointer(panels.base + ((b * keys.extents.heads + head) * panelKeys + key) * padded)
  }

  /// The keys of a head that are not in panels, in rows of whole vectors.
  func keyRows(batch b: Int, head: Int) -> Rows {
    rows(keyRows, keys, b, head)
  }

  /// The values of a head.
  @inline(__always)
  func valueRows(batch b: Int, head: Int) -> Rows {
    rows(valueRows, values, b, head)
  }

  @inline(__always)
  private func rows(_ packed: PoolBuffer<Element>?, _ source: HeadRows, _ b: Int, _ head: Int)
    -> Rows
  {
    if let packed {
      let base = packed.base + (b * keys.extents.heads + head) * panelKeys * padded
      return Rows(base: UnsafePointer(base), stride: padded)
    }
    return Rows(
      base: Self.direct(source.storage)! + source.offset(batch: b, head: head, token: 0),
      stride: source.extents.tokenStride)
  }

  /// The stored elements, where the strips can read them as they are.
  private static func direct(_ storage: HeadRows.Storage) -> UnsafePointer<Element>? {
    guard case .float(let base) = storage else { return nil }
    return base as? UnsafePointer<Element>
  }
}
