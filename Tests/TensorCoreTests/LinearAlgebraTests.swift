import TensorCore
import TestSupport
import Testing

/// Properties that hold for any matrix: the factors multiply to the matrix, and are triangular or orthogonal.
@Suite struct LinearAlgebraTests {
  private func bound<S: TensorScalar>(_ type: S.Type) -> Double {
    tolerance(S.self, double: 1e-12, float: 1e-4)
  }

  private func positiveDefinite<S: TensorScalar>(_ n: Int, as type: S.Type) -> Tensor<S> {
    let x: Tensor<S> = normal([2 * n + 3, n], "positive\(n)")
    return gram(x, scaledBy: 1 / S(2 * n + 3)) + Tensor.identity(n) * S(0.1)
  }

  private func checkCholesky<S: TensorScalar>(_ type: S.Type) throws {
    for n in [1, 2, 5, 33, 90] {
      let a = positiveDefinite(n, as: S.self)
      let l = try cholesky(a)
      for i in 0..<n {
        for j in i + 1..<max(n, i + 1) { #expect(l[i, j] == 0) }
        #expect(l[i, i] > 0)
      }
      let name = "cholesky \(n)"
      expectClose(
        matmul(l, l, transposeB: true), a.converted(to: Double.self), within: bound(S.self), name)
      let x: Tensor<S> = normal([n, 4], "x\(n)")
      expectClose(
        try solvePositiveDefinite(a, matmul(a, x)), x.converted(to: Double.self),
        within: 30 * bound(S.self), "solve \(n)")
      // Only the lower triangle is read.
      var half = a
      for i in 0..<n { for j in i + 1..<max(n, i + 1) { half[i, j] = -123 } }
      #expect(try cholesky(half) == l)
    }
  }

  @Test func choleskyReconstructs() throws {
    try checkCholesky(Double.self)
    try checkCholesky(Float.self)
  }

  private func checkTriangular<S: TensorScalar>(_ type: S.Type) throws {
    let n = 7
    let l = try cholesky(positiveDefinite(n, as: S.self))
    for lower in [true, false] {
      let triangle = lower ? l : l.transposed
      for transpose in [true, false] {
        let op = transpose ? triangle.transposed : triangle
        let left: Tensor<S> = normal([n, 3], "left")
        let right: Tensor<S> = normal([4, n], "right")
        let vector: Tensor<S> = normal([n], "vector")
        let name = "lower \(lower) transpose \(transpose)"
        expectClose(
          try solveTriangular(triangle, matmul(op, left), lower: lower, transpose: transpose),
          left.converted(to: Double.self), within: 30 * bound(S.self), "left " + name)
        expectClose(
          try solveTriangular(
            triangle, matmul(right, op), lower: lower, transpose: transpose, side: .right),
          right.converted(to: Double.self), within: 30 * bound(S.self), "right " + name)
        let column = matmul(op, vector.reshaped(to: [n, 1])).reshaped(to: [n])
        expectClose(
          try solveTriangular(triangle, column, lower: lower, transpose: transpose),
          vector.converted(to: Double.self), within: 30 * bound(S.self), "vector " + name)
        let row = matmul(vector.reshaped(to: [1, n]), op).reshaped(to: [n])
        expectClose(
          try solveTriangular(
            triangle, row, lower: lower, transpose: transpose, side: .right),
          vector.converted(to: Double.self), within: 30 * bound(S.self), "row " + name)
      }
    }
  }

  @Test func triangularSolvesInvertTheProduct() throws {
    try checkTriangular(Double.self)
    try checkTriangular(Float.self)
  }

  private func checkEigen<S: TensorScalar>(_ type: S.Type) throws {
    for n in [1, 2, 6, 40] {
      let x: Tensor<S> = normal([n, n], "eigen\(n)")
      let a = (x + x.transposed) * S(0.5)
      let (values, vectors) = try eigh(a)
      let identity = Tensor<Double>.identity(n)
      expectClose(
        matmul(vectors, vectors, transposeA: true), identity, within: bound(S.self), "VᵀV \(n)")
      expectClose(
        matmul(vectors * values, vectors, transposeB: true), a.converted(to: Double.self),
        within: 10 * bound(S.self), "V λ Vᵀ \(n)")
      for i in 1..<max(n, 1) { #expect(values[i - 1] <= values[i]) }
      for column in 0..<n {
        let entries = (0..<n).map { vectors[$0, column] }
        #expect(entries.max { $0.magnitude < $1.magnitude }! > 0)
      }
      for range in [n - 1..<n, 0..<1, n / 2..<n, max(n - 2, 0)..<n] {
        let part = try eigh(a, range: range)
        expectClose(
          part.values, values.slice(range, along: 0).converted(to: Double.self),
          within: 10 * bound(S.self), "values \(range) of \(n)")
        expectClose(
          part.vectors, vectors.slice(range, along: 1).converted(to: Double.self),
          within: 1000 * bound(S.self), "vectors \(range) of \(n)")
      }
      #expect(try eigh(a, range: 0..<0).vectors.shape == [n, 0])
    }
  }

  @Test func eigenpairsReconstruct() throws {
    try checkEigen(Double.self)
    try checkEigen(Float.self)
  }

  private func checkSVD<S: TensorScalar>(_ type: S.Type) throws {
    for (m, n) in [(1, 1), (9, 4), (3, 7), (40, 40), (1, 5), (5, 1)] {
      let a: Tensor<S> = normal([m, n], "svd\(m)")
      let (u, s, vT) = try svd(a)
      let k = min(m, n)
      #expect(u.shape == [m, k] && s.shape == [k] && vT.shape == [k, n])
      let identity = Tensor<Double>.identity(k)
      expectClose(matmul(u, u, transposeA: true), identity, within: bound(S.self), "UᵀU")
      expectClose(matmul(vT, vT, transposeB: true), identity, within: bound(S.self), "VᵀV")
      expectClose(
        matmul(u * s, vT), a.converted(to: Double.self), within: 10 * bound(S.self), "U s Vᵀ")
      for i in 1..<max(k, 1) { #expect(s[i - 1] >= s[i]) }
      #expect(s[k - 1] >= 0)
      for column in 0..<k {
        let entries = (0..<m).map { u[$0, column] }
        #expect(entries.max { $0.magnitude < $1.magnitude }! > 0)
      }
    }
  }

  @Test func singularValuesReconstruct() throws {
    try checkSVD(Double.self)
    try checkSVD(Float.self)
  }

  private func checkQR<S: TensorScalar>(_ type: S.Type) throws {
    for (m, n) in [(1, 1), (9, 4), (5, 5), (3, 7), (60, 20)] {
      let a: Tensor<S> = normal([m, n], "qr\(m)")
      let (q, r) = try qr(a)
      let k = min(m, n)
      #expect(q.shape == [m, k] && r.shape == [k, n])
      expectClose(
        matmul(q, q, transposeA: true), Tensor<Double>.identity(k), within: bound(S.self), "QᵀQ")
      expectClose(matmul(q, r), a.converted(to: Double.self), within: bound(S.self), "QR")
      for i in 0..<k {
        #expect(r[i, i] >= 0)
        for j in 0..<i { #expect(r[i, j] == 0) }
      }
    }
  }

  @Test func qrReconstructs() throws {
    try checkQR(Double.self)
    try checkQR(Float.self)
  }

  @Test func emptyMatricesHaveEmptyFactors() throws {
    let none = Tensor<Double>.zeros([0, 0])
    #expect(try cholesky(none).shape == [0, 0])
    #expect(try eigh(none).values.shape == [0])
    #expect(try svd(Tensor<Double>.zeros([3, 0])).u.shape == [3, 0])
    #expect(try qr(Tensor<Float>.zeros([0, 3])).r.shape == [0, 3])
    #expect(try solveTriangular(none, Tensor<Double>.zeros([0, 2])).shape == [0, 2])
    #expect(try solvePositiveDefinite(none, Tensor<Double>.zeros([0])).shape == [0])
  }
}

/// Matrices that have no factor: a typed error with the operation, the shape and the place.
@Suite struct LinearAlgebraFailureTests {
  @Test func indefiniteMatricesHaveNoCholeskyFactor() {
    let a = Tensor<Double>([[1, 2, 0.5], [2, 1, 0.3], [0.5, 0.3, 4]])
    let expected = LinearAlgebraError(
      operation: "cholesky", shape: [3, 3], reason: .notPositiveDefinite(minor: 2))
    #expect(throws: expected) { try cholesky(a) }
    #expect(throws: expected) { try solvePositiveDefinite(a, Tensor<Double>([1, 2, 3])) }
    #expect(throws: expected) { try cholesky(a.converted(to: Float.self)) }
    #expect(
      expected.description
        == "cholesky of a matrix [3, 3]: leading minor 2 is not positive: the matrix is not positive definite; add a multiple of the identity, or drop columns that depend on others"
    )
  }

  @Test func zeroOnTheDiagonalIsSingular() {
    let l = Tensor<Double>([[1, 0, 0], [2, 3, 0], [1, 1, 0]])
    #expect(
      throws: LinearAlgebraError(
        operation: "solveTriangular", shape: [3, 3], reason: .singular(diagonal: 2))
    ) { try solveTriangular(l, Tensor<Double>([1, 2, 3])) }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func elementsThatAreNotFiniteAreRefused(value: Double) {
    var a = Tensor<Double>.identity(4)
    a[2, 1] = value
    func error(_ operation: String, _ name: String) -> LinearAlgebraError {
      LinearAlgebraError(
        operation: operation, shape: [4, 4], reason: .notFinite(name: name, index: 9))
    }
    #expect(throws: error("cholesky", "a")) { try cholesky(a) }
    #expect(throws: error("eigh", "a")) { try eigh(a) }
    #expect(throws: error("eigh", "a")) { try eigh(a, range: 3..<4) }
    #expect(throws: error("svd", "a")) { try svd(a) }
    #expect(throws: error("qr", "a")) { try qr(a) }
    #expect(throws: error("solveTriangular", "l")) { try solveTriangular(a, Tensor.identity(4)) }
    #expect(throws: error("solveTriangular", "b")) { try solveTriangular(Tensor.identity(4), a) }
    #expect(throws: error("svd", "a")) { try svd(a.converted(to: Float.self)) }
  }

  @Test func theUnreadTriangleMayHoldAnything() throws {
    var l = Tensor<Double>([[2, 0], [1, 4]])
    l[0, 1] = .nan
    #expect(try solveTriangular(l, Tensor<Double>([2, 5])) == Tensor<Double>([1, 1]))
  }

  @Test func sumsThatOverflowAreStillFinite() throws {
    let large = Tensor<Float>(shape: [3], repeating: 3e38)
    #expect(large.isFinite)
    #expect(!Tensor<Float>([1, .infinity, -.infinity]).isFinite)
  }
}
