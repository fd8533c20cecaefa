import CKernels

/// Strips of bfloat16 operands with scores, sums and outputs in float32.
///
/// Queries stay as they are stored (neighbours of a row are the pairs), the scale is applied to the scores; keys are in panels
/// of pairs along the width, values in pairs of rows, probabilities rounded.
enum BFloat16Strips: StripKernels {
  typealias Element = UInt16
  static let scalesQueries = false

  /// The bits of rows of bfloat16, and the distance between them.
  private static func bits(_ x: HeadRows, _ b: Int, _ head: Int, _ rows: Range<Int>)
    -> UnsafePointer<UInt16>
  {
    guard case .half(let base, .bfloat16) = x.storage else {
      fatalError("BFloat16Strips: operands must be bfloat16")
    }
    return base + x.offset(batch: b, head: head, token: rows.lowerBound)
  }

  static func packQueries(
    _ x: HeadRows, batch b: Int, head: Int, rows: Range<Int>, padded: Int, scale: Float,
    _ y: UnsafeMutablePointer<UInt16>
  ) {
    let from = bits(x, b, head, rows)
    let width = x.extents.width
    for r in 0..<rows.count {
      (y + r * padded).update(from: from + r * x.extents.tokenStride, count: width)
      (y + r * padded + width).update(repeating: 0, count: padded - width)
    }
  }

  static func packKeys(
    _ x: HeadRows, batch b: Int, head: Int, rows: Range<Int>, padded: Int,
    _ panels: UnsafeMutablePointer<UInt16>
  ) {
    ck_attention_panels_bf16(
      bits(x, b, head, rows), x.extents.tokenStride, rows.count, x.extents.width, padded, panels)
  }

  static func packValues(
    _ x: HeadRows, batch b: Int, head: Int, rows: Range<Int>, padded: Int,
    _ y: UnsafeMutablePointer<UInt16>
  ) {
    ck_attention_pairs_bf16(
      bits(x, b, head, rows), x.extents.tokenStride, rows.count, x.extents.width, padded, y)
  }

  @inline(__always)
  static func scores(
    _ q: UnsafePointer<UInt16>, _ panels: UnsafePointer<UInt16>, padded: Int, first: Int,
    last: Int, scale: Float, _ strip: UnsafeMutablePointer<Float>, stride: Int
  ) {
    ck_attention_scores_bf16(q, padded, panels, padded, first, last, scale, strip, stride)
  }

  @inline(__always)
  static func softmax(
    _ strip: UnsafeMutablePointer<Float>, stride: Int, columns: Int,
    _ p: UnsafeMutablePointer<UInt16>, _ m: UnsafeMutablePointer<Float>,
    _ l: UnsafeMutablePointer<Float>, _ rescale: UnsafeMutablePointer<Float>
  ) {
    ck_attention_softmax_bf16(strip, stride, columns, p, m, l, rescale)
  }

  @inline(__always)
  static func values(
    _ p: UnsafePointer<UInt16>, stride: Int, _ v: UnsafePointer<UInt16>, valueStride: Int,
    count: Int, padded: Int, _ rescale: UnsafePointer<Float>, _ o: UnsafeMutablePointer<Float>
  ) {
    ck_attention_values_bf16(p, stride, v, valueStride, count, padded, rescale, o, padded)
  }
}
