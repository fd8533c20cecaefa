import CKernels

/// The steps of a strip of six rows, for one format of packed operands.
///
/// Panels, rows and pairs of rows all take `padded` elements a row, so that the loops need no other arithmetic for 16 bits.
protocol StripKernels: SendableMetatype {
  /// The numbers of packed operands and of probabilities.
  associatedtype Element: BitwiseCopyable & Sendable

  /// Whether the factor of the scores is part of the packed queries.
  static var scalesQueries: Bool { get }

  /// Rows of queries, `y[r · padded + d]`, times `scale` if ``scalesQueries``.
  static func packQueries(
    _ x: HeadRows, batch b: Int, head: Int, rows: Range<Int>, padded: Int, scale: Float,
    _ y: UnsafeMutablePointer<Element>)
  /// Keys in panels of 64 columns.
  static func packKeys(
    _ x: HeadRows, batch b: Int, head: Int, rows: Range<Int>, padded: Int,
    _ panels: UnsafeMutablePointer<Element>)
  /// Values in rows, or in pairs of rows.
  static func packValues(
    _ x: HeadRows, batch b: Int, head: Int, rows: Range<Int>, padded: Int,
    _ y: UnsafeMutablePointer<Element>)

  /// The scores of six rows with the columns `first..<last` of the panels.
  static func scores(
    _ q: UnsafePointer<Element>, _ panels: UnsafePointer<Element>, padded: Int, first: Int,
    last: Int, scale: Float, _ strip: UnsafeMutablePointer<Float>, stride: Int)
  /// One step of the online softmax; the probabilities take the place of the scores, or stand in `p` where they are of
  /// another format.
  static func softmax(
    _ strip: UnsafeMutablePointer<Float>, stride: Int, columns: Int,
    _ p: UnsafeMutablePointer<Element>, _ m: UnsafeMutablePointer<Float>,
    _ l: UnsafeMutablePointer<Float>, _ rescale: UnsafeMutablePointer<Float>)
  /// `o = rescale · o + p V` for `count` keys, of which the first has an even number in its block.
  static func values(
    _ p: UnsafePointer<Element>, stride: Int, _ v: UnsafePointer<Element>, valueStride: Int,
    count: Int, padded: Int, _ rescale: UnsafePointer<Float>, _ o: UnsafeMutablePointer<Float>)
}

/// Strips of float32.
enum FloatStrips: StripKernels {
  typealias Element = Float
  static let scalesQueries = true

  static func packQueries(
    _ x: HeadRows, batch b: Int, head: Int, rows: Range<Int>, padded: Int, scale: Float,
    _ y: UnsafeMutablePointer<Float>
  ) {
    x.withFloatRows(batch: b, head: head, rows: rows) { base, stride in
      ck_attention_rows_copy(base, stride, rows.count, x.extents.width, padded, scale, y)
    }
  }

  static func packKeys(
    _ x: HeadRows, batch b: Int, head: Int, rows: Range<Int>, padded: Int,
    _ panels: UnsafeMutablePointer<Float>
  ) {
    x.withFloatRows(batch: b, head: head, rows: rows) { base, stride in
      ck_attention_panels(base, stride, rows.count, x.extents.width, padded, panels)
    }
  }

  static func packValues(
    _ x: HeadRows, batch b: Int, head: Int, rows: Range<Int>, padded: Int,
    _ y: UnsafeMutablePointer<Float>
  ) {
    packQueries(x, batch: b, head: head, rows: rows, padded: padded, scale: 1, y)
  }

  @inline(__always)
  static func scores(
    _ q: UnsafePointer<Float>, _ panels: UnsafePointer<Float>, padded: Int, first: Int, last: Int,
    scale: Float, _ strip: UnsafeMutablePointer<Float>, stride: Int
  ) {
    ck_attention_scores(q, padded, panels, padded, first, last, strip, stride)
  }

  @inline(__always)
  static func softmax(
    _ strip: UnsafeMutablePointer<Float>, stride: Int, columns: Int,
    _ p: UnsafeMutablePointer<Float>, _ m: UnsafeMutablePointer<Float>,
    _ l: UnsafeMutablePointer<Float>, _ rescale: UnsafeMutablePointer<Float>
  ) {
    ck_attention_softmax(strip, stride, columns, m, l, rescale)
  }

  @inline(__always)
  static func values(
    _ p: UnsafePointer<Float>, stride: Int, _ v: UnsafePointer<Float>, valueStride: Int, count: Int,
    padded: Int, _ rescale: UnsafePointer<Float>, _ o: UnsafeMutablePointer<Float>
  ) {
    ck_attention_values(p, stride, v, valueStride, count, padded, rescale, o, padded)
  }
}

extension HeadRows {
  /// Calls `body` with rows in float32 and the distance between them: where they stand, or converted.
  func withFloatRows(
    batch b: Int, head: Int, rows: Range<Int>, _ body: (UnsafePointer<Float>, Int) -> Void
  ) {
    if rows.isEmpty { return }
    let start = offset(batch: b, head: head, token: rows.lowerBound)
    switch storage {
    case .float(let base): body(base + start, extents.tokenStride)
    case .half(let base, let format):
      let width = extents.width
      let copy = PoolBuffer<Float>(count: rows.count * width)
      for r in 0..<rows.count {
        let from = base + start + r * extents.tokenStride
        switch format {
        case .bfloat16: ck_float_from_bfloat16(from, copy.base + r * width, width)
        case .float16: ck_float_from_float16(from, copy.base + r * width, width)
        }
      }
      body(copy.base, width)
    }
  }
}
