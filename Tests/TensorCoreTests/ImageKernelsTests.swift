import TensorCore
import TestSupport
import Testing

/// The C kernels of `Float` beside their plain twins in `Double`.
@Suite struct ImageKernelsTests {
  @Test(arguments: [1, 15, 16, 67], [-40, -1.5, -1e-3, 0, 1e-3, 0.8, 30] as [Float])
  func activationsAgreeWithTheirTwins(count: Int, shift: Float) {
    let x: Tensor<Float> = normal([count], "x") + shift
    let dy: Tensor<Float> = normal([count], "dy")
    check(
      [x, dy], [x.converted(to: Double.self), dy.converted(to: Double.self)],
      float: { x, dy, y in Float.elu(x, alpha: 0.7, rate: 1.5, y, count) },
      double: { x, dy, y in ReferenceImageKernels.elu(x, alpha: 0.7, rate: 1.5, y, count) })
    check(
      [x, dy], [x.converted(to: Double.self), dy.converted(to: Double.self)],
      float: { x, dy, y in Float.eluBackward(x, dy, alpha: 0.7, rate: 1.5, y, count) },
      double: { x, dy, y in
        ReferenceImageKernels.eluBackward(x, dy, alpha: 0.7, rate: 1.5, y, count)
      })
    check(
      [x, dy], [x.converted(to: Double.self), dy.converted(to: Double.self)],
      float: { x, dy, y in Float.mish(x, y, count) },
      double: { x, dy, y in ReferenceImageKernels.mish(x, y, count) })
    check(
      [x, dy], [x.converted(to: Double.self), dy.converted(to: Double.self)],
      float: { x, dy, y in Float.mishBackward(x, dy, y, count) },
      double: { x, dy, y in ReferenceImageKernels.mishBackward(x, dy, y, count) })
  }

  private func check(
    _ single: [Tensor<Float>], _ double: [Tensor<Double>],
    float: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void,
    double twin: (UnsafePointer<Double>, UnsafePointer<Double>, UnsafeMutablePointer<Double>) ->
      Void
  ) {
    func run<S: TensorScalar>(
      _ inputs: [Tensor<S>],
      _ body: (UnsafePointer<S>, UnsafePointer<S>, UnsafeMutablePointer<S>) -> Void
    ) -> Tensor<S> {
      Tensor(shape: inputs[0].shape) { out in
        inputs[0].withUnsafeBufferPointer { x in
          inputs[1].withUnsafeBufferPointer { y in
            body(x.baseAddress!, y.baseAddress!, out.baseAddress!)
          }
        }
      }
    }
    expectClose(run(single, float), run(double, twin), within: 2e-6)
  }

  @Test(arguments: [1, 3, 64, 203], [1, 2, 5, 8, 16, 35, 48, 64, 117])
  func sumsOverPixelsAgreeWithTheirTwins(rows: Int, channels: Int) {
    let x: Tensor<Float> = normal([rows, channels], "x") + 2
    let dy: Tensor<Float> = normal([rows, channels], "dy")
    let vectors = ["mean", "a", "b", "shift"].map { normal([channels], $0, as: Float.self) }
    let single = channelResults(x, dy, vectors)
    let double = channelResults(
      x.converted(to: Double.self), dy.converted(to: Double.self),
      vectors.map { $0.converted(to: Double.self) })
    for (single, double) in zip(single, double) { expectClose(single, double, within: 2e-5) }
  }

  /// The results of all kernels over channels; each sum starts from 1, to which it adds.
  private func channelResults<S: TensorScalar>(
    _ x: Tensor<S>, _ dy: Tensor<S>, _ vectors: [Tensor<S>]
  ) -> [Tensor<Double>] {
    let (rows, channels) = (x.shape[0], x.shape[1])
    var sums = (0..<4).map { _ in Tensor<Double>.ones([channels]) }
    var results: [Tensor<Double>] = []
    func pointer<T>(_ tensor: inout Tensor<T>) -> UnsafeMutablePointer<T> {
      tensor.withUnsafeMutableBufferPointer { $0.baseAddress! }
    }
    var (x, dy, vectors) = (x, dy, vectors)
    let (px, pd) = (pointer(&x), pointer(&dy))
    let v = vectors.indices.map { pointer(&vectors[$0]) }
    let s = sums.indices.map { pointer(&sums[$0]) }
    withExtendedLifetime((x, dy, vectors, sums)) {
      S.channelSums(px, rows: rows, channels: channels, into: s[0])
      S.channelSquares(px, about: v[0], rows: rows, channels: channels, into: s[1])
      S.channelProducts(
        pd, px, about: v[0], rows: rows, channels: channels, into: s[2], s[3])
      let affine = Tensor<S>(shape: x.shape) {
        S.channelAffine(
          px, mean: v[0], scale: v[1], shift: v[3], $0.baseAddress!, rows: rows,
          channels: channels)
      }
      let combined = [nil, (0.7, 1.5)].map { elu in
        Tensor<S>(shape: x.shape) {
          S.channelCombine(
            pd, v[1], px, mean: v[0], v[2], shift: v[3], elu: elu, $0.baseAddress!, rows: rows,
            channels: channels)
        }
      }
      // In place, where the contract allows it.
      let whole = rows * channels
      let inPlace = Tensor<S>(shape: x.shape) {
        $0.baseAddress!.update(from: px, count: whole)
        S.channelAffine(
          $0.baseAddress!, mean: v[0], scale: v[1], shift: v[3], $0.baseAddress!, rows: rows,
          channels: channels)
      }
      let combinedInPlace = Tensor<S>(shape: x.shape) {
        $0.baseAddress!.update(from: pd, count: whole)
        S.channelCombine(
          $0.baseAddress!, v[1], px, mean: v[0], v[2], shift: v[3], elu: (0.7, 1.5),
          $0.baseAddress!, rows: rows, channels: channels)
      }
      #expect(inPlace == affine && combinedInPlace == combined[1])
      results = ([affine] + combined).map { $0.converted(to: Double.self) }
    }
    return sums + results
  }

  @Test(arguments: [1, 16, 21], [1, 16, 40])
  func packedWeightsAreTheTwins(rows: Int, columns: Int) {
    let w: Tensor<Float> = normal([rows, columns], "w")
    let count = PatchGrid.packedCount(depth: rows + 3, outputs: columns)
    // The matrix, and its transpose read as it lies.
    for (rowStride, columnStride, m, n) in [(columns, 1, rows, columns), (1, rows, rows, columns)] {
      func packed(
        _ pack: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
      ) -> Tensor<Float> {
        var out = Tensor<Float>.ones([count])
        out.withUnsafeMutableBufferPointer { out in
          w.withUnsafeBufferPointer { pack($0.baseAddress!, out.baseAddress!) }
        }
        return out
      }
      let kernel = packed {
        Float.packWeights(
          $0, rows: m, columns: n, rowStride: rowStride, columnStride: columnStride, into: $1,
          firstRow: 2, depth: rows + 3)
      }
      let twin = packed {
        ReferenceImageKernels.packWeights(
          $0, rows: m, columns: n, rowStride: rowStride, columnStride: columnStride, into: $1,
          firstRow: 2, depth: rows + 3)
      }
      #expect(kernel == twin)
    }
  }

  @Test(
    arguments: [(1, 16), (2, 40), (3, 48), (5, 160), (3, 7)], [1, 3, 4, 16, 33, 48])
  func convolutionsAgreeWithTheirTwins(patch: (segments: Int, length: Int), outputs: Int) {
    // Three images of two rows of nineteen pixels, whose patches overlap.
    let (segments, length) = patch
    let stride = max(1, length / 3)
    var grid = PatchGrid(
      images: 3, rows: 2, columns: 19, segments: segments, length: length, patchImage: 4000,
      patchRow: 1800, patchColumn: stride, patchSegment: 700, outputImage: 2 * 19 * 50,
      outputRow: 19 * 50, outputColumn: 50, outputs: outputs)
    let x: Tensor<Float> = normal([20000], "x")
    let w: Tensor<Float> = normal([grid.depth, outputs], "w")
    let bias: Tensor<Float> = normal([outputs], "bias")
    let places = 3 * 2 * 19 * 50
    func forward<S: TensorScalar>(
      _ x: Tensor<S>, _ w: Tensor<S>, _ bias: Tensor<S>, _ elu: (alpha: S, rate: S)?
    ) -> Tensor<S> {
      var packed = Tensor<S>.zeros([PatchGrid.packedCount(depth: grid.depth, outputs: outputs)])
      var y = Tensor<S>(shape: [places], repeating: 7)
      packed.withUnsafeMutableBufferPointer { packed in
        y.withUnsafeMutableBufferPointer { y in
          x.withUnsafeBufferPointer { x in
            w.withUnsafeBufferPointer { w in
              bias.withUnsafeBufferPointer { bias in
                S.packWeights(
                  w.baseAddress!, rows: grid.depth, columns: outputs, rowStride: outputs,
                  columnStride: 1, into: packed.baseAddress!, firstRow: 0, depth: grid.depth)
                S.convolve(
                  grid, x.baseAddress!, packed: packed.baseAddress!, packedDepth: grid.depth,
                  bias: bias.baseAddress!, elu: elu, y.baseAddress!)
                // Half of the depth again, on top.
                var half = grid
                half.length = length / 2
                S.addConvolution(
                  half, x.baseAddress! + 1, packed: packed.baseAddress! + PatchGrid.panel,
                  packedDepth: grid.depth, y.baseAddress!)
              }
            }
          }
        }
      }
      return y
    }
    let (xd, wd, biasd) = (
      x.converted(to: Double.self), w.converted(to: Double.self), bias.converted(to: Double.self)
    )
    // What lies between the outputs stays as it was.
    expectClose(forward(x, w, bias, nil), forward(xd, wd, biasd, nil), within: 1e-4)
    expectClose(
      forward(x, w, bias, (0.7, 1.3)), forward(xd, wd, biasd, (0.7, 1.3)), within: 1e-4)

    grid.outputs = (outputs + 15) / 16 * 16
    func gradient<S: TensorScalar>(_ x: Tensor<S>, _ dy: Tensor<S>) -> Tensor<S> {
      var dw = Tensor<S>(shape: [grid.depth, grid.outputs], repeating: 2)
      dw.withUnsafeMutableBufferPointer { dw in
        x.withUnsafeBufferPointer { x in
          dy.withUnsafeBufferPointer {
            S.convolveWeights(grid, x.baseAddress!, $0.baseAddress!, dw.baseAddress!)
          }
        }
      }
      return dw
    }
    let dy: Tensor<Float> = normal([places], "dy")
    expectClose(gradient(x, dy), gradient(xd, dy.converted(to: Double.self)), within: 1e-4)
  }
}
