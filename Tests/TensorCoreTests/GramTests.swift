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
  func upperGramIsTheUpperTriangle(_ rows: Int, _ columns: Int) {
    var random = Philox(seed: 4)
    let x: Tensor<Double> = random.normal(shape: [rows, columns])
    let (upper, full) = (upperGram(x), gram(x))
    let expected = matmul(x, x, transposeA: true)
    for i in 0..<columns {
      for j in 0..<columns {
        #expect(abs(full[i, j] - expected[i, j]) < 1e-12)
        #expect(upper[i, j] == (j >= i ? full[i, j] : 0))
      }
    }
  }

  @Test func emptyMatricesGiveZeros() {
    #expect(rowGram(Tensor<Float>.zeros([2, 0])) == .zeros([2, 2]))
    #expect(upperGram(Tensor<Float>.zeros([0, 2])) == .zeros([2, 2]))
    #expect(gram(Tensor<Float>.zeros([0, 2])) == .zeros([2, 2]))
  }
}
