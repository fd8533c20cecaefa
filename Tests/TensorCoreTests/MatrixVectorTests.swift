import TensorCore
import Testing

/// Products with a vector, against products of matrices.
@Suite struct MatrixVectorTests {
  @Test(arguments: [(1, 1), (5, 3), (64, 200)])
  func agreesWithMatmul(rows: Int, columns: Int) {
    var random = Philox(seed: 3).stream("matrix")
    let a: Tensor<Double> = random.normal(shape: [rows, columns])
    for transpose in [false, true] {
      let (inputs, outputs) = transpose ? (rows, columns) : (columns, rows)
      let x: Tensor<Double> = random.normal(shape: [inputs, 1])
      let start: Tensor<Double> = random.normal(shape: [outputs, 1])
      let product = matmul(a, x, transposeA: transpose)
      var fresh = Tensor<Double>(shape: [outputs, 1], repeating: .nan)
      var added = start
      a.withUnsafeBufferPointer { a in
        x.withUnsafeBufferPointer { x in
          fresh.withUnsafeMutableBufferPointer {
            MatrixVector.multiply(
              a.baseAddress!, rows: rows, columns: columns, transpose: transpose, x.baseAddress!,
              $0.baseAddress!)
          }
          added.withUnsafeMutableBufferPointer {
            MatrixVector.multiply(
              a.baseAddress!, rows: rows, columns: columns, transpose: transpose, alpha: -2,
              x.baseAddress!, beta: 0.5, $0.baseAddress!)
          }
        }
      }
      #expect(abs(fresh - product).max() < 1e-12)
      #expect(abs(added - (start * 0.5 - product * 2)).max() < 1e-12)
    }
  }
}
