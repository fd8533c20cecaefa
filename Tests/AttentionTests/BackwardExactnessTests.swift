import TensorCore
import Testing

@testable import Attention

/// The bars of the backward pass: the tiles against the formula in double precision.
@Suite struct BackwardExactnessTests {
  static let bar = 1e-4

  /// The largest share by which gradients differ from the truth.
  private func error(
    _ found: AttentionGradient<Float>, _ expected: AttentionGradient<Double>
  ) -> Double {
    max(
      relativeDifference(found.dQueries, expected.dQueries),
      relativeDifference(found.dKeys, expected.dKeys),
      relativeDifference(found.dValues, expected.dValues))
  }

  /// The gradients of a problem by the tiles.
  private func tiled(
    _ problem: AttentionProblem, _ mask: AttentionMask, tiling: AttentionTiling? = nil
  ) -> AttentionGradient<Float> {
    var options = problem.options
    options.tiling = tiling
    let result = attend(problem.q, problem.k, problem.v, mask: mask, options: options)
    return attendBackward(
      problem.dO, dLogSumExp: problem.dL, problem.q, problem.k, problem.v, result: result,
      mask: mask, options: options)
  }

  static let lengths = ForwardExactnessTests.lengths

  @Test(arguments: lengths) func oddShapes(queries: Int) {
    for (index, keys) in Self.lengths.enumerated() {
      let turn = Self.lengths.firstIndex(of: queries)! + 2 * index
      let group = ForwardExactnessTests.groups[(turn / 2) % 3]
      let options = AttentionOptions(layout: turn % 2 == 0 ? .tokensFirst : .headsFirst)
      let problem = AttentionProblem(
        heads: group, keyHeads: 1, queries: queries, keys: keys,
        width: ForwardExactnessTests.widths[turn % 5], options: options)
      let mask: AttentionMask =
        turn % 3 == 0 ? .none : .causal(alignment: turn % 3 == 1 ? .topLeft : .bottomRight)
      let expected = problem.expectedGradient(problem.expected(mask: mask), mask: mask)
      let error = error(tiled(problem, mask), expected)
      #expect(error <= Self.bar, "\(queries) x \(keys), G \(group), D \(problem.q.shape)")
    }
  }

  @Test func withoutAGradientOfTheLogSumExp() {
    let problem = AttentionProblem(heads: 4, keyHeads: 2, queries: 21, keys: 80, width: 24)
    let zero = Tensor<Float>.zeros([1, 4, 21])
    let result = attend(problem.q, problem.k, problem.v)
    let with = attendBackward(
      problem.dO, dLogSumExp: zero, problem.q, problem.k, problem.v, result: result)
    let without = attendBackward(problem.dO, problem.q, problem.k, problem.v, result: result)
    #expect(with.dQueries == without.dQueries)
    #expect(with.dKeys == without.dKeys)
    #expect(with.dValues == without.dValues)
  }

  @Test(arguments: ForwardExactnessTests.maskExtents) func masks(queries: Int, keys: Int) {
    let problem = AttentionProblem(
      batch: 2, heads: 4, keyHeads: 2, queries: queries, keys: keys, width: 17,
      options: AttentionOptions(layout: .tokensFirst))
    for (name, mask) in maskCases(batch: 2, heads: 4, queries: queries, keys: keys) {
      let expected = problem.expectedGradient(problem.expected(mask: mask), mask: mask)
      for (index, tiling) in ForwardExactnessTests.tilings.enumerated() {
        let error = error(tiled(problem, mask, tiling: tiling), expected)
        #expect(error <= Self.bar, "\(name), \(queries) x \(keys), tiling \(index)")
      }
    }
  }

  /// Gradients of 16-bit arrays, against the formula on what the rounding left.
  @Test(arguments: [(HalfTensor.Format.bfloat16, 3e-2), (.float16, 4e-3)])
  func halfPrecision(format: HalfTensor.Format, bar: Double) {
    for (queries, keys, width, group) in [(65, 130, 64, 4), (7, 513, 80, 1), (64, 64, 17, 8)] {
      let problem = AttentionProblem(
        heads: group * 2, keyHeads: 2, queries: queries, keys: keys, width: width)
      let mask = AttentionMask.causal(alignment: .bottomRight)
      let (q, k, v) = problem.rounded(to: format)
      let wide = [q.converted(), k.converted(), v.converted(), problem.dO]
        .map { $0.converted(to: Double.self) }
      let truth = ReferenceAttention.attend(wide[0], wide[1], wide[2], mask: mask)
      let expected = ReferenceAttention.backward(
        wide[3], dLogSumExp: problem.dL.converted(to: Double.self), wide[0], wide[1], wide[2],
        result: truth, mask: mask)
      let found = attendBackward(
        problem.dO, dLogSumExp: problem.dL, q, k, v, result: attend(q, k, v, mask: mask),
        mask: mask)
      let error = error(found, expected)
      #expect(error <= bar, "\(queries) x \(keys), D \(width), G \(group)")
    }
  }

  /// Rows that see no key take no part, whatever gradient arrives at them.
  @Test func rowsWithoutKeysHaveNoGradient() {
    let (queries, keys) = (14, 66)
    let problem = AttentionProblem(heads: 2, keyHeads: 1, queries: queries, keys: keys, width: 8)
    let kept = Tensor<Float>(
      shape: [queries, keys], scalars: (0..<queries * keys).map { $0 / keys % 3 == 1 ? 0 : 1 })
    let mask = AttentionMask.boolean(kept)
    let found = tiled(problem, mask)
    let expected = problem.expectedGradient(problem.expected(mask: mask), mask: mask)
    #expect(error(found, expected) <= Self.bar)
    for h in 0..<2 {
      for i in 0..<queries {
        let row = (0..<8).map { found.dQueries[0, h, i, $0] }
        #expect(row.allSatisfy { $0 == 0 } == (i % 3 == 1))
      }
    }
    let none = Tensor<Float>(shape: [1, 1, 0, 8])
    let empty = attendBackward(
      problem.dO, dLogSumExp: problem.dL, problem.q, none, none,
      result: attend(problem.q, none, none))
    #expect(empty.dQueries == .zeros(problem.q.shape))
    #expect(empty.dKeys.shape == none.shape && empty.dValues.shape == none.shape)
    let unasked = Tensor<Float>(shape: [1, 2, 0, 8])
    let idle = attendBackward(
      unasked, unasked, problem.k, problem.v, result: attend(unasked, problem.k, problem.v))
    #expect(idle.dKeys == .zeros(problem.k.shape) && idle.dValues == .zeros(problem.v.shape))
  }

  /// The fast pass itself is the derivative: a step along its gradient changes the loss as it says.
  @Test func aStepAlongTheGradientChangesTheLossByItsSquare() {
    let problem = AttentionProblem(heads: 4, keyHeads: 2, queries: 33, keys: 70, width: 20)
    let mask = AttentionMask.causal(alignment: .bottomRight)
    func loss(_ q: Tensor<Float>, _ k: Tensor<Float>, _ v: Tensor<Float>) -> Double {
      let result = attend(q, k, v, mask: mask)
      let terms = zip(result.output.scalars, problem.dO.scalars).map { Double($0) * Double($1) }
      let rows = zip(result.logSumExp.scalars, problem.dL.scalars)
        .map { Double($0) * Double($1) }
      return terms.reduce(0, +) + rows.reduce(0, +)
    }
    let result = attend(problem.q, problem.k, problem.v, mask: mask)
    let g = attendBackward(
      problem.dO, dLogSumExp: problem.dL, problem.q, problem.k, problem.v, result: result,
      mask: mask)
    let square = [g.dQueries, g.dKeys, g.dValues]
      .reduce(0.0) { $0 + $1.scalars.reduce(0.0) { $0 + Double($1) * Double($1) } }
    let h: Float = 1e-3
    let change =
      loss(problem.q + g.dQueries * h, problem.k + g.dKeys * h, problem.v + g.dValues * h)
      - loss(problem.q - g.dQueries * h, problem.k - g.dKeys * h, problem.v - g.dValues * h)
    #expect(abs(change / Double(2 * h) - square) <= 1e-3 * square)
  }
}
