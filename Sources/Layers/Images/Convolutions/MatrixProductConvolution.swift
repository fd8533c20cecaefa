import TensorCore

/// Convolution as the textbook has it: the patches are copied into a matrix, and BLAS multiplies it with the weights.
///
/// It is the oracle of ``ImplicitConvolution`` and what `Double` runs. `x` is `[batch, height, width, channels]`, `y` and `dy`
/// `[batch, outputHeight, outputWidth, outputs]`, the weight `[kernelHeight, kernelWidth, channels, outputs]`.
enum MatrixProductConvolution {
  /// The numbers of a matrix of patches: it stays in the cache while it is multiplied.
  private static let matrixSize = 1 << 17

  /// `y = activation(x ∗ W + b)`.
  static func forward<S: TensorScalar>(
    _ x: Tensor<S>, _ weight: Tensor<S>, _ bias: Tensor<S>?, then activation: Activation,
    _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    let source = g.patches
    let blocks = ImageRowBlocks(source, images: g.batch, limit: matrixSize / max(source.depth, 1))
    return Tensor(shape: g.outputShape) { y in
      guard y.count > 0 else { return }
      let y = SharedAddress(y.baseAddress!)
      parallel(over: blocks.count) { index in
        let (image, rows) = blocks[index]
        let pixels = rows.count * source.columns
        let out = y.address + (image * source.pixels + rows.lowerBound * source.columns) * g.outputs
        withScratch(pixels * source.depth, of: S.self) { matrix in
          x.withUnsafeBufferPointer {
            source.gather($0.baseAddress! + image * source.plane, rows: rows, into: matrix)
          }
          bias?.withUnsafeBufferPointer { bias in
            for pixel in 0..<pixels {
              (out + pixel * g.outputs).update(from: bias.baseAddress!, count: g.outputs)
            }
          }
          weight.withUnsafeBufferPointer {
            S.gemm(
              transposeA: false, transposeB: false, m: pixels, n: g.outputs, k: source.depth,
              alpha: 1, matrix, lda: source.depth, $0.baseAddress!, ldb: g.outputs,
              beta: bias == nil ? 0 : 1, out, ldc: g.outputs)
          }
        }
        activation.apply(UnsafePointer(out), out, pixels * g.outputs)
      }
    }
  }

  /// `dx`: each patch's `dy Wᵀ`, added to the pixels that the patch was read from.
  static func inputGradient<S: TensorScalar>(
    _ dy: Tensor<S>, _ weight: Tensor<S>, _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    let source = g.patches
    let blocks = ImageRowBlocks(source, images: 1, limit: matrixSize / max(source.depth, 1))
    return Tensor(shape: g.inputShape) { dx in
      guard dx.count > 0 else { return }
      dx.update(repeating: 0)
      let dx = SharedAddress(dx.baseAddress!)
      parallel(over: g.batch) { image in
        for index in 0..<blocks.count {
          let rows = blocks[index].rows
          let pixels = rows.count * source.columns
          let first = image * source.pixels + rows.lowerBound * source.columns
          withScratch(pixels * source.depth, of: S.self) { matrix in
            dy.withUnsafeBufferPointer { dy in
              weight.withUnsafeBufferPointer { weight in
                S.gemm(
                  transposeA: false, transposeB: true, m: pixels, n: source.depth, k: g.outputs,
                  alpha: 1, dy.baseAddress! + first * g.outputs, lda: g.outputs,
                  weight.baseAddress!, ldb: g.outputs, beta: 0, matrix, ldc: source.depth)
              }
            }
            source.scatterAdd(matrix, rows: rows, into: dx.address + image * source.plane)
          }
        }
      }
    }
  }

  /// `dW = Σ patchᵀ dy`, shaped like the weight; parts of the batch are added in order.
  static func weightGradient<S: TensorScalar>(
    _ x: Tensor<S>, _ dy: Tensor<S>, _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    let source = g.patches
    let blocks = ImageRowBlocks(source, images: g.batch, limit: matrixSize / max(source.depth, 1))
    let parts = min(blocks.count, 8)
    guard parts > 0 else { return .zeros(g.weightShape) }
    let partial = parallelMap(over: parts) { part in
      var dWeight = Tensor<S>.zeros(g.weightShape)
      for index in Partition(of: blocks.count, into: parts)[part] {
        let (image, rows) = blocks[index]
        let pixels = rows.count * source.columns
        let first = image * source.pixels + rows.lowerBound * source.columns
        withScratch(pixels * source.depth, of: S.self) { matrix in
          x.withUnsafeBufferPointer {
            source.gather($0.baseAddress! + image * source.plane, rows: rows, into: matrix)
          }
          dWeight.withUnsafeMutableBufferPointer { dWeight in
            guard dWeight.count > 0 else { return }
            dy.withUnsafeBufferPointer {
              S.gemm(
                transposeA: true, transposeB: false, m: source.depth, n: g.outputs, k: pixels,
                alpha: 1, matrix, lda: source.depth, $0.baseAddress! + first * g.outputs,
                ldb: g.outputs, beta: 1, dWeight.baseAddress!, ldc: g.outputs)
            }
          }
        }
      }
      return dWeight
    }
    return partial.dropFirst().reduce(into: partial[0]) { $0 += $1 }
  }
}

/// The rows of outputs of all images, cut into blocks of a bounded number of pixels, none across two images.
private struct ImageRowBlocks: Sendable {
  let count: Int
  private let perImage, rows: Int

  init(_ source: PatchSource, images: Int, limit: Int) {
    rows = source.rows
    let blockRows = max(1, limit / max(source.columns, 1))
    perImage = (rows + blockRows - 1) / blockRows
    count = images * perImage
  }

  subscript(index: Int) -> (image: Int, rows: Range<Int>) {
    let block = index % perImage
    return (index / perImage, Partition(of: rows, into: perImage)[block])
  }
}

/// Calls `body` with memory of the pool for some numbers, not initialised.
func withScratch<S: TensorScalar>(
  _ count: Int, of type: S.Type, _ body: (UnsafeMutablePointer<S>) -> Void
) {
  _ = Tensor<S>(shape: [max(count, 1)]) { body($0.baseAddress!) }
}
