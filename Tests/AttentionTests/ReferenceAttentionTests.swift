import Foundation
import Storage
import TensorCore
import TestSupport
import Testing

@testable import Attention

@Suite struct ReferenceAttentionTests {
  let golden: [String: StoredArray]

  init() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    golden = try NPZ.read(from: folder.appending(path: "Golden/attention.npz").path)
  }

  func array(_ name: String) throws -> Tensor<Double> {
    try #require(golden[name], "no array \(name)").tensor()
  }

  func goldenMask(_ name: String) throws -> AttentionMask {
    let lengths = [4, 0]
    switch name {
    case "none": return .none
    case "causal.topLeft": return .causal(alignment: .topLeft)
    case "causal.bottomRight": return .causal(alignment: .bottomRight)
    case "window": return .window(left: 2, right: 1, alignment: .bottomRight)
    case "prefix": return .prefix(3, alignment: .topLeft)
    case "padding": return .keyPadding(lengths: lengths)
    case "packed": return .packed(queryOffsets: [0, 2, 5], keyOffsets: [0, 3, 7])
    case "packed.causal":
      return .packed(queryOffsets: [0, 2, 5], keyOffsets: [0, 3, 7], causal: .bottomRight)
    case "columns":
      return .columnIntervals(start: [0, 0, 1, 2, 2, 3, 5], end: [5, 1, 3, 5, 4, 5, 5])
    case "blocks":
      return .blockSparse(BlockPattern(queryBlock: 3, keyBlock: 3, rows: [[1], [0, 2]]))
    case "boolean": return .boolean(try array("kept").converted(to: Float.self))
    case "additive": return .additive(try array("bias").converted(to: Float.self))
    case "alibi": return .alibi(heads: 4, alignment: .bottomRight)
    case "relative":
      return .relative(try array("learned").converted(to: Float.self), alignment: .topLeft)
    default:
      return AttentionMask.causal(alignment: .bottomRight)
        .intersection(.alibi(heads: 4, alignment: .bottomRight))
        .intersection(.keyPadding(lengths: lengths))
    }
  }

  static let cases = [
    "none", "causal.topLeft", "causal.bottomRight", "window", "prefix", "padding", "packed",
    "packed.causal", "columns", "blocks", "boolean", "additive", "alibi", "relative",
    "causal.alibi.padding",
  ]

  /// Biases are given in float32, hence the wider bars of the masks that have some.
  @Test(arguments: cases) func agreesWithPyTorch(name: String) throws {
    let mask = try goldenMask(name)
    let bar = name == "additive" || name == "relative" ? 2e-7 : 1e-13
    let (q, k, v) = (try array("q"), try array("k"), try array("v"))
    let (dO, dL) = (try array("dO"), try array("dL"))
    for layout in HeadLayout.allCases {
      func laidOut(_ x: Tensor<Double>) -> Tensor<Double> {
        layout == .headsFirst ? x : x.permuted([0, 2, 1, 3])
      }
      let options = AttentionOptions(layout: layout)
      let result = ReferenceAttention.attend(
        laidOut(q), laidOut(k), laidOut(v), mask: mask, options: options)
      expectClose(laidOut(result.output), try array("\(name).o"), within: bar, "output")
      expectClose(result.logSumExp, try array("\(name).lse"), within: bar, "log-sum-exp")
      let gradient = ReferenceAttention.backward(
        laidOut(dO), dLogSumExp: dL, laidOut(q), laidOut(k), laidOut(v), result: result,
        mask: mask, options: options)
      expectClose(laidOut(gradient.dQueries), try array("\(name).dq"), within: 5 * bar, "dQ")
      expectClose(laidOut(gradient.dKeys), try array("\(name).dk"), within: 5 * bar, "dK")
      expectClose(laidOut(gradient.dValues), try array("\(name).dv"), within: 5 * bar, "dV")
    }
  }

  /// Central differences of a random combination of outputs and log-sum-exps, with a scale of its own.
  @Test func gradientsAreThoseOfFiniteDifferences() {
    let shapes: [Shape] = [[1, 2, 3, 2], [1, 1, 4, 2], [1, 1, 4, 2]]
    var arguments = shapes.enumerated().map { normal($1, "argument \($0)", as: Double.self) }
    let mask = AttentionMask.window(left: 2, right: 1, alignment: .bottomRight)
      .intersection(.alibi(heads: 2, alignment: .bottomRight))
    let options = AttentionOptions(scale: 0.7)
    let dO = normal(shapes[0], "dO", as: Double.self)
    let dL = normal([1, 2, 3], "dL", as: Double.self)
    func loss(_ x: [Tensor<Double>]) -> Double {
      let result = ReferenceAttention.attend(x[0], x[1], x[2], mask: mask, options: options)
      return (result.output * dO).sum() + (result.logSumExp * dL).sum()
    }
    let result = ReferenceAttention.attend(
      arguments[0], arguments[1], arguments[2], mask: mask, options: options)
    let gradient = ReferenceAttention.backward(
      dO, dLogSumExp: dL, arguments[0], arguments[1], arguments[2], result: result, mask: mask,
      options: options)
    for (a, analytic) in [gradient.dQueries, gradient.dKeys, gradient.dValues].enumerated() {
      for i in 0..<analytic.count {
        let kept = arguments[a]
        let values = [1e-5, -1e-5].map { step in
          var scalars = kept.scalars
          scalars[i] += step
          arguments[a] = Tensor(shape: kept.shape, scalars: scalars)
          return loss(arguments)
        }
        arguments[a] = kept
        #expect(abs((values[0] - values[1]) / 2e-5 - analytic.scalars[i]) < 1e-8)
      }
    }
  }

  /// No keys at all, and rows that see none: output 0, log-sum-exp −∞, gradient 0, also where a gradient comes in.
  @Test func rowsWithoutKeysAreZero() {
    let q = normal([2, 2, 3, 4], "q", as: Double.self)
    let none = Tensor<Double>(shape: [2, 1, 0, 4])
    let empty = ReferenceAttention.attend(q, none, none)
    #expect(empty.output == .zeros(q.shape))
    #expect(empty.logSumExp.scalars.allSatisfy { $0 == -.infinity })
    let zero = ReferenceAttention.backward(
      q, dLogSumExp: .ones([2, 2, 3]), q, none, none, result: empty)
    #expect(zero.dQueries == .zeros(q.shape) && zero.dKeys.count == 0)

    let k = normal([2, 1, 5, 4], "k", as: Double.self)
    let mask = AttentionMask.keyPadding(lengths: [0, 5])
    let result = ReferenceAttention.attend(q, k, k, mask: mask)
    let gradient = ReferenceAttention.backward(
      q, dLogSumExp: .ones([2, 2, 3]), q, k, k, result: result, mask: mask)
    for x in [result.output, gradient.dQueries, gradient.dKeys, gradient.dValues] {
      #expect(x.rows(0..<1).scalars.allSatisfy { $0 == 0 })
      #expect(x.rows(1..<2).scalars.allSatisfy { $0.isFinite && $0 != 0 })
    }
  }

  @Test func anotherThreadChangesNoBit() {
    let q = normal([1, 4, 9, 5], "q", as: Float.self)
    let k = normal([1, 2, 9, 5], "k", as: Float.self)
    let runs = [1, 2].map { threads in
      let before = Parallelism.threads
      Parallelism.threads = threads
      defer { Parallelism.threads = before }
      let result = ReferenceAttention.attend(q, k, k)
      let gradient = ReferenceAttention.backward(q, q, k, k, result: result)
      return [result.output, result.logSumExp, gradient.dQueries, gradient.dKeys, gradient.dValues]
    }
    #expect(runs[0] == runs[1])
  }
}
