import CKernels
import TensorCore
import Testing

@testable import Attention

/// Every C kernel of attention beside its plain twin.
@Suite struct AttentionKernelTests {
  private func normal(_ count: Int, _ name: String) -> [Float] {
    var random = Philox(seed: 3).stream(name)
    return (random.normal(shape: [count]) as Tensor<Float>).scalars
  }

  @Test(arguments: [(1, 3, 3), (70, 16, 16), (130, 17, 32), (64, 80, 80), (200, 129, 144)])
  func panels(rows: Int, width: Int, padded: Int) {
    let stride = width + 5
    let x = normal(rows * stride, "x")
    let expected = ReferenceAttentionKernels.panels(
      x, stride: stride, rows: rows, width: width, padded: padded)
    var found = [Float](repeating: .nan, count: expected.count)
    ck_attention_panels(x, stride, rows, width, padded, &found)
    #expect(found == expected)
  }

  @Test(arguments: [16, 64, 80, 128, 256], [(0, 64), (16, 48), (48, 192), (32, 128), (0, 16)])
  func scores(width: Int, columns: (Int, Int)) {
    let (first, last) = columns
    let q = normal(6 * width, "q")
    let panels = normal(192 * width, "panels")
    let expected = ReferenceAttentionKernels.scores(
      q, panels: panels, width: width, first: first, last: last)
    let stride = 200
    var strip = [Float](repeating: 7, count: 6 * stride)
    ck_attention_scores(q, width, panels, width, first, last, &strip, stride)
    // The keys in rows instead of panels.
    var rows = [Float](repeating: 0, count: 192 * width)
    for c in 0..<192 {
      for d in 0..<width { rows[c * width + d] = panels[c / 64 * 64 * width + d * 64 + c % 64] }
    }
    var unpacked = [Float](repeating: 7, count: 6 * stride)
    ck_attention_scores_unpacked(q, width, rows, width, width, first, last, &unpacked, stride)
    for r in 0..<6 {
      for c in 0..<last - first {
        #expect(abs(Double(strip[r * stride + c]) - expected[r][c]) < 6e-5)
        #expect(abs(Double(unpacked[r * stride + c]) - expected[r][c]) < 6e-5)
      }
      #expect(strip[r * stride + last - first] == 7)
    }
  }

  @Test(arguments: [1, 15, 16, 63, 64, 65, 130])
  func softmax(columns: Int) {
    let stride = 144
    var strip = normal(6 * stride, "strip").map { $0 * 20 }
    strip[0] = -.infinity
    // A row of −∞ before any score, one after some, and scores of 10⁴.
    for c in 0..<columns {
      strip[stride + c] = -.infinity
      strip[2 * stride + c] = -.infinity
      strip[3 * stride + c] *= 500
    }
    var m: [Float] = [-.infinity, -.infinity, 2, 100, -3, 50]
    var l: [Float] = [0, 0, 1.5, 2, 1, 3]
    var rescale = [Float](repeating: .nan, count: 6)
    let before = (strip, m, l)
    ck_attention_softmax(&strip, stride, columns, &m, &l, &rescale)
    for r in 0..<6 {
      let expected = ReferenceAttentionKernels.softmax(
        Array(before.0[r * stride..<r * stride + columns]), maximum: before.1[r], sum: before.2[r])
      #expect(m[r] == expected.maximum)
      #expect(abs(Double(l[r]) - expected.sum) <= 1e-6 * expected.sum)
      #expect(abs(Double(rescale[r]) - expected.rescale) <= 3e-7)
      for c in 0..<(columns + 15) / 16 * 16 {
        let p = strip[r * stride + c]
        let e = c < columns ? expected.p[c] : 0
        // The rounding of the difference grows with the scores.
        #expect(abs(Double(p) - e) <= (r == 3 ? 1e-3 : 4e-6) * e + 1e-38)
        if c >= columns || before.0[r * stride + c] == -.infinity { #expect(p == 0) }
      }
    }
  }

  @Test func softmaxKeepsNaN() {
    var strip = [Float](repeating: 0.5, count: 6 * 32)
    strip[5] = .nan
    var m = [Float](repeating: -.infinity, count: 6)
    var l = [Float](repeating: 0, count: 6)
    var rescale = [Float](repeating: 0, count: 6)
    ck_attention_softmax(&strip, 32, 20, &m, &l, &rescale)
    #expect(l[0].isNaN && !l[1].isNaN)
  }

  @Test(arguments: [16, 48, 64, 80, 128, 176, 256], [1, 7, 64])
  func values(width: Int, keys: Int) {
    let (valueStride, stride) = (width + 3, 70)
    let p = normal(6 * stride, "p")
    let v = normal(keys * valueStride + 16, "v")
    let rescale = normal(6, "rescale")
    let before = normal(6 * width, "o")
    var o = before
    ck_attention_values(p, stride, v, valueStride, keys, width, rescale, &o, width)
    // The transposed form adds to what is there.
    let turned = (0..<keys * 8).map { $0 % 8 < 6 ? p[$0 % 8 * stride + $0 / 8] : .nan }
    var added = before
    ck_attention_values_transposed(turned, 8, v, valueStride, keys, width, &added, width)
    for r in 0..<6 {
      let row = Array(p[r * stride..<r * stride + keys])
      let old = Array(before[r * width..<(r + 1) * width])
      let expected = ReferenceAttentionKernels.values(
        row, v, valueStride: valueStride, width: width, rescale: rescale[r], old)
      let sum = ReferenceAttentionKernels.values(
        row, v, valueStride: valueStride, width: width, rescale: 1, old)
      for d in 0..<width {
        #expect(abs(Double(o[r * width + d]) - expected[d]) < 3e-5)
        #expect(abs(Double(added[r * width + d]) - sum[d]) < 3e-5)
      }
    }
  }

  @Test func gradientStrip() {
    let (columns, stride) = (48, 50)
    var s = normal(6 * stride, "s")
    var dp = normal(6 * stride, "dp")
    s[3] = -.infinity
    // A query that sees nothing has +∞ here.
    var lse = normal(columns, "lse").map { $0 + 2 }
    lse[9] = .infinity
    let delta = normal(columns, "delta")
    let before = (s, dp)
    ck_attention_gradient_strip(&s, &dp, stride, columns, lse, delta)
    for r in 0..<6 {
      for c in 0..<columns {
        let i = r * stride + c
        let expected = ReferenceAttentionKernels.gradient(
          score: before.0[i], dProbability: before.1[i], logSumExp: lse[c], delta: delta[c])
        #expect(abs(Double(s[i]) - expected.p) <= 1e-6 * expected.p)
        #expect(abs(Double(dp[i]) - expected.dScore) <= 2e-6 * (abs(expected.dScore) + expected.p))
        if c == 9 || i == 3 { #expect(s[i] == 0 && dp[i] == 0) }
      }
    }
  }

  @Test func powersOfTwo() {
    let x = (0..<200_001).map { Float($0) * 0.001 - 126 } + [-126.4, 0, 100.5]
    var y = x
    ck_exp2(x, &y, x.count)
    var worst = 0.0
    for (x, y) in zip(x, y) where x <= 127 && x > -126 {
      worst = max(worst, abs(Double(y) / ReferenceAttentionKernels.exp2(x) - 1))
    }
    #expect(worst < 2.5e-7)
    let special: [Float] = [-.infinity, -127, -1e30, 0, .nan, 5]
    var found = special
    ck_exp2(special, &found, special.count)
    #expect(found[0..<4] == [0, 0, 0, 1] && found[4].isNaN && found[5] == 32)
  }
}
