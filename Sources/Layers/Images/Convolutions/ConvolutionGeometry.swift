import TensorCore

/// The extents of one convolution: input, kernel, strides, padding and output.
struct ConvolutionGeometry: Sendable, Equatable {
  let batch, height, width, channels: Int
  let kernel, strides, padding: PlaneSize
  let outputs: Int

  /// The geometry of a layer called `layer` for an input `[batch, height, width, channels]` and a weight
  /// `[kernelHeight, kernelWidth, channels, outputs]`.
  init(
    input: Shape, weight: Shape, strides: PlaneSize, padding: PlaneSize, layer: StaticString
  ) {
    require(
      input.rank == 4 && input[3] == weight[2],
      "\(layer): x must be [batch, height, width, \(weight[2])], got \(input)")
    self.init(
      batch: input[0], height: input[1], width: input[2], channels: weight[2],
      kernel: PlaneSize(height: weight[0], width: weight[1]), strides: strides, padding: padding,
      outputs: weight[3])
    require(
      height + 2 * padding.height >= kernel.height && width + 2 * padding.width >= kernel.width,
      "\(layer): the kernel \(kernel) does not fit into the image \(height) × \(width) with padding \(padding)"
    )
  }

  init(
    batch: Int, height: Int, width: Int, channels: Int, kernel: PlaneSize, strides: PlaneSize,
    padding: PlaneSize, outputs: Int
  ) {
    self.batch = batch
    self.height = height
    self.width = width
    self.channels = channels
    self.kernel = kernel
    self.strides = strides
    self.padding = padding
    self.outputs = outputs
  }

  var outputHeight: Int { (height + 2 * padding.height - kernel.height) / strides.height + 1 }
  var outputWidth: Int { (width + 2 * padding.width - kernel.width) / strides.width + 1 }
  var inputShape: Shape { [batch, height, width, channels] }
  var outputShape: Shape { [batch, outputHeight, outputWidth, outputs] }
  var weightShape: Shape { [kernel.height, kernel.width, channels, outputs] }

  /// The patches of the input that the outputs are products of.
  var patches: PatchSource {
    PatchSource(
      height: height, width: width, channels: channels, taps: kernel, strides: strides,
      top: -padding.height, left: -padding.width, rows: outputHeight, columns: outputWidth)
  }
}
