import Attention
import TensorCore

// Convolution, attention, and what OpenBLAS does.
extension KernelCheck {
  /// 3 × 3 over 18 channels, 48 outputs, of two images of 9 × 11.
  private static let grid = PatchGrid(
    images: 2, rows: 7, columns: 9, segments: 3, length: 54, patchImage: 99 * 18,
    patchRow: 11 * 18, patchColumn: 18, patchSegment: 11 * 18, outputImage: 63 * 48,
    outputRow: 9 * 48, outputColumn: 48, outputs: 48)

  static let convolution = KernelCheck("convolution", within: 1e-5) {
    func result<S: TensorScalar>(_: S.Type) -> [S] {
      let depth = grid.depth
      let w = numbers([depth, grid.outputs], "w").converted(to: S.self).scalars
      let packedCount = PatchGrid.packedCount(depth: depth, outputs: grid.outputs)
      var packed = [S](repeating: 0, count: packedCount)
      S.packWeights(
        w, rows: depth, columns: grid.outputs, rowStride: grid.outputs, columnStride: 1,
        into: &packed, firstRow: 0, depth: depth)
      let x = numbers([2, 9, 11, 18], "x").converted(to: S.self).scalars
      let bias = numbers([grid.outputs], "bias").converted(to: S.self).scalars
      var y = [S](repeating: 0, count: 2 * 63 * 48)
      S.convolve(
        grid, x, packed: packed, packedDepth: depth, bias: bias, elu: (alpha: 1, rate: 1), &y)
      return y
    }
    return largestError(result(Float.self), result(Double.self))
  }

  static let convolutionWeights = KernelCheck("convolution's gradient", within: 1e-5) {
    func result<S: TensorScalar>(_: S.Type) -> [S] {
      let x = numbers([2, 9, 11, 18], "x").converted(to: S.self).scalars
      let dy = numbers([2, 7, 9, 48], "dy").converted(to: S.self).scalars
      var dw = [S](repeating: 0, count: grid.depth * grid.outputs)
      S.convolveWeights(grid, x, dy, &dw)
      return dw
    }
    return largestError(result(Float.self), result(Double.self))
  }

  private static let operands = ["q", "k", "v"].map { numbers([1, 2, 70, 48], $0) }

  static func attention(
    _ name: String, _ tolerance: Double,
    _ attend: @escaping @Sendable (Tensor<Float>, Tensor<Float>, Tensor<Float>) -> Tensor<Float>
  ) -> KernelCheck {
    KernelCheck(name, within: tolerance) {
      let exact = operands.map { $0.converted(to: Double.self) }
      return largestError(
        attend(operands[0], operands[1], operands[2]).scalars,
        ReferenceAttention.attend(exact[0], exact[1], exact[2]).output.scalars)
    }
  }

  static func half(
    _ q: Tensor<Float>, _ k: Tensor<Float>, _ v: Tensor<Float>, _ format: HalfTensor.Format
  ) -> Tensor<Float> {
    let halves = [q, k, v].map { HalfTensor($0, format: format) }
    return attend(halves[0], halves[1], halves[2]).output.converted()
  }

  static let attentionBackward = KernelCheck("attention's gradient", within: 1e-5) {
    let (q, k, v) = (operands[0], operands[1], operands[2])
    let dOutput = numbers([1, 2, 70, 48], "dOutput")
    let found = attendBackward(dOutput, q, k, v, result: attend(q, k, v))
    let exact = operands.map { $0.converted(to: Double.self) }
    let expected = ReferenceAttention.backward(
      dOutput.converted(to: Double.self), exact[0], exact[1], exact[2],
      result: ReferenceAttention.attend(exact[0], exact[1], exact[2]))
    return max(
      largestError(found.dQueries.scalars, expected.dQueries.scalars),
      largestError(found.dKeys.scalars, expected.dKeys.scalars),
      largestError(found.dValues.scalars, expected.dValues.scalars))
  }

  static let storedKeys = KernelCheck("attention to stored keys", within: 1e-5) {
    var store = KeyValueStore(keyValueHeads: 2, width: 48)
    let sequence = store.addSequence()
    try store.append(operands[1], operands[2], to: [sequence])
    let last = numbers([1, 2, 1, 48], "last")
    let exact = ([last] + operands[1...]).map { $0.converted(to: Double.self) }
    return largestError(
      store.attend(last, to: [sequence]).output.scalars,
      ReferenceAttention.attend(exact[0], exact[1], exact[2]).output.scalars)
  }

  /// Both products, of matrices and with a vector, against three plain loops.
  static func product<S: TensorScalar>(_ name: String, _ tolerance: Double, _: S.Type)
    -> KernelCheck
  {
    KernelCheck(name, within: tolerance) {
      let (m, k, n) = (67, 83, 71)
      var error = 0.0
      for columns in [n, 1] {
        let a = numbers([m, k], "a").converted(to: S.self)
        let b = numbers([k, columns], "b").converted(to: S.self)
        let (x, y) = (a.scalars.map(Double.init), b.scalars.map(Double.init))
        var exact = [Double](repeating: 0, count: m * columns)
        for i in 0..<m {
          for l in 0..<k {
            for j in 0..<columns { exact[i * columns + j] += x[i * k + l] * y[l * columns + j] }
          }
        }
        error = max(error, largestError(matmul(a, b).scalars, exact))
      }
      return error
    }
  }

  /// The factor times its transpose against the matrix.
  static func factor<S: TensorScalar>(_ name: String, _ tolerance: Double, _: S.Type)
    -> KernelCheck
  {
    KernelCheck(name, within: tolerance) {
      let n = 61
      let a = numbers([n, n], "factor").converted(to: S.self)
      var matrix = matmul(a, a, transposeB: true).scalars
      for i in 0..<n { matrix[i * n + i] += S(n) }
      let l = try cholesky(Tensor(matrix).reshaped(to: [n, n])).scalars.map(Double.init)
      var product = [Double](repeating: 0, count: n * n)
      for i in 0..<n {
        for j in 0..<n {
          for k in 0...min(i, j) { product[i * n + j] += l[i * n + k] * l[j * n + k] }
        }
      }
      return largestError(product, matrix.map(Double.init))
    }
  }
}
