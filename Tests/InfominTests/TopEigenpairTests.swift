import TensorCore
import Testing

@testable import Infomin

/// The largest eigenvalue by Lanczos' iteration, against LAPACK.
@Suite struct TopEigenpairTests {
  /// A matrix of random eigenvectors with these eigenvalues.
  private func matrix(_ values: [Double]) throws -> Tensor<Double> {
    var random = Philox(seed: 12).stream("vectors")
    let square: Tensor<Double> = random.normal(shape: [values.count, values.count])
    let q = try qr(square).q
    let half = q * Tensor(values.map { $0.squareRoot() }).reshaped(to: [1, values.count])
    return rowGram(half)
  }

  private func check(_ a: Tensor<Double>) throws {
    let n = a.shape[0]
    let (values, vectors) = try eigh(a, range: n - 1..<n)
    let (value, vector) = try topEigenpair(a)
    #expect(abs(value - values.scalars[0]) < 1e-12)
    #expect(abs((vector * vector).sum() - 1) < 1e-12)
    #expect(abs(abs((vector * vectors.reshaped(to: [n])).sum()) - 1) < 1e-10)
  }

  @Test func agreesWithLAPACK() throws {
    for n in [1, 3, 97, 160] {
      try check(matrix((0..<n).map { Double($0 + 1) / Double(n) }))
    }
  }

  /// Products of rows, formed or not, have one largest pair; with fewer columns than rows most eigenvalues are 0.
  @Test(arguments: [(3, 5), (130, 200), (130, 40)])
  func rowProductsNeedNotBeFormed(rows: Int, columns: Int) throws {
    var random = Philox(seed: 13).stream("rows")
    let y: Tensor<Double> = random.normal(shape: [rows, columns]) * 0.1
    let (value, vector) = try topEigenpair(ofRowProducts: y)
    let (values, vectors) = try eigh(rowGram(y), range: rows - 1..<rows)
    #expect(abs(value - values.scalars[0]) < 1e-12)
    #expect(abs((vector * vector).sum() - 1) < 1e-12)
    #expect(abs(abs((vector * vectors.reshaped(to: [rows])).sum()) - 1) < 1e-10)
  }

  /// Where the largest two are all but equal the iteration gives up within its steps, and LAPACK takes over.
  @Test func aSmallGapIsLeftToLAPACK() throws {
    var values = (0..<120).map { 0.5 + 0.499 * Double($0) / 119 }
    values[119] = values[118] + 1e-6
    let a = try matrix(values)
    let pair = try a.withUnsafeBufferPointer { a in
      try lanczosTopPair(order: 120, steps: 12, tolerance: 1e-13) {
        MatrixVector.multiply(a.baseAddress!, rows: 120, columns: 120, $0, $1)
      }
    }
    #expect(pair == nil)
    let (value, _) = try topEigenpair(a)
    #expect(abs(value - values[119]) < 1e-12)
  }

  /// A matrix of rank one ends the iteration at once.
  @Test func lowRankEndsEarly() throws {
    var values = [Double](repeating: 0, count: 120)
    values[119] = 0.7
    try check(matrix(values))
  }
}
