import CKernels
import TensorCore

/// What one task keeps: packed queries, unnormalised outputs, running maxima and sums, and one strip of scores.
struct StripState<Element: BitwiseCopyable> {
  let queries: PoolBuffer<Element>
  let outputs, maxima, sums, rescale, strip: PoolBuffer<Float>
  let stride: Int
  private let converted: PoolBuffer<Element>?

  init(_ geometry: AttentionGeometry, tiling: AttentionTiling, rows: Int) {
    let whole = (rows + 5) / 6 * 6
    stride = min(tiling.keyBlock, (geometry.keys.tokens + 63) / 64 * 64)
    queries = PoolBuffer(count: whole * geometry.padded)
    outputs = PoolBuffer(count: whole * geometry.padded)
    maxima = PoolBuffer(count: whole)
    sums = PoolBuffer(count: whole)
    rescale = PoolBuffer(count: 6)
    strip = PoolBuffer(count: 6 * stride)
    converted = Element.self == Float.self ? nil : PoolBuffer(count: 6 * stride)
    outputs.elements.update(repeating: 0)
    maxima.elements.update(repeating: -.infinity)
    sums.elements.update(repeating: 0)
    // The rows that fill the last strip are 0 in any format.
    let fill = rows * geometry.padded..<whole * geometry.padded
    UnsafeMutableRawBufferPointer(
      rebasing: UnsafeMutableRawBufferPointer(queries.elements)[
        fill.lowerBound * MemoryLayout<Element>.stride..<fill.upperBound
          * MemoryLayout<Element>.stride]
    ).initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// Where the probabilities stand: in place of the scores, or beside them in another format.
  @inline(__always)
  var probabilities: UnsafeMutablePointer<Element> {
    converted?.base ?? UnsafeMutableRawPointer(strip.base).assumingMemoryBound(to: Element.self)
  }

  /// Divides by the sums, and writes the rows of the block and their log-sum-exps.
  func finish(
    _ task: AttentionTask, _ geometry: AttentionGeometry, _ output: OutputRows,
    _ logSumExp: UnsafeMutablePointer<Float>
  ) {
    let (m, l) = (maxima.base, sums.base)
    let at =
      logSumExp + geometry.rowOffset(batch: task.batch, head: task.head) + task.rows.lowerBound
    Float.apply(.log, l, at, task.rows.count)
    for r in 0..<task.rows.count {
      // A row without keys: 0, and ln 0 = −∞.
      output.write(
        outputs.base + r * geometry.padded, scale: l[r] == 0 ? 0 : 1 / l[r], batch: task.batch,
        head: task.head, token: task.rows.lowerBound + r)
      if m[r] != -.infinity { at[r] += BaseTwo.nats(m[r]) }
    }
  }
}

/// Where the rows of the output go.
struct OutputRows: @unchecked Sendable {
  enum Storage {
    case float(UnsafeMutablePointer<Float>)
    case half(UnsafeMutablePointer<UInt16>, HalfTensor.Format)
  }
  let extents: HeadExtents
  let storage: Storage

  /// Writes `scale · row`; the row is used up.
  func write(_ row: UnsafeMutablePointer<Float>, scale: Float, batch b: Int, head: Int, token: Int)
  {
    let place = extents.offset(batch: b, head: head) + token * extents.tokenStride
    let width = extents.width
    switch storage {
    case .float(let base): Float.scaleShift(row, scale, 0, base + place, width)
    case .half(let base, let format):
      Float.scaleShift(row, scale, 0, row, width)
      switch format {
      case .bfloat16: ck_bfloat16_from_float(row, base + place, width)
      case .float16: ck_float16_from_float(row, base + place, width)
      }
    }
  }
}
