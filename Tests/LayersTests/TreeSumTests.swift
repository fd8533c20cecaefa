import Layers
import TensorCore
import Testing

@Suite struct TreeSumTests {
  /// A gradient of one number, whose sum depends on the order of additions in the last bits.
  private struct Number: ParameterGradient, Equatable {
    typealias Scalar = Float
    var value: Float
    static func += (total: inout Number, gradient: Number) { total.value += gradient.value }
    static func *= (gradient: inout Number, factor: Float) { gradient.value *= factor }
  }

  @Test(arguments: [1, 2, 3, 5, 8, 13, 24]) func arrivalOrderChangesNoBit(count: Int) {
    var random = Philox(seed: 3).stream("tree", count)
    let numbers = (0..<count).map { _ in Number(value: 1 / (random.uniform(as: Float.self) + 1e-3))
    }
    let expected = treeSum(numbers)
    for trial in 0..<5 {
      let tree = GradientTree<Number>(count: count)
      var order = random.stream("order", trial)
      for index in order.permutation(count) { tree.insert(numbers[index], at: index) }
      #expect(tree.take() == expected)
    }
  }

  @Test func takingEarlyIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let tree = GradientTree<NoGradient<Float>>(count: 2)
      tree.insert(NoGradient(), at: 0)
      _ = tree.take()
    }
  }
}
