import TensorCore
import TestSupport
import Testing

/// Broadcasting arithmetic against NumPy.
@Suite struct TensorArithmeticTests {
  static let cases = [
    "same", "row", "column", "outer", "scalar", "rank3", "both", "rank4", "empty",
  ]

  private func check<S: TensorScalar>(_ name: String, _ type: S.Type) throws {
    let golden = try Golden("arithmetic")
    let a: Tensor<S> = golden.tensor("\(name).a")
    let b: Tensor<S> = golden.tensor("\(name).b")
    let bound = tolerance(S.self, double: 0, float: 3e-7)
    expectClose(a + b, golden["\(name).sum"], within: bound, "sum")
    expectClose(a - b, golden["\(name).difference"], within: bound, "difference")
    expectClose(b - a, golden["\(name).reversed"], within: bound, "reversed")
    expectClose(a * b, golden["\(name).product"], within: bound, "product")
    expectClose(a / b, golden["\(name).quotient"], within: bound, "quotient")
    if Shape.broadcast(a.shape, b.shape) == a.shape {
      var c = a
      c += b
      #expect(c == a + b)
      c = a
      c -= b
      #expect(c == a - b)
      c = a
      c *= b
      #expect(c == a * b)
      c = a
      c /= b
      #expect(c == a / b)
    }
  }

  @Test(arguments: cases) func broadcastsAsNumPyDoes(name: String) throws {
    try check(name, Double.self)
    try check(name, Float.self)
  }

  @Test func shapesBroadcastOrDoNot() {
    #expect(Shape.broadcast([2, 1, 4], [3, 1]) == [2, 3, 4])
    #expect(Shape.broadcast([], [3]) == [3])
    #expect(Shape.broadcast([0, 3], [1, 3]) == [0, 3])
    #expect(Shape.broadcast([2], [3]) == nil)
    #expect(Shape.broadcast([2, 3], [2]) == nil)
  }

  @Test func summedIsTheAdjointOfBroadcasting() {
    for (small, large) in [
      ([4], [3, 4]), ([3, 1], [3, 4]), ([], [2, 3]), ([2, 1, 1], [2, 3, 5]),
    ]
      as [(Shape, Shape)]
    {
      let x: Tensor<Double> = normal(small, "small")
      let y: Tensor<Double> = normal(large, "large")
      #expect(x.broadcast(to: large).shape == large)
      #expect(y.summed(to: small).shape == small)
      // ⟨broadcast x, y⟩ = ⟨x, summed y⟩
      let left = (x.broadcast(to: large) * y).sum()
      let right = (x * y.summed(to: small)).sum()
      #expect(abs(left - right) < 1e-12)
    }
  }

  @Test func numbersCombineWithTensors() {
    let x = Tensor<Float>([1, -2, 4])
    #expect(x + 1 == Tensor([2, -1, 5]))
    #expect(1 + x == Tensor([2, -1, 5]))
    #expect(x - 1 == Tensor([0, -3, 3]))
    #expect(1 - x == Tensor([0, 3, -3]))
    #expect(x * 2 == Tensor([2, -4, 8]))
    #expect(2 * x == Tensor([2, -4, 8]))
    #expect(x / 2 == Tensor([0.5, -1, 2]))
    #expect(4 / x == Tensor([4, -2, 1]))
    #expect(-x == Tensor([-1, 2, -4]))
    var y = x
    y *= 3
    #expect(y == Tensor([3, -6, 12]))
    y += Float(1)
    #expect(y == Tensor([4, -5, 13]))
    y.add(x, times: -2)
    #expect(y == Tensor([2, -1, 5]))
    y += y
    #expect(y == Tensor([4, -2, 10]))
    y -= y
    #expect(y == Tensor([0, 0, 0]))
  }
}
