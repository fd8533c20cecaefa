import TensorCore
import Testing

@testable import Attention

@Suite struct TiledBackwardTests {
  /// The largest difference, as a part of the largest number of `expected`.
  private func error(_ found: Tensor<Float>, _ expected: Tensor<Double>) -> Double {
    let scale = expected.scalars.map(abs).max() ?? 0
    let worst = zip(found.scalars, expected.scalars).map { abs(Double($0) - $1) }.max() ?? 0
    return scale == 0 ? worst : worst / scale
  }

  private func double(_ x: Tensor<Float>) -> Tensor<Double> { x.converted(to: Double.self) }

  private func check(
    _ layout: HeadLayout, heads: Int, keyHeads: Int, queries: Int, keys: Int, width: Int,
    tiling: AttentionTiling?, batch: Int = 2
  ) {
    func shape(_ heads: Int, _ tokens: Int) -> Shape {
      layout == .headsFirst ? [batch, heads, tokens, width] : [batch, tokens, heads, width]
    }
    let q = TiledForwardTests.normal(shape(heads, queries), "q")
    let k = TiledForwardTests.normal(shape(keyHeads, keys), "k")
    let v = TiledForwardTests.normal(shape(keyHeads, keys), "v")
    let dO = TiledForwardTests.normal(shape(heads, queries), "dO")
    let dLSE = TiledForwardTests.normal([batch, heads, queries], "dLSE")
    let options = AttentionOptions(layout: layout, tiling: tiling)
    for (name, mask) in maskCases(batch: batch, heads: heads, queries: queries, keys: keys) {
      let plain = ReferenceAttention.attend(
        double(q), double(k), double(v), mask: mask, options: options)
      let expected = ReferenceAttention.backward(
        double(dO), dLogSumExp: double(dLSE), double(q), double(k), double(v), result: plain,
        mask: mask, options: options)
      let result = attend(q, k, v, mask: mask, options: options)
      let found = attendBackward(
        dO, dLogSumExp: dLSE, q, k, v, result: result, mask: mask, options: options)
      let label = "\(name) \(layout) \(heads)/\(keyHeads) \(queries)x\(keys) D\(width)"
      #expect(error(found.dQueries, expected.dQueries) <= 2e-5, "dQ \(label)")
      #expect(error(found.dKeys, expected.dKeys) <= 2e-5, "dK \(label)")
      #expect(error(found.dValues, expected.dValues) <= 2e-5, "dV \(label)")
    }
  }

  @Test(arguments: HeadLayout.allCases, [16, 17])
  func agreesWithTheFormulaUnderEveryMask(_ layout: HeadLayout, width: Int) {
    check(
      layout, heads: 4, keyHeads: 2, queries: 37, keys: 45, width: width,
      tiling: AttentionTiling(queryBlock: 24, keyBlock: 12))
  }

  @Test(arguments: HeadLayout.allCases)
  func severalBlocksOfQueries(_ layout: HeadLayout) {
    check(
      layout, heads: 1, keyHeads: 1, queries: 403, keys: 250, width: 16,
      tiling: AttentionTiling(queryBlock: 100, keyBlock: 50), batch: 1)
  }

  @Test func chosenTiles() {
    check(.headsFirst, heads: 2, keyHeads: 1, queries: 130, keys: 200, width: 80, tiling: nil)
    check(
      .tokensFirst, heads: 10, keyHeads: 10, queries: 9, keys: 7, width: 64, tiling: nil, batch: 1)
  }

  @Test func halfInputsGiveTheGradientsOfTheirNumbers() {
    for format in HalfTensor.Format.allCases {
      let q = HalfTensor(TiledForwardTests.normal([1, 2, 50, 24], "q"), format: format)
      let k = HalfTensor(TiledForwardTests.normal([1, 1, 70, 24], "k"), format: format)
      let v = HalfTensor(TiledForwardTests.normal([1, 1, 70, 24], "v"), format: format)
      let dO = TiledForwardTests.normal([1, 2, 50, 24], "dO")
      let mask = AttentionMask.causal(alignment: .bottomRight)
      let result = attend(q, k, v, mask: mask)
      let found = attendBackward(dO, q, k, v, result: result, mask: mask)
      let (qd, kd, vd) = (
        double(q.converted()), double(k.converted()), double(v.converted())
      )
      let plain = ReferenceAttention.attend(qd, kd, vd, mask: mask)
      let expected = ReferenceAttention.backward(double(dO), qd, kd, vd, result: plain, mask: mask)
      // The output in δ, and for bfloat16 the log-sum-exps, carry the rounding of the forward pass.
      let bar = format == .bfloat16 ? 1e-2 : 2e-3
      #expect(error(found.dQueries, expected.dQueries) <= bar)
      #expect(error(found.dKeys, expected.dKeys) <= bar)
      #expect(error(found.dValues, expected.dValues) <= bar)
    }
  }

  @Test func threadsChangeNoBit() {
    let threads = Parallelism.threads
    defer { Parallelism.threads = threads }
    let q = TiledForwardTests.normal([1, 2, 450, 40], "q")
    let k = TiledForwardTests.normal([1, 1, 450, 40], "k")
    let mask = AttentionMask.causal(alignment: .topLeft)
    func run(_ count: Int) -> (AttentionResult<Float>, AttentionGradient<Float>) {
      Parallelism.threads = count
      let result = attend(q, k, k, mask: mask)
      return (result, attendBackward(q, q, k, k, result: result, mask: mask))
    }
    let ((one, dOne), (two, dTwo)) = (run(1), run(2))
    #expect(one.output == two.output && one.logSumExp == two.logSumExp)
    #expect(dOne.dQueries == dTwo.dQueries && dOne.dKeys == dTwo.dKeys)
    #expect(dOne.dValues == dTwo.dValues)
  }
}
