import TensorCore

/// A transposed convolution, as PyTorch's `ConvTranspose2d`, with an activation on its output: the input gradient of a
/// convolution as a layer. Each input pixel adds `x W` to the `kernelHeight × kernelWidth` outputs from `(r s − p, c s − p)` on.
///
/// `x` is `[batch, height, width, inputs]`, `y` `[batch, outputHeight, outputWidth, outputs]` with
/// `outputHeight = (height − 1) s − 2 p + kernelHeight + outputPadding`.
public struct TransposedConvolution<Scalar: TensorScalar>: Layer {
  /// `W`, of shape `[kernelHeight, kernelWidth, inputs, outputs]`.
  public var weight: Tensor<Scalar> { didSet { layouts = WeightLayouts() } }
  /// `b`, of shape `[outputs]`; `nil` for none.
  public var bias: Tensor<Scalar>?
  /// The distance between the outputs of neighbouring pixels.
  public let strides: PlaneSize
  /// The rows and columns of outputs that are left out on each side.
  public let padding: PlaneSize
  /// The rows and columns that the output has more at its end: several outputs fit one input where strides are above 1.
  public let outputPadding: PlaneSize
  /// What is applied to the output.
  public let activation: Activation
  /// How it is worked out.
  public let method: ConvolutionMethod
  /// What the fast form has laid out of the weight.
  private var layouts = WeightLayouts<Scalar>()

  /// The input, and what the activation keeps.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
    let kept: Tensor<Scalar>
  }

  /// `weight` and `bias`.
  public static var parts: [Part<Self>] {
    // By functions: a key path would copy a property with an observer.
    [
      .tensor("weight", read: { $0.weight }, modify: { $1(&$0.weight) }),
      .tensor("bias", \.bias),
    ]
  }

  /// The layer with this weight, `[kernelHeight, kernelWidth, inputs, outputs]`, and this bias, `[outputs]`; the output
  /// padding is smaller than the strides.
  public init(
    weight: Tensor<Scalar>, bias: Tensor<Scalar>? = nil, strides: PlaneSize = 1,
    padding: PlaneSize = 0, outputPadding: PlaneSize = 0, activation: Activation = .identity,
    method: ConvolutionMethod = .automatic
  ) {
    checkConvolution(
      "TransposedConvolution", weight: weight, bias: bias, strides: strides, padding: padding)
    require(
      outputPadding.isAtLeast(0) && outputPadding.height < strides.height
        && outputPadding.width < strides.width,
      "TransposedConvolution: outputPadding must be smaller than the strides \(strides), got \(outputPadding)"
    )
    self.weight = weight
    self.bias = bias
    self.strides = strides
    self.padding = padding
    self.outputPadding = outputPadding
    self.activation = activation
    self.method = method
  }

  /// A layer with weight and bias uniform in `±1/√(kernel.area · outputs)`, as PyTorch's `ConvTranspose2d` starts.
  ///
  /// The weight comes from the child stream `weight` of `random`, the bias from `bias`.
  public init(
    inputs: Int, outputs: Int, kernel: PlaneSize, strides: PlaneSize = 1, padding: PlaneSize = 0,
    outputPadding: PlaneSize = 0, bias: Bool = true, activation: Activation = .identity,
    method: ConvolutionMethod = .automatic, random: Philox
  ) {
    let start: (weight: Tensor<Scalar>, bias: Tensor<Scalar>?) = startConvolution(
      "TransposedConvolution", inputs: inputs, outputs: outputs, kernel: kernel,
      fanIn: kernel.area * outputs, bias: bias, random: random)
    self.init(
      weight: start.weight, bias: start.bias, strides: strides, padding: padding,
      outputPadding: outputPadding, activation: activation, method: method)
  }

  /// The channels of the input.
  public var inputs: Int { weight.shape[2] }
  /// The channels of the output.
  public var outputs: Int { weight.shape[3] }

  /// The shape of the output for an input of this shape.
  public func outputShape(for input: Shape) -> Shape { geometry(input).inputShape }

  /// `y = f(x ∗ᵀ W + b)`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let fused = activation.keepsInput ? .identity : activation
    let kept = adjoint(x, then: fused)
    return (activation.keepsInput ? activation(kept) : kept, Tape(x: x, kept: kept))
  }

  /// The output alone, without a tape.
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    adjoint(x, then: activation)
  }

  private func adjoint(_ x: Tensor<Scalar>, then activation: Activation) -> Tensor<Scalar> {
    method.inputGradient(
      x, weight, layouts, isExchanged: true, bias, then: activation, geometry(x.shape))
  }

  /// `dx = du ∗ W`, `dW = Σ xᵀ du`, `db = Σ du` over the pixels, with `du = dy f′`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    let g = geometry(tape.x.shape)
    require(
      dy.shape == g.inputShape,
      "TransposedConvolution.backward: dy must be \(g.inputShape), got \(dy.shape)")
    let du = activation.parallelBackward(dy, kept: tape.kept)
    return (
      inputGradient(du, input: tape.x.shape),
      Gradient(of: self) {
        $0.weight = weightGradient(du, x: tape.x)
        $0.bias = bias.map { _ in channelTotals(du) }
      }
    )
  }

  /// `dW = Σ xᵀ du`, shaped like the weight; `du` is the gradient before the activation.
  public func weightGradient(_ du: Tensor<Scalar>, x: Tensor<Scalar>) -> Tensor<Scalar> {
    weightGradient(ofTotal: partialWeightGradient(du, x: x))
  }

  /// `dx = du ∗ W` for an input of shape `input`; `du` is the gradient before the activation.
  public func inputGradient(_ du: Tensor<Scalar>, input: Shape) -> Tensor<Scalar> {
    method.forward(
      du, weight, layouts, isExchanged: true, nil, then: .identity, checkedGeometry(input, du))
  }

  func checkedGeometry(_ input: Shape, _ du: Tensor<Scalar>) -> ConvolutionGeometry {
    let g = geometry(input)
    require(
      du.shape == g.inputShape,
      "TransposedConvolution.backward: du must be \(g.inputShape), got \(du.shape)")
    return g
  }

  /// The geometry of the convolution that this layer is the adjoint of: its output is our `x`, its input our `y`, and of its
  /// weight inputs and outputs have changed places.
  func geometry(_ input: Shape) -> ConvolutionGeometry {
    require(
      input.rank == 4 && input[3] == inputs && input[1] > 0 && input[2] > 0,
      "TransposedConvolution.forward: x must be [batch, height, width, \(inputs)], got \(input)")
    let height =
      (input[1] - 1) * strides.height - 2 * padding.height + weight.shape[0] + outputPadding.height
    let width =
      (input[2] - 1) * strides.width - 2 * padding.width + weight.shape[1] + outputPadding.width
    require(
      height > 0 && width > 0,
      "TransposedConvolution.forward: padding \(padding) leaves nothing of the output of \(input)")
    let g = ConvolutionGeometry(
      batch: input[0], height: height, width: width, channels: outputs,
      kernel: PlaneSize(height: weight.shape[0], width: weight.shape[1]), strides: strides,
      padding: padding, outputs: inputs)
    return g
  }
}
