import Layers
import TensorCore
import Testing

/// Gradients of one number, whose sum depends on the order of additions in the last bits.
@Suite struct TreeSumTests {
  @Test(arguments: [1, 2, 3, 5, 8, 13, 24]) func arrivalOrderChangesNoBit(count: Int) {
    var random = Philox(seed: 3).stream("tree", count)
    let numbers = (0..<count).map { _ in
      OneTensor<Float>.gradient(of: 1 / (random.uniform(as: Float.self) + 1e-3))
    }
    let expected = treeSum(numbers)
    for trial in 0..<5 {
      let tree = GradientTree<OneTensor<Float>>(count: count)
      var order = random.stream("order", trial)
      for index in order.permutation(count) { tree.insert(numbers[index], at: index) }
      #expect(tree.take().value == expected.value)
    }
  }

  @Test func takingEarlyIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let tree = GradientTree<OneTensor<Float>>(count: 2)
      tree.insert(OneTensor.gradient(of: 1), at: 0)
      _ = tree.take()
    }
  }
}
