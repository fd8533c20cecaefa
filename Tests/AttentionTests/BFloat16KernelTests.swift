import CKernels
import TensorCore
import Testing

@testable import Attention

/// The bfloat16 kernels, with the processor's instruction (where it has it) and without, beside the twins in double
/// precision over the same rounded numbers.
@Suite(.serialized) struct BFloat16KernelTests {
  /// Runs `body` as the processor would, and emulated.
  private func eachWay(_ body: (_ emulated: Bool) -> Void) {
    defer { ck_attention_emulate_bf16(0) }
    for emulated in [false, true] {
      ck_attention_emulate_bf16(emulated ? 1 : 0)
      if emulated { #expect(ck_attention_has_bf16() == 0) }
      body(emulated)
    }
  }

  private func normal(_ count: Int, _ name: String) -> (bits: [UInt16], values: [Float]) {
    let half = HalfTensor(TiledForwardTests.normal([count], name), format: .bfloat16)
    return (half.withUnsafeBufferPointer(Array.init), half.converted().scalars)
  }

  @Test(arguments: [(1, 3, 16), (70, 16, 16), (130, 17, 32), (64, 80, 80), (200, 129, 144)])
  func packing(rows: Int, width: Int, padded: Int) {
    let stride = width + 5
    let x = normal(rows * stride, "x").bits
    var panels = [UInt16](repeating: 9, count: (rows + 63) / 64 * 64 * padded)
    ck_attention_panels_bf16(x, stride, rows, width, padded, &panels)
    var pairs = [UInt16](repeating: 9, count: (rows + 1) / 2 * 2 * padded)
    ck_attention_pairs_bf16(x, stride, rows, width, padded, &pairs)
    for r in 0..<(rows + 63) / 64 * 64 {
      for d in 0..<padded {
        let expected = r < rows && d < width ? x[r * stride + d] : 0
        let place = r / 64 * 64 * padded + (d / 2 * 64 + r % 64) * 2 + d % 2
        #expect(panels[place] == expected)
        if r < (rows + 1) / 2 * 2 {
          #expect(pairs[r / 2 * 2 * padded + 2 * d + r % 2] == expected)
        }
      }
    }
  }

  @Test(arguments: [16, 80, 128, 256], [(0, 64), (16, 48), (48, 192), (32, 128), (0, 16)])
  func scores(width: Int, columns: (Int, Int)) {
    let (first, last) = columns
    let q = normal(6 * width, "q")
    let keys = normal(192 * width, "keys")
    var panels = [UInt16](repeating: 0, count: 192 * width)
    ck_attention_panels_bf16(keys.bits, width, 192, width, width, &panels)
    let expected = ReferenceAttentionKernels.scores(
      q.values,
      panels: ReferenceAttentionKernels.panels(
        keys.values, stride: width, rows: 192, width: width, padded: width),
      width: width, first: first, last: last)
    eachWay { _ in
      var strip = [Float](repeating: 7, count: 6 * 200)
      ck_attention_scores_bf16(q.bits, width, panels, width, first, last, 0.5, &strip, 200)
      for r in 0..<6 {
        for c in 0..<last - first {
          #expect(abs(Double(strip[r * 200 + c]) - 0.5 * expected[r][c]) < 3e-5)
        }
        #expect(strip[r * 200 + last - first] == 7)
      }
    }
  }

  @Test(arguments: [1, 16, 63, 64, 130])
  func softmax(columns: Int) {
    let stride = 144
    var scores = TiledForwardTests.normal([6 * stride], "strip").scalars.map { $0 * 5 }
    scores[0] = -.infinity
    for c in 0..<columns { scores[stride + c] = -.infinity }
    eachWay { _ in
      var strip = scores
      var p = [UInt16](repeating: 9, count: 6 * stride)
      var m: [Float] = [-.infinity, -.infinity, 2, 1, -3, 5]
      var l: [Float] = [0, 0, 1.5, 2, 1, 3]
      var rescale = [Float](repeating: .nan, count: 6)
      let before = (m, l)
      ck_attention_softmax_bf16(&strip, stride, columns, &p, &m, &l, &rescale)
      for r in 0..<6 {
        let expected = ReferenceAttentionKernels.softmax(
          Array(scores[r * stride..<r * stride + columns]), maximum: before.0[r], sum: before.1[r])
        #expect(m[r] == expected.maximum)
        #expect(abs(Double(l[r]) - expected.sum) <= 1e-6 * expected.sum)
        for c in 0..<(columns + 15) / 16 * 16 {
          let e = c < columns ? expected.p[c] : 0
          let found = Float(bitPattern: UInt32(p[r * stride + c]) << 16)
          #expect(abs(Double(found) - e) <= 0.00392 * e + 1e-38)
          if e == 0 { #expect(found == 0) }
        }
      }
    }
  }

  @Test(arguments: [16, 48, 80, 128, 256], [1, 2, 7, 64])
  func values(width: Int, keys: Int) {
    let stride = 70
    var p = normal(6 * stride, "p")
    for r in 0..<6 {
      // An odd last probability is followed by 0.
      p.bits[r * stride + keys] = 0
      p.values[r * stride + keys] = 0
    }
    let v = normal(keys * width, "v")
    var pairs = [UInt16](repeating: 0, count: (keys + 1) / 2 * 2 * width)
    ck_attention_pairs_bf16(v.bits, width, keys, width, width, &pairs)
    let rescale = TiledForwardTests.normal([6], "rescale").scalars
    let before = TiledForwardTests.normal([6 * width], "o").scalars
    eachWay { _ in
      var o = before
      ck_attention_values_bf16(p.bits, stride, pairs, width, keys, width, rescale, &o, width)
      for r in 0..<6 {
        let expected = ReferenceAttentionKernels.values(
          Array(p.values[r * stride..<r * stride + keys]), v.values, valueStride: width,
          width: width, rescale: rescale[r], Array(before[r * width..<(r + 1) * width]))
        for d in 0..<width { #expect(abs(Double(o[r * width + d]) - expected[d]) < 3e-5) }
      }
    }
  }

  @Test(arguments: [(65, 130, 80), (7, 5, 17), (33, 200, 128)])
  func attention(queries: Int, keys: Int, width: Int) {
    for layout in HeadLayout.allCases {
      func half(_ heads: Int, _ tokens: Int, _ name: String, _ format: HalfTensor.Format)
        -> HalfTensor
      {
        HalfTensor(
          TiledForwardTests.normal(
            layout == .headsFirst ? [1, heads, tokens, width] : [1, tokens, heads, width], name),
          format: format)
      }
      for format in HalfTensor.Format.allCases {
        let q = half(4, queries, "q", format)
        let (k, v) = (half(2, keys, "k", format), half(2, keys, "v", format))
        let mask = AttentionMask.window(left: 20, right: 3, alignment: .bottomRight)
        let expected = TiledForwardTests.plain(
          q.converted(), k.converted(), v.converted(), layout: layout
        ) { i, j in
          let i = i + keys - queries
          return i - j <= 20 && j - i <= 3
        }
        for tiling in TiledForwardTests.tilings {
          eachWay { _ in
            let found = attend(
              q, k, v, mask: mask, options: AttentionOptions(layout: layout, tiling: tiling))
            #expect(found.output.format == format)
            let bar = format == .bfloat16 ? 1e-2 : 1.5e-3
            let o = found.output.converted()
            #expect(TiledForwardTests.largestError(o, expected.output) <= bar)
            #expect(TiledForwardTests.largestError(found.logSumExp, expected.logSumExp) <= 1e-5)
          }
        }
      }
    }
  }
}
