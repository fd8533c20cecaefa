import TensorCore
import TestSupport
import Testing

/// Products of a matrix with its own transpose, against the full product.
@Suite struct GramTests {
  /// Fewer rows than a tile, one more than a tile, several tiles.
  @Test(arguments: [(1, 3), (7, 5), (65, 4), (130, 33), (200, 1)])
  func rowGramIsTheFullProduct(_ rows: Int, _ columns: Int) {
    var random = Philox(seed: 3)
    let x: Tensor<Double> = random.normal(shape: [rows, columns])
    let found = rowGram(x, scaledBy: 0.5)
    let expected = matmul(x, x, transposeB: true) * 0.5
    #expect(zip(found.scalars, expected.scalars).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(found == found.transposed)
  }

  @Test(arguments: [(9, 1), (5, 31), (40, 33), (64, 70)])
  func gramIsTheFullProduct(_ rows: Int, _ columns: Int) {
    var random = Philox(seed: 4)
    let x: Tensor<Double> = random.normal(shape: [rows, columns])
    let full = gram(x)
    let expected = matmul(x, x, transposeA: true)
    for i in 0..<columns {
      for j in 0..<columns {
        #expect(abs(full[i, j] - expected[i, j]) < 1e-12)
      }
    }
  }

  /// The factor of a leading block, and rows solved with it, against the lower factor of the block alone.
  ///
  /// The last two are factored by panels, of which one is not whole.
  @Test(arguments: [(1, 1), (5, 5), (7, 9), (40, 43), (384, 384), (401, 410)])
  func leadingBlocksFactorAsMatricesDo(_ order: Int, _ size: Int) throws {
    var random = Philox(seed: 6)
    let x: Tensor<Double> = random.normal(shape: [max(60, 2 * size), size])
    let full = gram(x, scaledBy: 0.1)
    let block = full.rows(0..<order).slice(0..<order, along: 1)
    let expected = try cholesky(block).transposed
    var a = full
    try factorLeadingBlock(&a, order: order)
    for i in 0..<size {
      for j in 0..<size {
        let inside = i <= j && j < order
        #expect(abs(a[i, j] - (inside ? expected[i, j] : full[i, j])) < 1e-12)
      }
    }
    let right: Tensor<Double> = random.normal(shape: [3, order])
    for transpose in [false, true] {
      var found = right
      solveRows(&found, factor: a, order: order, transpose: transpose)
      let back = matmul(found, transpose ? expected.transposed : expected)
      #expect(zip(back.scalars, right.scalars).allSatisfy { abs($0 - $1) < 1e-10 })
    }
    a = full
    a[order - 1, order - 1] = -1
    #expect(throws: LinearAlgebraError.self) { try factorLeadingBlock(&a, order: order) }
    a[0, 0] = .nan
    #expect(throws: LinearAlgebraError.self) { try factorLeadingBlock(&a, order: order) }
  }

  @Test func emptyMatricesGiveZeros() {
    #expect(rowGram(Tensor<Float>.zeros([2, 0])) == .zeros([2, 2]))
    #expect(gram(Tensor<Float>.zeros([0, 2])) == .zeros([2, 2]))
  }
}
