import Synchronization
import TensorCore
import TestSupport
import Testing

/// The number of threads changes no bit.
@Suite(.serialized) struct ParallelTests {
  /// The value of `body` with each number of threads.
  private func values<Value>(_ body: () throws -> Value) rethrows -> [Value] {
    let before = Parallelism.threads
    defer { Parallelism.threads = before }
    return try [1, 2, 5].map {
      Parallelism.threads = $0
      return try body()
    }
  }

  private func expectSameBits<S: TensorScalar>(_ name: String, _ body: () -> Tensor<S>) {
    let results = values(body).map { $0.scalars }
    #expect(results.allSatisfy { $0 == results[0] }, "\(name) \(S.typeName)")
  }

  private func check<S: TensorScalar>(_ type: S.Type) {
    let a: Tensor<S> = normal([1500, 40], "a")
    let b: Tensor<S> = normal([40, 30], "b")
    let tall: Tensor<S> = normal([9000, 12], "tall")
    let batch: Tensor<S> = normal([7, 20, 10], "batch")
    expectSameBits("matmul") { matmul(a, b) }
    expectSameBits("matmul aᵀ") { matmul(a, a, transposeA: true) }
    expectSameBits("matmul bᵀ") { matmul(a, a, transposeB: true) }
    expectSameBits("gram") { gram(tall) }
    expectSameBits("batchedMatmul") { batchedMatmul(batch, batch, transposeB: true) }
    expectSameBits("sum along rows") { tall.sum(along: 0) }
    // The rows of a last subtree of sums, and panels of a factor.
    expectSameBits("sum along few more rows") { tall.rows(0..<1025).sum(along: 0) }
    let positive = gram(normal([900, 401], "wide") as Tensor<S>)
    expectSameBits("factor") {
      var factor = positive
      #expect(throws: Never.self) { try factorLeadingBlock(&factor, order: 401) }
      return factor
    }
    expectSameBits("sum") { Tensor(tall.sum()) }
    expectSameBits("softmax") { softmax(tall) }
    expectSameBits("sums inside parallel") {
      let parts = parallelMap(over: 9) { tall.rows($0 * 1000..<($0 + 1) * 1000).sum() }
      return Tensor(parts.reduce(0, +))
    }
  }

  @Test func oneAndSeveralThreadsGiveTheSameBits() {
    check(Float.self)
    check(Double.self)
  }

  @Test func factorisationsGiveTheSameBitsInsideParallel() throws {
    let a = gram(normal([80, 50], "factor") as Tensor<Double>)
    let results = try values {
      try parallelMap(over: 4, throwing: { _ in try eigh(a).vectors })
    }
    for result in results.flatMap({ $0 }) { #expect(result == results[0][0]) }
  }

  @Test func everyIndexRunsOnce() {
    for count in [0, 1, 2, 3, 1000] {
      let calls = values {
        let total = Atomic<Int>(0)
        let number = Atomic<Int>(0)
        parallel(over: count) {
          total.add($0, ordering: .relaxed)
          number.add(1, ordering: .relaxed)
        }
        return [number.load(ordering: .relaxed), total.load(ordering: .relaxed)]
      }
      #expect(calls == Array(repeating: [count, count * (count - 1) / 2], count: 3))
    }
  }

  @Test func nestedCallsRunToTheirEnd() {
    let results = values {
      parallelMap(over: 6) { i in parallelMap(over: 5) { j in 10 * i + j } }
    }
    let expected = (0..<6).map { i in (0..<5).map { j in 10 * i + j } }
    #expect(results == [expected, expected, expected])
  }

  private struct Failure: Error, Equatable { let index: Int }

  @Test func theErrorOfTheLowestIndexIsThrown() throws {
    let caught = values {
      do {
        _ = try parallelMap(over: 20) { (index: Int) throws -> Int in
          if index % 7 == 5 { throw Failure(index: index) }
          return index
        }
        return -1
      } catch { return (error as? Failure)?.index ?? -2 }
    }
    #expect(caught == [5, 5, 5])
  }
}
