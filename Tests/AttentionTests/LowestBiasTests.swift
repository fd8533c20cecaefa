import TensorCore
import TestSupport
import Testing

@testable import Attention

/// Additive masks of the largest numbers that float32 has: what the formula says of them, forward and backward, on every path.
///
/// A row all at one finite bias is the plain softmax as far as rounding leaves the scores apart: of −3.4 · 10³⁸ nothing is left,
/// and the row is the mean of the values. Among different biases the largest wins alone.
@Suite struct LowestBiasTests {
  static let lowest = -Float.greatestFiniteMagnitude

  /// A bias for each pair by name; rows that are not named have 0.
  static let biases: [(name: String, bias: @Sendable (_ i: Int, _ j: Int) -> Float)] = [
    ("lowest row", { i, _ in i == 2 ? lowest : 0 }),
    ("lowest rows beside -inf", { i, j in i % 3 == 1 ? (j % 4 == 0 ? lowest : -.infinity) : 0 }),
    ("-3.4e38 row", { i, _ in i == 2 ? -3.4e38 : 0 }),
    ("-3.4e38 above the lowest", { i, j in i % 2 == 0 ? (j % 5 == 0 ? -3.4e38 : lowest) : 0 }),
    ("-2.4e38 above -3.4e38", { i, j in i % 2 == 0 ? (j % 5 == 1 ? -2.4e38 : -3.4e38) : 0 }),
    ("-2.36e38 and -2.37e38", { i, j in i % 2 == 0 ? (j % 5 == 1 ? -2.36e38 : -2.37e38) : 0 }),
    ("-1e38 row", { i, _ in i == 2 ? -1e38 : 0 }),
    ("-1e30 above -2e30", { i, j in i == 2 ? (j % 3 == 0 ? -1e30 : -2e30) : 0 }),
    ("-1e9 row", { i, _ in i == 2 ? -1e9 : 0 }),
    ("-1e8 row", { i, _ in i == 2 ? -1e8 : 0 }),
    ("-1e8 padding", { i, j in i > 4 || j > 30 ? -1e8 : 0 }),
    ("lowest as padding", { i, j in i > 4 || j > 30 ? lowest : 0 }),
    ("lowest triangle", { i, j in j > i ? lowest : 0 }),
    ("-inf row", { i, _ in i == 2 ? -.infinity : 0 }),
    ("huge row", { i, _ in i == 2 ? .greatestFiniteMagnitude : 0 }),
    ("one huge key", { i, j in i == 2 && j == 7 ? .greatestFiniteMagnitude : 0 }),
    (
      "3.4e38 below the largest",
      { i, j in i == 2 ? (j == 7 ? .greatestFiniteMagnitude : 3.4e38) : 0 }
    ),
    ("huge beside lowest", { i, j in i == 2 ? (j % 2 == 0 ? 3e38 : lowest) : 0 }),
  ]

  static func mask(_ name: String, queries: Int, keys: Int) -> AttentionMask {
    let bias = biases.first { $0.name == name }!.bias
    return .additive(
      Tensor(
        shape: [queries, keys],
        scalars: (0..<queries * keys).map { bias($0 / keys, $0 % keys) }))
  }

  static let tilings: [(name: String, tiling: AttentionTiling?)] = [
    ("chosen", nil), ("small", AttentionTiling(queryBlock: 12, keyBlock: 16)),
    ("blocks", AttentionTiling(queryBlock: 12, keyBlock: 16, usesStrips: false)),
    ("rows", AttentionTiling(queryBlock: 24, keyBlock: 64, packsKeys: false)),
  ]

  /// Scores within ±0.6: no sum with a bias of 10⁸ and more is moved by them.
  private func problem(_ tiling: AttentionTiling?, heads: Int = 2, width: Int = 20)
    -> AttentionProblem
  {
    AttentionProblem(
      heads: heads, keyHeads: 1, queries: 37, keys: 45, width: width,
      options: AttentionOptions(tiling: tiling), scaledBy: 0.1)
  }

  @Test(arguments: biases.map(\.name), tilings.map(\.name))
  func allPathsAgreeWithTheFormula(_ name: String, _ tiling: String) {
    let problem = problem(Self.tilings.first { $0.name == tiling }!.tiling)
    let mask = Self.mask(name, queries: 37, keys: 45)
    let (q, k, v, options) = (problem.q, problem.k, problem.v, problem.options)
    let result = attend(q, k, v, mask: mask, options: options)
    let plain = ReferenceAttention.attend(q, k, v, mask: mask, options: options)
    #expect(result.output.isFinite && plain.output.isFinite)
    #expect(largestDifference(result.output, plain.output.converted(to: Double.self)) < 1e-5)
    for (found, expected) in zip(result.logSumExp.scalars, plain.logSumExp.scalars) {
      #expect(found == expected || abs(found - expected) <= 2e-6 * max(1, abs(expected)))
    }
    let found = attendBackward(
      problem.dO, dLogSumExp: problem.dL, q, k, v, result: result, mask: mask, options: options)
    let expected = ReferenceAttention.backward(
      problem.dO, dLogSumExp: problem.dL, q, k, v, result: plain, mask: mask, options: options)
    for (name, found, expected) in [
      ("dQ", found.dQueries, expected.dQueries), ("dK", found.dKeys, expected.dKeys),
      ("dV", found.dValues, expected.dValues),
    ] {
      #expect(relativeDifference(found, expected.converted(to: Double.self)) < 2e-5, "\(name)")
    }
  }

  /// Not against another program of ours: the mean itself, and `dV = dO/n`, `dQ = 0` without keys' differences.
  @Test(arguments: [-Float.greatestFiniteMagnitude, -3.4e38, -2.4e38, -1e30, -1e9, 3e38])
  func aRowAtOneBiasIsTheMeanOfTheValues(_ bias: Float) {
    let problem = problem(nil, heads: 1)
    let mask = AttentionMask.additive(Tensor(shape: [37, 45], repeating: bias))
    let v = problem.v.reshaped(to: [45, 20])
    let mean = v.mean(along: 0)
    let result = attend(problem.q, problem.k, problem.v, mask: mask)
    let reference = ReferenceAttention.attend(problem.q, problem.k, problem.v, mask: mask)
    for output in [result.output, reference.output] {
      for row in 0..<37 {
        let difference = output.reshaped(to: [37, 20]).rows(row..<row + 1) - mean
        #expect(abs(difference).max() < 1e-6)
      }
    }
    let sum = problem.dO.reshaped(to: [37, 20]).sum(along: 0)
    let found = attendBackward(
      problem.dO, problem.q, problem.k, problem.v, result: result, mask: mask)
    let plain = ReferenceAttention.backward(
      problem.dO, problem.q, problem.k, problem.v, result: reference, mask: mask)
    for dV in [found.dValues, plain.dValues] {
      for key in 0..<45 {
        let difference = dV.reshaped(to: [45, 20]).rows(key..<key + 1) - sum * (1 / 45)
        #expect(abs(difference).max() < 1e-5)
      }
    }
  }

  @Test(arguments: biases.map(\.name), HalfTensor.Format.allCases)
  func sixteenBitsAgreeWithTheFormula(_ name: String, _ format: HalfTensor.Format) {
    let problem = problem(nil, width: 32)
    let mask = Self.mask(name, queries: 37, keys: 45)
    let (q, k, v) = problem.rounded(to: format)
    let result = attend(q, k, v, mask: mask)
    let (qf, kf, vf) = (q.converted(), k.converted(), v.converted())
    let plain = ReferenceAttention.attend(qf, kf, vf, mask: mask)
    let bar = format == .bfloat16 ? 2e-2 : 2e-3
    #expect(
      largestDifference(result.output.converted(), plain.output.converted(to: Double.self)) < bar)
    let found = attendBackward(problem.dO, q, k, v, result: result, mask: mask)
    let expected = ReferenceAttention.backward(
      problem.dO, qf, kf, vf, result: plain, mask: mask)
    #expect(
      relativeDifference(found.dValues, expected.dValues.converted(to: Double.self)) < bar)
    #expect(found.dQueries.isFinite && found.dKeys.isFinite)
  }

  /// From 512 on the backward pass makes the scores of a row once more; biases of some hundred leave the rows' scores apart.
  @Test(arguments: tilings.map(\.name))
  func rowsFarFromZeroKeepTheirOwnScores(_ tiling: String) {
    let options = AttentionOptions(tiling: Self.tilings.first { $0.name == tiling }!.tiling)
    let problem = AttentionProblem(
      heads: 2, keyHeads: 1, queries: 37, keys: 45, width: 20, options: options)
    func bias(_ i: Int, _ j: Int) -> Float {
      let level = Float(600 + 40 * (i % 5))
      return i % 3 == 0 ? 0 : Float(j % 4) - level
    }
    let mask = AttentionMask.additive(
      Tensor(shape: [37, 45], scalars: (0..<37 * 45).map { bias($0 / 45, $0 % 45) }))
    let plain = problem.expected(mask: mask)
    let expected = problem.expectedGradient(plain, mask: mask)
    let result = attend(problem.q, problem.k, problem.v, mask: mask, options: options)
    let found = attendBackward(
      problem.dO, dLogSumExp: problem.dL, problem.q, problem.k, problem.v, result: result,
      mask: mask, options: options)
    #expect(largestDifference(result.output, plain.output) < 2e-4)
    #expect(relativeDifference(found.dQueries, expected.dQueries) < 2e-4)
    #expect(relativeDifference(found.dKeys, expected.dKeys) < 2e-4)
    #expect(relativeDifference(found.dValues, expected.dValues) < 2e-4)
  }

  /// Two finite masks whose sum is beyond the largest number hide nothing, in a table of distances neither.
  @Test func sumsOfFiniteMasksStayFinite() {
    let problem = problem(nil, heads: 1)
    let lowest = AttentionMask.additive(Tensor(shape: [37, 45], repeating: Self.lowest))
    let table = AttentionMask.relative(
      Tensor(shape: [1, 9], repeating: Self.lowest), alignment: .topLeft)
    let slopes = AttentionMask.alibi(slopes: [3e38], alignment: .bottomRight)
    for (name, mask) in [
      ("twice", lowest.intersection(lowest)), ("table", table),
      ("both", lowest.intersection(table)),
      ("slopes", slopes), ("slopes and lowest", slopes.intersection(lowest)),
    ] {
      let found = attend(problem.q, problem.k, problem.v, mask: mask)
      let expected = ReferenceAttention.attend(problem.q, problem.k, problem.v, mask: mask)
      #expect(
        largestDifference(found.output, expected.output.converted(to: Double.self)) < 1e-5,
        "\(name)")
      #expect(found.logSumExp.isFinite, "\(name)")
      let dense = mask.dense(batch: 1, heads: 1, queries: 37, keys: 45)
      #expect(dense.isFinite, "\(name)")
    }
  }

  @Test func theMapToBaseTwoKeepsTheOrder() {
    let magnitudes: [Float] = [
      0, 1, 1e9, 1e30, 0x1p124, 0x1p125, Float(0x1p125).nextUp, 5e37, 1e38, 2.3e38, 2.4e38, 3e38,
      3.4e38, .greatestFiniteMagnitude,
    ]
    let mapped = magnitudes.map { BaseTwo.bias($0) }
    #expect(zip(mapped, mapped.dropFirst()).allSatisfy(<) && mapped.allSatisfy(\.isFinite))
    for x in magnitudes {
      #expect(BaseTwo.bias(-x) == -BaseTwo.bias(x))
      #expect(abs(BaseTwo.nats(BaseTwo.bias(x)) - x) <= 4 * x.ulp)
    }
    #expect(BaseTwo.bias(-.infinity) == -.infinity)
  }
}
