import TensorCore

/// Convolution without a matrix of patches: the kernels of ``ImageKernels`` read the patches where they lie.
///
/// Same functions and shapes as ``MatrixProductConvolution``. Work is cut into blocks of rows or of images whose part of the
/// input and the output fits the second-level cache; the cut depends on the extents alone. Where patches leave the plane,
/// each tap of the kernel is a product of its own over the outputs that it reaches, or, with too few channels for that, the
/// block's part of the input is copied with zeros around it. Planes of fewer than four columns are too narrow for the
/// kernels' tiles; their patches are gathered, and the pixels of all rows and images then lie in one line.
enum ImplicitConvolution {
  /// The numbers of input and output of a block: half a megabyte in single precision.
  private static let blockSize = 1 << 17
  /// The columns below which patches are gathered.
  private static let narrow = 4
  /// The columns from which rows fill the kernels' tiles.
  private static let wide = 8
  /// The numbers of a weight that leaves the second-level cache, and the pixels of a block that is worth its reading.
  private static let heavyWeight = 1 << 18, heavyPixels = 512
  /// The pixels that each partial sum of a weight gradient covers at least, and the numbers that all may hold at most.
  private static let partPixels = 2048, partNumbers = 1 << 21

  /// The weight packed for ``forward(_:packed:_:then:_:)``.
  ///
  /// - Parameter isExchanged: whether the weight is `[kernelHeight, kernelWidth, outputs, channels]` instead.
  static func packed<S: TensorScalar>(_ weight: Tensor<S>, isExchanged: Bool = false) -> Tensor<S> {
    let area = weight.shape[0] * weight.shape[1]
    let (channels, outputs) = (weight.shape[isExchanged ? 3 : 2], weight.shape[isExchanged ? 2 : 3])
    let depth = area * channels
    return Tensor(shape: [PatchGrid.packedCount(depth: depth, outputs: outputs)]) { packed in
      guard packed.count > 0 else { return }
      let packed = SharedAddress(packed.baseAddress!)
      parallel(over: area) { tap in
        weight.withUnsafeBufferPointer {
          S.packWeights(
            $0.baseAddress! + tap * channels * outputs, rows: channels, columns: outputs,
            rowStride: isExchanged ? 1 : outputs, columnStride: isExchanged ? channels : 1,
            into: packed.address, firstRow: tap * channels, depth: depth)
        }
      }
    }
  }

  /// `y = activation(x ∗ W + b)`, the weight packed.
  static func forward<S: TensorScalar>(
    _ x: Tensor<S>, packed: Tensor<S>, _ bias: Tensor<S>?, then activation: Activation,
    _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    let source = g.patches
    return Tensor(shape: g.outputShape) { y in
      guard y.count > 0 else { return }
      correlate(
        source, images: g.batch, x, packed: packed, bias, then: activation,
        to: y.baseAddress!, OutputPlace(source, outputs: g.outputs))
    }
  }

  /// The weight packed for ``inputGradient(_:packed:_:then:_:)``, phase by phase; the extents of the images say nothing here.
  static func packedPhases<S: TensorScalar>(
    _ weight: Tensor<S>, _ g: ConvolutionGeometry, isExchanged: Bool = false
  ) -> [Tensor<S>] {
    let phases = InputPhase.all(g)
    return parallelMap(over: phases.count) {
      phases[$0].packed(weight, g, isExchanged: isExchanged)
    }
  }

  /// `activation(dy ∗ᵀ W + b)`, the weight packed phase by phase; without bias and activation, `dx`.
  ///
  /// The pixels of `dx` with one remainder by the strides are a convolution, with stride one, of `dy` with every
  /// stride-th tap of the kernel, turned around.
  static func inputGradient<S: TensorScalar>(
    _ dy: Tensor<S>, packed: [Tensor<S>], _ bias: Tensor<S>?, then activation: Activation,
    _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    let phases = InputPhase.all(g)
    // Pixels that no tap reaches hold the bias.
    let hasEmpty = phases.contains { $0.source.depth == 0 }
    return Tensor(shape: g.inputShape) { dx in
      guard dx.count > 0 else { return }
      if hasEmpty { fill(dx, with: bias, channels: g.channels) }
      for (phase, packed) in zip(phases, packed)
      where phase.source.depth > 0 && phase.source.pixels > 0 {
        correlate(
          phase.source, images: g.batch, dy, packed: packed, bias,
          then: hasEmpty ? .identity : activation, to: dx.baseAddress! + phase.place.first,
          phase.place)
      }
      if hasEmpty { activation.apply(UnsafePointer(dx.baseAddress!), dx.baseAddress!, dx.count) }
    }
  }

  /// `dW = Σ patchᵀ dy`, shaped like the weight; parts of the batch are added in order.
  ///
  /// The kernel wants whole panels of columns. Few outputs would leave most of a panel empty; where the runs of a patch
  /// fill panels, the two sides then change places, and it is `dWᵀ = Σ dyᵀ patch` that is summed.
  static func weightGradient<S: TensorScalar>(
    _ x: Tensor<S>, _ dy: Tensor<S>, _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    let source = g.patches
    let outputs = (g.outputs + PatchGrid.panel - 1) / PatchGrid.panel * PatchGrid.panel
    let blocks = self.blocks(source, images: g.batch, outputs: outputs)
    guard source.depth * outputs > 0 && !blocks.isEmpty else { return .zeros(g.weightShape) }
    let run = blocks[0].runLength
    let isSwapped = g.outputs < PatchGrid.panel && run % PatchGrid.panel == 0
    let width = isSwapped ? g.outputs : outputs
    let shape: Shape = isSwapped ? [source.depth / run, width, run] : [source.depth, width]
    let parts = max(
      1,
      min(
        blocks.count, 16, g.batch * source.pixels / partPixels + 1,
        max(2, partNumbers / shape.count)))
    let partial = parallelMap(over: parts) { part in
      var dWeight = Tensor<S>.zeros(shape)
      dWeight.withUnsafeMutableBufferPointer { dWeight in
        let start = dWeight.baseAddress!
        for index in Partition(of: blocks.count, into: parts)[part] {
          let block = blocks[index]
          block.withPatches(of: x) { patches, grid in
            block.withPanels(of: dy, outputs: g.outputs, padded: width) { dy in
              let grid = grid(OutputPlace(source, outputs: width))
              if !isSwapped { return S.convolveWeights(grid, patches, dy, start) }
              for segment in 0..<grid.segments {
                S.convolveWeights(
                  grid.swapped, dy, patches + segment * grid.patchSegment,
                  start + segment * width * run)
              }
            }
          }
        }
      }
      return dWeight
    }
    let total = partial.dropFirst().reduce(into: partial[0]) { $0 += $1 }
    if isSwapped { return total.permuted([0, 2, 1]).reshaped(to: g.weightShape) }
    return total.slice(0..<g.outputs, along: 1).reshaped(to: g.weightShape)
  }

  /// `y = activation(patch · W + b)` for all patches of all images.
  static func correlate<S: TensorScalar>(
    _ source: PatchSource, images: Int, _ x: Tensor<S>, packed: Tensor<S>, _ bias: Tensor<S>?,
    then activation: Activation, to y: UnsafeMutablePointer<S>, _ place: OutputPlace
  ) {
    // Weights that leave the cache are read once a block: more pixels then share the reading.
    let leastPixels = source.depth * place.outputs > heavyWeight ? heavyPixels : 64
    let blocks = self.blocks(
      source, images: images, outputs: place.outputs, leastPixels: leastPixels,
      isDense: place.isDense(source))
    let y = SharedAddress(y)
    let elu = activation.exponential(as: S.self)
    parallel(over: blocks.count) { index in
      let block = blocks[index]
      if block.isClipped {
        return addTaps(block, x, packed, bias, then: activation, to: y.address, place)
      }
      block.withPatches(of: x) { patches, grid in
        packed.withUnsafeBufferPointer { packed in
          block.withOutputs(y.address, place) { y, place in
            let grid = grid(place)
            withOptional(bias) {
              S.convolve(
                grid, patches, packed: packed.baseAddress!, packedDepth: source.depth, bias: $0,
                elu: elu, y)
            }
            if elu == nil && activation != .identity {
              grid.forEachOutputRun { offset, count in
                activation.apply(UnsafePointer(y + offset), y + offset, count)
              }
            }
          }
        }
      }
    }
  }

  /// The block's outputs as a sum of products, one a tap, each over the outputs whose tap lies inside the plane: no zeros
  /// are multiplied, and nothing is copied.
  private static func addTaps<S: TensorScalar>(
    _ block: PatchBlock, _ x: Tensor<S>, _ packed: Tensor<S>, _ bias: Tensor<S>?,
    then activation: Activation, to y: UnsafeMutablePointer<S>, _ place: OutputPlace
  ) {
    block.fillOutputs(y, place, with: bias)
    x.withUnsafeBufferPointer { x in
      packed.withUnsafeBufferPointer { packed in
        block.forEachTap(place) { grid, patch, row, output in
          S.addConvolution(
            grid, x.baseAddress! + patch, packed: packed.baseAddress! + row * PatchGrid.panel,
            packedDepth: block.source.depth, y + output)
        }
      }
    }
    if activation == .identity { return }
    block.forEachRun(place) { offset, count in
      activation.apply(UnsafePointer(y + offset), y + offset, count)
    }
  }

  private static func blocks(
    _ source: PatchSource, images: Int, outputs: Int, leastPixels: Int = 64,
    isDense: Bool = true
  ) -> [PatchBlock] {
    guard images > 0 && source.pixels > 0 else { return [] }
    // A line of patches wants a line of outputs, which costs a copy where there is none: rows that fill a tile do as well.
    let isLine = source.isPlane && (isDense || source.columns < wide)
    let isGathered = !isLine && source.columns < narrow
    let read = isGathered || isLine ? source.depth : source.strides.area * source.channels
    let limit = max(leastPixels, blockSize / max(read + outputs, 1))
    // A few blocks at least, so that threads end together; whole images where they are small.
    let perBlock = min(max(1, limit / source.pixels), max(1, (images + 3) / 4))
    let imageBlocks = (images + perBlock - 1) / perBlock
    let blockRows = max(1, limit / source.columns)
    let rowBlocks = perBlock > 1 ? 1 : (source.rows + blockRows - 1) / blockRows
    return Partition(of: images, into: imageBlocks).flatMap { images in
      Partition(of: source.rows, into: rowBlocks).map { rows in
        PatchBlock(
          source: source, images: images, rows: rows, isLine: isLine, isGathered: isGathered)
      }
    }
  }

  private static func fill<S: TensorScalar>(
    _ y: UnsafeMutableBufferPointer<S>, with bias: Tensor<S>?, channels: Int
  ) {
    guard let bias else { return y.update(repeating: 0) }
    bias.withUnsafeBufferPointer { bias in
      for start in stride(from: 0, to: y.count, by: channels) {
        (y.baseAddress! + start).update(from: bias.baseAddress!, count: channels)
      }
    }
  }
}

/// Calls `body` with the elements of a tensor that may be missing.
private func withOptional<S: TensorScalar>(
  _ tensor: Tensor<S>?, _ body: (UnsafePointer<S>?) -> Void
) {
  guard let tensor else { return body(nil) }
  tensor.withUnsafeBufferPointer { body($0.baseAddress) }
}

extension PatchGrid {
  /// The grid of one segment with its two sides exchanged: outputs as patches, the segment's numbers as outputs.
  fileprivate var swapped: PatchGrid {
    PatchGrid(
      images: images, rows: rows, columns: columns, length: outputs, patchImage: outputImage,
      patchRow: outputRow, patchColumn: outputColumn, outputImage: patchImage,
      outputRow: patchRow, outputColumn: patchColumn, outputs: length)
  }
}
