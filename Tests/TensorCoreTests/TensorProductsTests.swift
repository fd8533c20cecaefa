import TensorCore
import TestSupport
import Testing

/// Matrix products against NumPy.
@Suite struct TensorProductsTests {
  private func check<S: TensorScalar>(_ type: S.Type) throws {
    let golden = try Golden("products")
    func g(_ key: String) -> Tensor<S> { golden.tensor(key) }
    let bound = tolerance(S.self, double: 1e-14, float: 3e-6)
    for name in ["small", "odd", "vector", "thin"] {
      let (a, b) = (g("\(name).a"), g("\(name).b"))
      let (at, bt) = (g("\(name).aTransposed"), g("\(name).bTransposed"))
      let y = golden["\(name).y"]
      expectClose(matmul(a, b), y, within: bound, name)
      expectClose(matmul(at, b, transposeA: true), y, within: bound, "\(name) aᵀ")
      expectClose(matmul(a, bt, transposeB: true), y, within: bound, "\(name) bᵀ")
      expectClose(
        matmul(at, bt, transposeA: true, transposeB: true), y, within: bound, "\(name) aᵀ bᵀ")
    }
    for name in ["batched", "batched4"] {
      let (a, b) = (g("\(name).a"), g("\(name).b"))
      let last = Array(0..<a.rank - 2) + [a.rank - 1, a.rank - 2]
      let (at, bt) = (a.permuted(last), b.permuted(last))
      let y = golden["\(name).y"]
      expectClose(batchedMatmul(a, b), y, within: bound, name)
      expectClose(batchedMatmul(at, b, transposeA: true), y, within: bound, "\(name) aᵀ")
      expectClose(batchedMatmul(a, bt, transposeB: true), y, within: bound, "\(name) bᵀ")
      expectClose(
        batchedMatmul(at, bt, transposeA: true, transposeB: true), y, within: bound,
        "\(name) aᵀ bᵀ")
    }
    let shared = matmul(g("shared.a").reshaped(to: [12, 5]), g("shared.b"))
    expectClose(shared.reshaped(to: [4, 3, 2]), golden["shared.y"], within: bound, "shared")
    let x = g("gram.x")
    expectClose(gram(x), golden["gram.y"], within: bound, "gram")
    let covariance = gram(x - x.mean(along: 0), scaledBy: 1 / S(29))
    expectClose(covariance, golden["covariance.y"], within: bound, "covariance")
  }

  @Test func agreesWithNumPy() throws {
    try check(Double.self)
    try check(Float.self)
  }

  /// More rows than one task takes, in every transposition.
  @Test func tallProductsAreSplitAtTheRightRows() {
    let a: Tensor<Double> = normal([700, 6], "tall a")
    let b: Tensor<Double> = normal([6, 5], "tall b")
    var expected = Tensor<Double>.zeros([700, 5])
    for i in 0..<700 {
      for j in 0..<5 { expected[i, j] = (0..<6).reduce(0) { $0 + a[i, $1] * b[$1, j] } }
    }
    expectClose(matmul(a, b), expected, within: 1e-13)
    expectClose(matmul(a.transposed, b, transposeA: true), expected, within: 1e-13)
    expectClose(matmul(a, b.transposed, transposeB: true), expected, within: 1e-13)
  }

  /// More rows than one block takes, and a symmetric result.
  @Test func gramAddsItsBlocks() {
    let x: Tensor<Double> = normal([5000, 7], "gram")
    let expected = matmul(x, x, transposeA: true)
    let actual = gram(x, scaledBy: 0.5)
    expectClose(actual, expected * 0.5, within: 1e-12)
    #expect(actual == actual.transposed)
  }

  @Test func emptyExtentsGiveZeros() {
    #expect(matmul(Tensor<Float>.zeros([2, 0]), .zeros([0, 3])) == .zeros([2, 3]))
    #expect(matmul(Tensor<Float>.zeros([0, 2]), .zeros([2, 3])).shape == [0, 3])
    #expect(gram(Tensor<Double>.zeros([0, 3])) == .zeros([3, 3]))
    #expect(
      batchedMatmul(Tensor<Float>.zeros([2, 3, 0]), .zeros([2, 0, 4])) == .zeros([2, 3, 4]))
  }
}
