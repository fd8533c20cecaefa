import TensorCore
import Testing

@testable import Attention

@Suite struct TiledForwardTests {
  /// The plain formula in double precision, one row at a time.
  static func plain(
    _ q: Tensor<Float>, _ k: Tensor<Float>, _ v: Tensor<Float>, layout: HeadLayout = .headsFirst,
    sees: (_ i: Int, _ j: Int) -> Bool = { _, _ in true }
  ) -> (output: [Double], logSumExp: [Double]) {
    let (rows, columns) = (layout.extents(of: q.shape), layout.extents(of: k.shape))
    let (q, k, v) = (q.scalars, k.scalars, v.scalars)
    var output = [Double](repeating: 0, count: q.count)
    var logSumExp: [Double] = []
    for b in 0..<rows.batch {
      for h in 0..<rows.heads {
        for i in 0..<rows.tokens {
          let at = rows.offset(batch: b, head: h) + i * rows.tokenStride
          let keyHead = h / (rows.heads / columns.heads)
          func place(_ j: Int) -> Int {
            columns.offset(batch: b, head: keyHead) + j * columns.tokenStride
          }
          let scores = (0..<columns.tokens).map { j in
            sees(i, j)
              ? (0..<rows.width).reduce(0.0) {
                $0 + Double(q[at + $1]) * Double(k[place(j) + $1])
              } / Double(rows.width).squareRoot() : -Double.infinity
          }
          let top = scores.max() ?? -.infinity
          if top == -.infinity {
            logSumExp.append(top)
            continue
          }
          let p = scores.map { Double.exp($0 - top) }
          let sum = p.reduce(0, +)
          logSumExp.append(top + Double.log(sum))
          for j in 0..<columns.tokens where p[j] != 0 {
            for d in 0..<rows.width { output[at + d] += p[j] / sum * Double(v[place(j) + d]) }
          }
        }
      }
    }
    return (output, logSumExp)
  }

  static func normal(_ shape: Shape, _ name: String) -> Tensor<Float> {
    var random = Philox(seed: 11).stream(name)
    return random.normal(shape: shape)
  }

  static func largestError(_ x: Tensor<Float>, _ y: [Double]) -> Double {
    zip(x.scalars, y).map { $0 == Float($1) ? 0 : abs(Double($0) - $1) }.max() ?? 0
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var batch = 1
    var heads = 2
    var keyHeads = 1
    var queries: Int
    var keys: Int
    var width: Int
    var testDescription: String { "\(heads)/\(keyHeads) \(queries)x\(keys) D\(width)" }
  }

  static let tilings: [AttentionTiling?] = [
    nil, AttentionTiling(queryBlock: 12, keyBlock: 64),
    AttentionTiling(queryBlock: 20, keyBlock: 128, usesStrips: false),
    AttentionTiling(queryBlock: 96, keyBlock: 128, packsKeys: false),
    AttentionTiling(queryBlock: 30, keyBlock: 64, packsValues: false),
  ]

  static let cases: [Case] = [
    Case(queries: 1, keys: 1, width: 1), Case(queries: 5, keys: 0, width: 8),
    Case(queries: 7, keys: 65, width: 17), Case(queries: 64, keys: 63, width: 64),
    Case(batch: 2, heads: 4, keyHeads: 2, queries: 65, keys: 130, width: 80),
    Case(heads: 8, keyHeads: 8, queries: 33, keys: 200, width: 128),
    Case(queries: 13, keys: 97, width: 256),
  ]

  @Test(arguments: cases, tilings)
  func agreesWithThePlainFormula(_ test: Case, tiling: AttentionTiling?) {
    for layout in HeadLayout.allCases {
      func shape(_ heads: Int, _ tokens: Int) -> Shape {
        layout == .headsFirst
          ? [test.batch, heads, tokens, test.width] : [test.batch, tokens, heads, test.width]
      }
      let q = Self.normal(shape(test.heads, test.queries), "q")
      let k = Self.normal(shape(test.keyHeads, test.keys), "k")
      let v = Self.normal(shape(test.keyHeads, test.keys), "v")
      let options = AttentionOptions(layout: layout, tiling: tiling)
      let masks: [(AttentionMask, (Int, Int) -> Bool)] = [
        (.none, { _, _ in true }),
        (.causal(alignment: .topLeft), { $1 <= $0 }),
        (
          .window(left: 20, right: 3, alignment: .bottomRight),
          { i, j in
            let i = i + test.keys - test.queries
            return i - j <= 20 && j - i <= 3
          }
        ),
      ]
      for (mask, sees) in masks {
        let expected = Self.plain(q, k, v, layout: layout, sees: sees)
        let found = attend(q, k, v, mask: mask, options: options)
        #expect(found.logSumExp.shape == [test.batch, test.heads, test.queries])
        #expect(Self.largestError(found.output, expected.output) <= 5e-6)
        #expect(Self.largestError(found.logSumExp, expected.logSumExp) <= 5e-6)
      }
    }
  }
}
