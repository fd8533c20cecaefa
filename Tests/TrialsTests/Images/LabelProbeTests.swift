import TensorCore
import Testing

@testable import Trials

@Suite struct LabelProbeTests {
  @Test func readsWhatIsThereAndNothingElse() throws {
    var random = Philox(seed: 4)
    let z: Tensor<Float> = random.normal(shape: [1200, 5])
    // A ring: no straight line divides it.
    let labels = (0..<1200).map { row in
      z[row, 1] * z[row, 1] + z[row, 2] * z[row, 2] > 1.4 ? 1 : 0
    }
    func accuracy(_ labels: [Int]) throws -> Double {
      try LabelProbe.accuracy(
        train: (z.rows(0..<800), Array(labels[0..<800])),
        test: (z.rows(800..<1200), Array(labels[800...])), classes: 2, using: random.stream("probe")
      )
    }
    #expect(try accuracy(labels) > 0.9)
    let order = random.permutation(1200)
    let shuffled = order.map { labels[$0] }
    #expect(abs(try accuracy(shuffled) - 0.5) < 0.12)
    #expect(LabelProbe.chance([0, 1, 1, 1]) == 0.75)
  }

  @Test func aConstantColumnIsNoTrouble() throws {
    let z = Tensor<Float>(shape: [40, 2], repeating: 3)
    let labels = (0..<40).map { $0 % 2 }
    let found = try LabelProbe.accuracy(
      train: (z, labels), test: (z, labels), classes: 2, using: Philox(seed: 0))
    #expect(found == 0.5)
  }
}

@Suite struct ShuffledPassesTests {
  @Test func everyPassHasEveryRowOnceInAnotherOrder() {
    let passes = ShuffledPasses(count: 10, batchSize: 4, random: Philox(seed: 1))
    let drawn = (0..<10).flatMap { passes.rows(ofStep: $0) }
    for pass in 0..<4 { #expect(drawn[pass * 10..<(pass + 1) * 10].sorted() == Array(0..<10)) }
    #expect(Array(drawn[0..<10]) != Array(drawn[10..<20]))
    #expect(passes.rows(ofStep: 7) == Array(drawn[28..<32]))
  }
}
