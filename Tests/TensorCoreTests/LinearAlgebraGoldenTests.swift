import TensorCore
import TestSupport
import Testing

/// Factorisations against NumPy and SciPy.
@Suite struct LinearAlgebraGoldenTests {
  private func check<S: TensorScalar>(_ type: S.Type) throws {
    let golden = try Golden("linearAlgebra")
    func g(_ key: String) -> Tensor<S> { golden.tensor(key) }
    let bound = tolerance(S.self, double: 1e-12, float: 1e-4)
    func expect(_ actual: Tensor<S>, _ key: String) {
      expectClose(actual, golden[key], within: bound, key)
    }
    expect(try cholesky(g("cholesky.a")), "cholesky.lower")
    expect(try solvePositiveDefinite(g("cholesky.a"), g("triangular.b")), "cholesky.solve")
    let l = g("triangular.lower")
    let b = g("triangular.b")
    expect(try solveTriangular(l, b), "triangular.forward")
    expect(try solveTriangular(l, b, transpose: true), "triangular.transposed")
    expect(try solveTriangular(l.transposed, b, lower: false), "triangular.upper")
    // SciPy solved Lᵀ Xᵀ = Cᵀ, that is X L = C.
    expect(try solveTriangular(l, g("triangular.c"), side: .right), "triangular.right")
    let logDeterminant = try (0..<8).reduce(S(0)) {
      $0 + 2 * S.log(try cholesky(g("cholesky.a"))[$1, $1])
    }
    expect(Tensor(logDeterminant), "cholesky.logDeterminant")
    #expect(throws: LinearAlgebraError.self) { try cholesky(g("notPositive.a")) }

    let all = try eigh(g("eigh.a"))
    expect(all.values, "eigh.values")
    expect(all.vectors, "eigh.vectors")
    let top = try eigh(g("eigh.a"), range: 7..<9)
    expect(top.values, "eighTop.values")
    expect(top.vectors, "eighTop.vectors")
    let places = golden.integers("eighMiddle.first")[0]..<golden.integers("eighMiddle.end")[0]
    let middle = try eigh(g("eigh.a"), range: places)
    expect(middle.values, "eighMiddle.values")
    expect(middle.vectors, "eighMiddle.vectors")
    let repeated = try eigh(g("eighRepeated.a"))
    expect(repeated.values, "eighRepeated.values")
    expect(
      matmul(repeated.vectors * repeated.values, repeated.vectors, transposeB: true),
      "eighRepeated.a")
    let part = try eigh(g("eighRepeated.a"), range: 2..<5)
    expectClose(
      part.values, golden["eighRepeated.values"].rows(2..<5), within: bound, "repeated, a range")
    expectClose(
      matmul(part.vectors, part.vectors, transposeA: true), .identity(3), within: bound,
      "repeated, orthogonality")

    for name in ["svdTall", "svdWide", "svdSquare"] {
      let (u, s, vT) = try svd(g("\(name).a"))
      expect(u, "\(name).u")
      expect(s, "\(name).s")
      expect(vT, "\(name).vTransposed")
    }
    let deficient = try svd(g("svdRank2.a"))
    expect(deficient.s, "svdRank2.s")
    for name in ["qrTall", "qrSquare"] {
      let (q, r) = try qr(g("\(name).a"))
      expect(q, "\(name).q")
      expect(r, "\(name).r")
    }
  }

  @Test func agreesInDouble() throws { try check(Double.self) }
  @Test func agreesInFloat() throws { try check(Float.self) }
}
