import TensorCore

/// Outputs laid out as pixels (sub-pixel convolution; Shi and others 2016) without a pass of their own: the kernels write
/// each number where it belongs, and read the gradient from there.
extension Convolution {
  /// ``PixelShuffle`` of the output: `[batch, outputHeight · factor, outputWidth · factor, outputs / factor²]`.
  ///
  /// Pixel `(h · factor + i, w · factor + j)` takes the outputs `c · factor² + i · factor + j` of pixel `(h, w)`. The
  /// activation is applied to each number, so that its place before or after the layout says nothing. Equal to the layer and
  /// the shuffle one after the other within rounding.
  public func subpixels(_ x: Tensor<Scalar>, factor: Int) -> Tensor<Scalar> {
    checkFactor(factor)
    if factor == 1 { return self(x) }
    guard method.isImplicit(Scalar.self) else {
      return PixelShuffle(factor: factor).forward(self(x)).y
    }
    return ImplicitConvolution.forward(
      x, subpixels: rows(factor), bias, then: activation, geometry(x.shape))
  }

  /// The gradients for that of the sum before the activation, laid out as ``subpixels(_:factor:)`` lays out the output.
  ///
  /// A convolution with a 1 × 1 kernel whose outputs become pixels is the adjoint of one with a kernel and strides of
  /// `factor`, which reads `du` as it lies; behind other kernels `du` is laid out again.
  public func backward(
    subpixels du: Tensor<Scalar>, factor: Int, input x: Tensor<Scalar>,
    needsInputGradient: Bool = true
  ) -> (dx: Tensor<Scalar>?, gradient: Gradient) {
    checkFactor(factor)
    let g = geometry(x.shape)
    let channels = g.outputs / (factor * factor)
    let shape: Shape = [g.batch, g.outputHeight * factor, g.outputWidth * factor, channels]
    require(du.shape == shape, "Convolution.backward: du must be \(shape), got \(du.shape)")
    let isAdjoint = factor > 1 && kernel == 1 && strides == 1 && padding == 0
    guard isAdjoint && method.isImplicit(Scalar.self) else {
      return backward(
        sum: factor == 1 ? du : PixelShuffle(factor: factor).inputGradient(du), input: x,
        needsInputGradient: needsInputGradient)
    }
    let adjoint = ConvolutionGeometry(
      batch: g.batch, height: shape[1], width: shape[2], channels: channels,
      kernel: PlaneSize(factor), strides: PlaneSize(factor), padding: 0, outputs: g.channels)
    let gradient = Gradient(of: self) {
      $0.weight = subpixelWeight(ofAdjoint: ImplicitConvolution.weightGradient(du, x, adjoint))
      $0.bias = bias.map { _ in subpixelTotals(du, factor: factor) }
    }
    if !needsInputGradient { return (nil, gradient) }
    let packed = layouts.subpixels(factor: factor).adjoint {
      let ordered = weight.reshaped(to: [g.channels, channels, factor, factor])
      return ImplicitConvolution.packed(ordered.permuted([2, 3, 0, 1]), isExchanged: true)
    }
    return (
      ImplicitConvolution.forward(du, packed: packed, nil, then: .identity, adjoint), gradient
    )
  }

  /// The packed weights of the rows of pixels that a pixel's outputs become.
  private func rows(_ r: Int) -> [Tensor<Scalar>] {
    layouts.subpixels(factor: r).rows {
      let channels = outputs / (r * r)
      let ordered = weight.reshaped(to: [weight.count / outputs, channels, r, r])
        .permuted([2, 0, 3, 1])
      let shape = weight.shape.replacing(axis: 3, with: r * channels)
      return (0..<r).map {
        ImplicitConvolution.packed(ordered.rows($0..<$0 + 1).reshaped(to: shape))
      }
    }
  }

  private func checkFactor(_ factor: Int) {
    require(
      factor >= 1 && outputs % (factor * factor) == 0,
      "Convolution.subpixels: the square of the factor must divide the \(outputs) outputs, got a factor of \(factor)"
    )
  }
}

extension ImplicitConvolution {
  /// `y = activation(x ∗ W + b)`, its outputs laid out as pixels, of whose rows each has a packed weight.
  static func forward<S: TensorScalar>(
    _ x: Tensor<S>, subpixels rows: [Tensor<S>], _ bias: Tensor<S>?,
    then activation: Activation, _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    let (r, source) = (rows.count, g.patches)
    let channels = g.outputs / (r * r)
    let place = OutputPlace(
      first: 0, image: source.pixels * g.outputs, row: source.columns * g.outputs,
      column: r * channels, outputs: r * channels)
    let biases = bias?.reshaped(to: [channels, r, r]).permuted([1, 2, 0])
      .reshaped(to: [r, r * channels])
    return Tensor(shape: [g.batch, source.rows * r, source.columns * r, channels]) { y in
      guard y.count > 0 else { return }
      for row in 0..<r {
        correlate(
          source, images: g.batch, x, packed: rows[row],
          biases.map { $0.rows(row..<row + 1) }, then: activation,
          to: y.baseAddress! + row * source.columns * place.column, place)
      }
    }
  }
}

/// The weight `[1, 1, inputs, outputs]` of the convolution whose adjoint's is `[factor, factor, channels, inputs]`.
private func subpixelWeight<S: TensorScalar>(ofAdjoint weight: Tensor<S>) -> Tensor<S> {
  let (area, channels, inputs) = (
    weight.shape[0] * weight.shape[1], weight.shape[2], weight.shape[3]
  )
  return Tensor(shape: [1, 1, inputs, channels * area]) { target in
    weight.withUnsafeBufferPointer {
      interleave(
        $0.baseAddress!, area: area, channels: channels, inputs: inputs,
        into: target.baseAddress!)
    }
  }
}

/// `target[input, channel, pixel] = source[pixel, channel, input]`, some inputs at a time, whose lines the cache holds.
@specialized(where S == Float)
@specialized(where S == Double)
private func interleave<S: TensorScalar>(
  _ source: UnsafePointer<S>, area: Int, channels: Int, inputs: Int,
  into target: UnsafeMutablePointer<S>
) {
  for first in stride(from: 0, to: inputs, by: 16) {
    let end = min(first + 16, inputs)
    for channel in 0..<channels {
      for pixel in 0..<area {
        let line = source + (pixel * channels + channel) * inputs
        let place = target + channel * area + pixel
        for input in first..<end { place[input * channels * area] = line[input] }
      }
    }
  }
}

/// `Σ x` over the pixels that took the same output of a convolution, in the order of its outputs.
private func subpixelTotals<S: TensorScalar>(_ x: Tensor<S>, factor r: Int) -> Tensor<S> {
  let channels = x.shape[3]
  let (width, lines) = (r * channels, x.shape[0] * x.shape[1])
  let pixels = x.shape[2] / r
  // A block of whole groups of lines, so that each line's place in its group is known.
  let block = max(1, 1024 / (r * pixels)) * r
  let partial = parallelMap(over: (lines + block - 1) / block) { index in
    var sums = [Double](repeating: 0, count: r * width)
    sums.withUnsafeMutableBufferPointer { sums in
      x.withUnsafeBufferPointer { x in
        for line in index * block..<min(lines, (index + 1) * block) {
          S.channelSums(
            x.baseAddress! + line * pixels * width, rows: pixels, channels: width,
            into: sums.baseAddress! + line % r * width)
        }
      }
    }
    return sums
  }
  var total = [Double](repeating: 0, count: r * width)
  for part in partial { for i in total.indices { total[i] += part[i] } }
  return Tensor(total.map { S($0) }).reshaped(to: [r * r, channels]).permuted([1, 0])
    .reshaped(to: [r * width])
}
