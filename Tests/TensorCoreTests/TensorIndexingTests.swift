import TensorCore
import TestSupport
import Testing

/// Gather, scatter, concatenation, slices and permutations against NumPy; all are exact.
@Suite struct TensorIndexingTests {
  private func check<S: TensorScalar>(_ type: S.Type) throws {
    let golden = try Golden("arithmetic")
    func g(_ key: String) -> Tensor<S> { golden.tensor(key) }

    let rows = golden.integers("gather.rows")
    #expect(g("gather.x").gather(rows: rows) == g("gather.y"))
    var dx = Tensor<S>.zeros(g("scatter.dx").shape)
    dx.scatterAdd(g("scatter.dy"), toRows: golden.integers("scatter.rows"))
    expectClose(
      dx, golden["scatter.dx"], within: tolerance(S.self, double: 0, float: 2e-7), "scatterAdd")

    let three = ["a", "b", "c"].map { g("concatenate1.\($0)") }
    #expect(Tensor.concatenate(three, along: 1) == g("concatenate1.y"))
    #expect(Tensor.concatenate(three, along: -2) == g("concatenate1.y"))
    #expect(
      Tensor.concatenate([g("concatenate0.a"), g("concatenate0.b")]) == g("concatenate0.y"))
    #expect(
      Tensor.concatenate([g("concatenateLast.a"), g("concatenateLast.b")], along: -1)
        == g("concatenateLast.y"))

    let x = g("slice.x")
    #expect(x.rows(1..<3) == g("slice.axis0"))
    #expect(x.slice(2..<5, along: 1) == g("slice.axis1"))
    #expect(x.slice(1..<2, along: -1) == g("slice.axis2"))
    #expect(x.slice(0..<5, along: 1) == x)
    #expect(x.slice(2..<2, along: 1).shape == [4, 0, 3])

    for order in [[3, 2, 1, 0], [0, 2, 1, 3], [1, 3, 0, 2], [0, 1, 2, 3]] {
      let key = "permute.y" + order.map(String.init).joined()
      #expect(g("permute.x").permuted(order) == g(key))
    }
    #expect(g("transpose.x").transposed == g("transpose.y"))
    var y = g("transpose.x")
    y.transpose()
    #expect(y == g("transpose.y"))
  }

  @Test func movesElementsAsNumPyDoes() throws {
    try check(Double.self)
    try check(Float.self)
  }

  @Test func largeTransposesMoveEveryElement() {
    for (m, n) in [(1, 200), (200, 1), (67, 130), (128, 64)] {
      let x: Tensor<Float> = normal([m, n], "large")
      let y = x.transposed
      #expect(y.shape == [n, m])
      for i in 0..<m { for j in 0..<n { #expect(x[i, j] == y[j, i]) } }
    }
  }

  @Test func elementsAreReadAndWrittenByPlace() {
    var x = Tensor<Double>.arange(24).reshaped(to: [2, 3, 4])
    #expect(x[1, 2, 3] == 23)
    #expect(x[0, 1, 2] == 6)
    x[0, 1, 2] = -1
    #expect(x.scalars[6] == -1)
    #expect(Tensor<Double>(5)[] == 5)
  }

  @Test func rowsAreReplaced() {
    var x = Tensor<Double>.arange(12).reshaped(to: [4, 3])
    x.replaceRows(from: 1, with: .zeros([2, 3]))
    #expect(x == Tensor([[0, 1, 2], [0, 0, 0], [0, 0, 0], [9, 10, 11]]))
  }

  @Test func tensorsAreMadeOfRowsRangesAndLabels() {
    #expect(Tensor<Float>([[1, 2], [3, 4]]).scalars == [1, 2, 3, 4])
    #expect(Tensor<Float>.arange(3, from: 2) == Tensor([2, 3, 4]))
    #expect(Tensor<Float>.linspace(0, 1, count: 5) == Tensor([0, 0.25, 0.5, 0.75, 1]))
    #expect(Tensor<Float>.identity(2) == Tensor([[1, 0], [0, 1]]))
    #expect(
      Tensor<Float>.oneHot([2, 0], classCount: 3) == Tensor([[0, 0, 1], [1, 0, 0]]))
    #expect(Tensor<Double>([0.1, 1e300]).converted(to: Float.self) == Tensor([0.1, .infinity]))
    #expect(Tensor<Float>([0.1]).converted(to: Double.self) == Tensor([Double(Float(0.1))]))
    #expect(Tensor<Double>([[1, 2], [3, 4]]).description == "[[1.0, 2.0],\n [3.0, 4.0]]")
    #expect(Tensor<Float>.zeros([40, 50]).description == "Tensor<float32> [40, 50]")
  }
}
