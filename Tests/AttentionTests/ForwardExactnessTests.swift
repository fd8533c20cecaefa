import TensorCore
import Testing

@testable import Attention

/// The bars of the forward pass: the tiles against the formula in double precision.
@Suite struct ForwardExactnessTests {
  static let lengths = [1, 5, 6, 7, 63, 64, 65, 511, 513]
  static let widths = [1, 17, 64, 80, 128]
  static let groups = [1, 4, 8]

  /// Every pair of odd lengths; widths, groups, layouts and alignments go round, so that each meets each.
  @Test(arguments: lengths) func oddShapes(queries: Int) {
    for (index, keys) in Self.lengths.enumerated() {
      let turn = Self.lengths.firstIndex(of: queries)! + index
      let group = Self.groups[(turn / 2) % 3]
      let options = AttentionOptions(layout: turn % 2 == 0 ? .headsFirst : .tokensFirst)
      let problem = AttentionProblem(
        heads: group, keyHeads: 1, queries: queries, keys: keys, width: Self.widths[turn % 5],
        options: options)
      for mask in [
        AttentionMask.none, .causal(alignment: turn % 3 == 0 ? .topLeft : .bottomRight),
      ] {
        let expected = problem.expected(mask: mask)
        let found = attend(problem.q, problem.k, problem.v, mask: mask, options: options)
        let error = largestDifference(found.output, expected.output)
        let logError = largestDifference(found.logSumExp, expected.logSumExp)
        #expect(error <= 5e-6, "\(queries) x \(keys), G \(group), D \(problem.q.shape)")
        #expect(logError <= 5e-6, "log-sum-exp of \(queries) x \(keys)")
      }
    }
  }

  static let tilings: [AttentionTiling?] = [
    nil, AttentionTiling(queryBlock: 12, keyBlock: 64),
    AttentionTiling(queryBlock: 30, keyBlock: 128, usesStrips: false),
    AttentionTiling(queryBlock: 96, keyBlock: 64, packsKeys: false, packsValues: false),
  ]

  static let maskExtents = [(70, 150), (131, 67)]

  /// Every mask against the same mask written out, and both against the truth, for every tiling.
  @Test(arguments: maskExtents) func masksEqualTheDenseMask(queries: Int, keys: Int) {
    let problem = AttentionProblem(
      batch: 2, heads: 4, keyHeads: 2, queries: queries, keys: keys, width: 17,
      options: AttentionOptions(layout: .tokensFirst))
    for (name, mask) in maskCases(batch: 2, heads: 4, queries: queries, keys: keys) {
      let expected = problem.expected(mask: mask)
      let written = AttentionMask.additive(
        mask.dense(batch: 2, heads: 4, queries: queries, keys: keys))
      for (index, tiling) in Self.tilings.enumerated() {
        let options = AttentionOptions(layout: .tokensFirst, tiling: tiling)
        let found = attend(problem.q, problem.k, problem.v, mask: mask, options: options)
        let dense = attend(problem.q, problem.k, problem.v, mask: written, options: options)
        for (way, result) in [("as it is", found), ("written out", dense)] {
          let error = largestDifference(result.output, expected.output)
          let logError = largestDifference(result.logSumExp, expected.logSumExp)
          #expect(error <= 5e-6 && logError <= 2e-5, "\(name), \(way), tiling \(index)")
        }
        #expect(
          zip(found.logSumExp.scalars, dense.logSumExp.scalars).allSatisfy {
            ($0 == -.infinity) == ($1 == -.infinity)
          }, "\(name), tiling \(index): the same rows see no key")
      }
    }
  }

  /// The forms of the generator change no bit of the result.
  @Test func generatorFormsGiveTheSameBits() {
    let problem = AttentionProblem(heads: 2, keyHeads: 1, queries: 90, keys: 140, width: 32)
    let mask = AttentionMask.window(left: 70, right: 0, alignment: .bottomRight)
      .intersection(.alibi(heads: 2, alignment: .bottomRight))
    let forms: [MaskGenerator.Form] = [
      .computed, .table(blockSize: 32), .matrix(blockSize: 32), .matrix(blockSize: 512),
    ]
    let results = forms.map {
      attend(problem.q, problem.k, problem.v, mask: mask.generated(by: $0))
    }
    #expect(results.allSatisfy { $0.output == results[0].output })
    #expect(results.allSatisfy { $0.logSumExp == results[0].logSumExp })
  }

  @Test(arguments: [(HalfTensor.Format.bfloat16, 1e-2), (.float16, 1.5e-3)])
  func halfPrecision(format: HalfTensor.Format, bar: Double) {
    for (queries, keys, width, group) in [
      (65, 130, 64, 4), (7, 513, 80, 1), (64, 64, 17, 8), (1, 5, 1, 1), (511, 63, 128, 1),
    ] {
      for layout in HeadLayout.allCases {
        let options = AttentionOptions(layout: layout)
        let problem = AttentionProblem(
          heads: group * 2, keyHeads: 2, queries: queries, keys: keys, width: width,
          options: options)
        let (q, k, v) = problem.rounded(to: format)
        for mask in [
          AttentionMask.none, .causal(alignment: .bottomRight),
          .alibi(heads: group * 2, alignment: .topLeft),
        ] {
          let expected = AttentionProblem.expected(
            q.converted(), k.converted(), v.converted(), mask, options)
          let found = attend(q, k, v, mask: mask, options: options)
          #expect(found.output.format == format)
          let error = largestDifference(found.output.converted(), expected.output)
          #expect(error <= bar, "\(queries) x \(keys), D \(width), G \(group), \(layout)")
          #expect(largestDifference(found.logSumExp, expected.logSumExp) <= bar)
        }
      }
    }
  }

  /// Scores of ±10⁴ neither overflow nor lose the largest key. They are whole numbers, so that products are exact.
  @Test(arguments: [false, true]) func largeScores(half: Bool) {
    let (queries, keys, width) = (13, 200, 4)
    let q = Tensor<Float>(
      shape: [1, 1, queries, width],
      scalars: (0..<queries * width).map { Float($0 % 7 - 3) * 16 })
    let k = Tensor<Float>(
      shape: [1, 1, keys, width], scalars: (0..<keys * width).map { Float(($0 * 5) % 11 - 5) * 32 })
    let v = AttentionProblem(heads: 1, keyHeads: 1, queries: 1, keys: keys, width: width).v
    let options = AttentionOptions(scale: 1)
    let (output, logSumExp, values): (Tensor<Float>, Tensor<Float>, Tensor<Float>)
    if half {
      let v16 = HalfTensor(v, format: .bfloat16)
      let found = attend(
        HalfTensor(q, format: .bfloat16), HalfTensor(k, format: .bfloat16), v16, options: options)
      (output, logSumExp, values) = (found.output.converted(), found.logSumExp, v16.converted())
    } else {
      let found = attend(q, k, v, options: options)
      (output, logSumExp, values) = (found.output, found.logSumExp, v)
    }
    let expected = AttentionProblem.expected(q, k, values, .none, options)
    #expect(expected.logSumExp.scalars.max()! > 9000)
    #expect(largestDifference(output, expected.output) <= (half ? 2e-2 : 2e-3))
    #expect(relativeDifference(logSumExp, expected.logSumExp) <= 1e-6)
  }

  /// A masked key has weight 0 and not merely a small one: values of 10³⁰ beside the diagonal leave no trace.
  @Test(arguments: HalfTensor.Format.allCases.map(Optional.some) + [nil])
  func maskedKeysWeighExactlyNothing(format: HalfTensor.Format?) {
    let (queries, keys) = (40, 150)
    let problem = AttentionProblem(heads: 1, keyHeads: 1, queries: queries, keys: keys, width: 20)
    let huge: Float = format == .float16 ? 6e4 : 1e30
    var loud = problem.v
    loud.replaceKeys(from: 120, with: huge)
    var quiet = problem.v
    quiet.replaceKeys(from: 120, with: 0)
    for mask in [
      AttentionMask.keyPadding(lengths: [120]),
      .window(left: nil, right: 80, alignment: .topLeft),
      .additive(
        Tensor(
          shape: [queries, keys],
          scalars: (0..<queries * keys).map { $0 % keys < 120 ? 0 : -.infinity })),
    ] {
      func run(_ v: Tensor<Float>) -> Tensor<Float> {
        guard let format else { return attend(problem.q, problem.k, v, mask: mask).output }
        return attend(
          HalfTensor(problem.q, format: format), HalfTensor(problem.k, format: format),
          HalfTensor(v, format: format), mask: mask
        ).output.converted()
      }
      #expect(run(loud) == run(quiet))
    }
  }

  /// Rows that see no key: first, last and amid others of their strip; and no keys at all.
  @Test func rowsWithoutKeys() {
    let (queries, keys) = (20, 70)
    let problem = AttentionProblem(heads: 2, keyHeads: 1, queries: queries, keys: keys, width: 8)
    let blind = [0, 3, 7, 8, 9, 10, 11, 12, 19]
    let kept = Tensor<Float>(
      shape: [queries, keys],
      scalars: (0..<queries * keys).map { blind.contains($0 / keys) ? 0 : 1 })
    let found = attend(problem.q, problem.k, problem.v, mask: .boolean(kept))
    for h in 0..<2 {
      for i in 0..<queries {
        let row = (0..<8).map { found.output[0, h, i, $0] }
        #expect(row.allSatisfy { $0 == 0 } == blind.contains(i))
        #expect((found.logSumExp[0, h, i] == -.infinity) == blind.contains(i))
      }
    }
    let none = Tensor<Float>(shape: [1, 1, 0, 8])
    let empty = attend(problem.q, none, none, mask: .causal(alignment: .bottomRight))
    #expect(empty.output == .zeros(problem.q.shape))
    #expect(empty.logSumExp.scalars.allSatisfy { $0 == -.infinity })
    let unasked = attend(Tensor<Float>(shape: [1, 2, 0, 8]), problem.k, problem.v)
    #expect(unasked.output.count == 0 && unasked.logSumExp.shape == [1, 2, 0])
  }

  /// NaN in a query makes its row NaN and no other; NaN in a key or value reaches every row that sees it.
  @Test(arguments: tilings) func notANumberIsNotHidden(tiling: AttentionTiling?) {
    let options = AttentionOptions(tiling: tiling)
    let problem = AttentionProblem(
      heads: 2, keyHeads: 1, queries: 30, keys: 90, width: 20, options: options)
    let mask = AttentionMask.causal(alignment: .topLeft)
    let clean = attend(problem.q, problem.k, problem.v, mask: mask, options: options)
    var q = problem.q
    q[0, 1, 8, 3] = .nan
    let fromQuery = attend(q, problem.k, problem.v, mask: mask, options: options)
    var (k, v) = (problem.k, problem.v)
    k[0, 0, 11, 2] = .nan
    v[0, 0, 11, 2] = .nan
    let fromKey = attend(problem.q, k, problem.v, mask: mask, options: options)
    let fromValue = attend(problem.q, problem.k, v, mask: mask, options: options)
    for h in 0..<2 {
      for i in 0..<30 {
        let isBad = h == 1 && i == 8
        #expect(fromQuery.output[0, h, i, 0].isNaN == isBad, "row \(i) of head \(h)")
        #expect(fromQuery.logSumExp[0, h, i].isNaN == isBad)
        if !isBad { #expect(fromQuery.output[0, h, i, 5] == clean.output[0, h, i, 5]) }
        if i >= 11 {
          #expect(fromKey.output[0, h, i, 0].isNaN && fromKey.logSumExp[0, h, i].isNaN)
          #expect(fromValue.output[0, h, i, 2].isNaN)
        }
        // Scores that are masked are written over, whatever they are; values of a tile are multiplied by 0, and 0 · NaN
        // is NaN: a strip reaches six rows, a block of queries without strips all of its rows.
        if i < 11 { #expect(fromKey.output[0, h, i, 0] == clean.output[0, h, i, 0]) }
        if i < 6 && tiling?.usesStrips != false {
          #expect(fromValue.output[0, h, i, 2] == clean.output[0, h, i, 2])
        }
        #expect(fromValue.output[0, h, i, 3] == clean.output[0, h, i, 3])
      }
    }
  }
}

extension Tensor {
  /// Fills the keys from `start` on of an array of one sequence and one head.
  fileprivate mutating func replaceKeys(from start: Int, with value: Scalar) {
    let width = shape[3]
    withUnsafeMutableBufferPointer { elements in
      for place in start * width..<elements.count { elements[place] = value }
    }
  }
}
