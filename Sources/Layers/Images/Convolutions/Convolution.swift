import TensorCore

/// A two-dimensional convolution, more exactly cross-correlation, as PyTorch's `Conv2d`, with an activation on its output:
/// `y[r, c] = f(Σ x[r s + i − p, c s + j − p] W[i, j] + b)` over the taps `(i, j)`, with zeros outside the image.
///
/// `x` is `[batch, height, width, inputs]`, `y` `[batch, outputHeight, outputWidth, outputs]` with
/// `outputHeight = ⌊(height + 2 p − kernelHeight)/s⌋ + 1`. The activation is applied where the outputs are still in
/// registers (CELU, ELU) or in the cache (all others).
public struct Convolution<Scalar: TensorScalar>: Layer {
  /// `W`, of shape `[kernelHeight, kernelWidth, inputs, outputs]`.
  public var weight: Tensor<Scalar> { didSet { layouts = WeightLayouts() } }
  /// `b`, of shape `[outputs]`; `nil` for none.
  public var bias: Tensor<Scalar>?
  /// The distance between neighbouring patches.
  public let strides: PlaneSize
  /// The rows and columns of zeros on each side of the image.
  public let padding: PlaneSize
  /// `f`.
  public let activation: Activation
  /// How it is worked out.
  public let method: ConvolutionMethod
  /// What the fast form has laid out of the weight.
  private(set) var layouts = WeightLayouts<Scalar>()

  /// The input, and what the activation keeps (its output mostly, which is the next layer's input: no memory of its own).
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

  /// The layer with this weight, `[kernelHeight, kernelWidth, inputs, outputs]`, and this bias, `[outputs]`.
  public init(
    weight: Tensor<Scalar>, bias: Tensor<Scalar>? = nil, strides: PlaneSize = 1,
    padding: PlaneSize = 0, activation: Activation = .identity,
    method: ConvolutionMethod = .automatic
  ) {
    checkConvolution("Convolution", weight: weight, bias: bias, strides: strides, padding: padding)
    self.weight = weight
    self.bias = bias
    self.strides = strides
    self.padding = padding
    self.activation = activation
    self.method = method
  }

  /// A layer with weight and bias uniform in `±1/√(kernel.area · inputs)`, as PyTorch's `Conv2d` starts.
  ///
  /// The weight comes from the child stream `weight` of `random`, the bias from `bias`.
  public init(
    inputs: Int, outputs: Int, kernel: PlaneSize, strides: PlaneSize = 1, padding: PlaneSize = 0,
    bias: Bool = true, activation: Activation = .identity,
    method: ConvolutionMethod = .automatic, random: Philox
  ) {
    let start: (weight: Tensor<Scalar>, bias: Tensor<Scalar>?) = startConvolution(
      "Convolution", inputs: inputs, outputs: outputs, kernel: kernel,
      fanIn: kernel.area * inputs, bias: bias, random: random)
    self.init(
      weight: start.weight, bias: start.bias, strides: strides, padding: padding,
      activation: activation, method: method)
  }

  /// The channels of the input.
  public var inputs: Int { weight.shape[2] }
  /// The channels of the output.
  public var outputs: Int { weight.shape[3] }
  /// The extents of the kernel.
  public var kernel: PlaneSize { PlaneSize(height: weight.shape[0], width: weight.shape[1]) }

  /// The shape of the output for an input of this shape.
  public func outputShape(for input: Shape) -> Shape { geometry(input).outputShape }

  /// `y = f(x ∗ W + b)`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let fused = activation.keepsInput ? .identity : activation
    let kept = method.forward(x, weight, layouts, bias, then: fused, geometry(x.shape))
    return (activation.keepsInput ? activation(kept) : kept, Tape(x: x, kept: kept))
  }

  /// The output alone, without a tape.
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    method.forward(x, weight, layouts, bias, then: activation, geometry(x.shape))
  }

  /// `dx = du ∗ᵀ W`, `dW = Σ patchᵀ du`, `db = Σ du` over the pixels, with `du = dy f′`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    let (dx, gradient) = backward(dy, through: tape, needsInputGradient: true)
    return (dx!, gradient)
  }

  /// The same; `dx` is left out (`nil`) for an input that is data.
  public func backward(
    _ dy: Tensor<Scalar>, through tape: Tape, needsInputGradient: Bool
  ) -> (dx: Tensor<Scalar>?, gradient: Gradient) {
    let g = geometry(tape.x.shape)
    require(
      dy.shape == g.outputShape,
      "Convolution.backward: dy must be \(g.outputShape), got \(dy.shape)")
    let du = activation.parallelBackward(dy, kept: tape.kept)
    return backward(sum: du, input: tape.x, needsInputGradient: needsInputGradient)
  }

  /// The same for the gradient `du` of the sum before the activation, and an input that was not kept but recomputed.
  public func backward(
    sum du: Tensor<Scalar>, input x: Tensor<Scalar>, needsInputGradient: Bool = true
  ) -> (dx: Tensor<Scalar>?, gradient: Gradient) {
    let g = geometry(x.shape)
    require(
      du.shape == g.outputShape,
      "Convolution.backward: du must be \(g.outputShape), got \(du.shape)")
    let gradient = Gradient(of: self) {
      $0.weight = method.weightGradient(x, du, g)
      $0.bias = bias.map { _ in channelTotals(du) }
    }
    return (
      needsInputGradient
        ? method.inputGradient(du, weight, layouts, nil, then: .identity, g) : nil, gradient
    )
  }

  func geometry(_ input: Shape) -> ConvolutionGeometry {
    ConvolutionGeometry(
      input: input, weight: weight.shape, strides: strides, padding: padding,
      layer: "Convolution.forward")
  }
}
