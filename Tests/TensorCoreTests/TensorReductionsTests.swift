import TensorCore
import TestSupport
import Testing

/// Reductions along axes against NumPy and SciPy.
@Suite struct TensorReductionsTests {
  private func check<S: TensorScalar>(_ name: String, _ type: S.Type) throws {
    let golden = try Golden("reductions")
    let x = golden.tensor("\(name).x", as: S.self)
    // `offset` lies a million standard deviations from zero; single precision has no digits left for its variance.
    let isOffset = name == "offset"
    let bound = tolerance(S.self, double: 1e-14, float: 1e-6)
    func expect(_ actual: Tensor<S>, _ key: String, _ bound: Double) {
      expectClose(actual, golden["\(name).\(key)"], within: bound, "\(name).\(key)")
    }
    expect(Tensor(x.sum()), "sum", bound)
    expect(Tensor(x.mean()), "mean", bound)
    expect(Tensor(x.max()), "max", bound)
    expect(Tensor(x.min()), "min", bound)
    for axis in 0..<x.rank {
      expect(x.sum(along: axis), "sum\(axis)", bound)
      expect(x.sum(along: axis - x.rank), "sum\(axis)", bound)
      expect(x.sum(along: axis, keepingAxis: true), "sumKept\(axis)", bound)
      expect(x.mean(along: axis), "mean\(axis)", bound)
      expect(x.max(along: axis), "max\(axis)", bound)
      expectClose(
        -((-x).min(along: axis)), golden["\(name).max\(axis)"], within: bound, "min along \(axis)")
      if !isOffset || S.self == Double.self {
        let varianceBound = tolerance(S.self, double: isOffset ? 1e-9 : 1e-14, float: 1e-6)
        expect(x.variance(along: axis, correction: 0), "populationVariance\(axis)", varianceBound)
        if x.shape[axis] > 1 { expect(x.variance(along: axis), "variance\(axis)", varianceBound) }
      }
      var order = Array(0..<x.rank)
      order.remove(at: axis)
      let last = x.permuted(order + [axis])
      expect(logSumExp(last), "logSumExp\(axis)", bound)
      if !isOffset || S.self == Double.self {
        #expect(last.argmax() == golden.integers("\(name).argmax\(axis)"))
      }
    }
  }

  @Test(arguments: ["matrix", "rank3", "offset", "single"])
  func agreesWithNumPy(name: String) throws {
    try check(name, Double.self)
    try check(name, Float.self)
  }

  private func checkSoftmax<S: TensorScalar>(_ type: S.Type) throws {
    let golden = try Golden("reductions")
    let x = golden.tensor("softmax.x", as: S.self)
    // A row near 700 has 3e-5 to the nearest neighbour in single precision.
    let bound = tolerance(S.self, double: 1e-12, float: 2e-4)
    expectClose(softmax(x), golden["softmax.y"], within: bound, "softmax")
    expectClose(logSumExp(x), golden["softmax.logSumExp"], within: bound, "logSumExp")
    let logarithm = x - logSumExp(x).reshaped(to: [x.shape[0], 1])
    expectClose(logarithm, golden["softmax.log"], within: bound, "log softmax")
    expectClose(
      softmax(x).sum(along: 1), .ones([x.shape[0]]),
      within: tolerance(S.self, double: 1e-15, float: 3e-7), "rows add to 1")
  }

  @Test func softmaxSubtractsTheMaximum() throws {
    try checkSoftmax(Double.self)
    try checkSoftmax(Float.self)
  }

  @Test func theFirstOfEqualElementsIsTheLargest() throws {
    let golden = try Golden("reductions")
    #expect(golden["ties.x"].argmax() == golden.integers("ties.argmax1"))
  }

  @Test func sumsKeepTheirDigitsUnderCancellation() throws {
    let golden = try Golden("reductions")
    let x = golden["cancellation.x"]
    let exact = golden["cancellation.sum"].scalar
    let magnitude = abs(x).sum()
    #expect(abs(x.sum() - exact) <= 1e-15 * magnitude)
    let single = Double(x.converted(to: Float.self).sum())
    #expect(abs(single - exact) <= 2e-7 * magnitude)
  }

  @Test func longSinglePrecisionSumsDoNotDrift() {
    // Summed one by one, ten million tenths are off by 9 %; fixed blocks keep their digits.
    let count = 10_000_000
    let x = Tensor<Float>(shape: [count], repeating: 0.1)
    let exact = Double(count) * Double(Float(0.1))
    #expect(abs(Double(x.sum()) / exact - 1) < 2e-6)
    let columns = x.reshaped(to: [count / 4, 4]).sum(along: 0)
    for c in columns.scalars { #expect(abs(Double(c) / (exact / 4) - 1) < 5e-6) }
  }

  @Test func notANumberIsNeverLost() {
    for place in 0..<40 {
      var x = Tensor<Float>(shape: [40], repeating: 1)
      x[place] = .nan
      #expect(x.max().isNaN && x.min().isNaN && x.sum().isNaN)
      #expect(x.reshaped(to: [4, 10]).max(along: 0).scalars.contains { $0.isNaN })
      #expect(x.reshaped(to: [4, 10]).min(along: 1).scalars.contains { $0.isNaN })
    }
  }

  @Test func emptyAxesSumToZero() {
    #expect(Tensor<Float>.zeros([0, 3]).sum(along: 0) == .zeros([3]))
    #expect(Tensor<Double>.zeros([3, 0]).sum(along: 1) == .zeros([3]))
    #expect(Tensor<Double>.zeros([0]).sum() == 0)
    #expect(logSumExp(Tensor<Double>([[-.infinity, -.infinity]])).scalars == [-.infinity])
  }
}
