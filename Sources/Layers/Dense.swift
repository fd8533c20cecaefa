import TensorCore

/// The affine map `y = x W + b`, with `x` of shape `[batch, inputs]` and `y` of shape `[batch, outputs]`.
public struct Dense<Scalar: TensorScalar>: Layer {
  /// `W`, of shape `[inputs, outputs]`.
  public var weight: Tensor<Scalar>
  /// `b`, of shape `[outputs]`; `nil` for a linear map.
  public var bias: Tensor<Scalar>?

  /// The input, for `dW = xᵀ dy`.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
  }

  /// `weight` and `bias`.
  public static var parts: [Part<Self>] {
    [.tensor("weight", \.weight), .tensor("bias", \.bias)]
  }

  /// The layer with this weight, `[inputs, outputs]`, and this bias, `[outputs]`.
  public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>? = nil) {
    require(weight.rank == 2, "Dense: weight must be [inputs, outputs], got \(weight.shape)")
    require(
      bias.map { $0.shape == [weight.shape[1]] } ?? true,
      "Dense: bias must be [\(weight.shape[1])], got \(bias.map { "\($0.shape)" } ?? "none")")
    self.weight = weight
    self.bias = bias
  }

  /// A layer with weight and bias uniform in `±1/√fanIn`, as PyTorch's `Linear` starts.
  ///
  /// The weight comes from the child stream `weight` of `random`, the bias from `bias`. `fanIn` is `inputs` unless given.
  public init(inputs: Int, outputs: Int, bias: Bool = true, fanIn: Int? = nil, random: Philox) {
    require(
      inputs >= 0 && outputs >= 0 && fanIn ?? 1 > 0,
      "Dense: extents must not be negative and fanIn positive, got \(inputs), \(outputs), \(fanIn ?? inputs)"
    )
    let bound = 1 / Scalar(max(fanIn ?? inputs, 1)).squareRoot()
    var weightStream = random.stream("weight")
    var biasStream = random.stream("bias")
    self.weight = weightStream.uniform(shape: [inputs, outputs], in: -bound..<bound)
    self.bias = bias ? biasStream.uniform(shape: [outputs], in: -bound..<bound) : nil
  }

  /// The number of columns of the input.
  public var inputs: Int { weight.shape[0] }
  /// The number of columns of the output.
  public var outputs: Int { weight.shape[1] }

  /// `y = x W + b`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    (affine(x, weight, bias, then: .identity), Tape(x: x))
  }

  /// `dx = dy Wᵀ`, `dW = xᵀ dy`, `db = Σ dy` over the batch.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (inputGradient(dy), parameterGradient(dy, x: tape.x))
  }

  /// `dx = dy Wᵀ` alone.
  func inputGradient(_ dy: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      dy.rank == 2 && dy.shape[1] == outputs,
      "Dense.backward: dy must be [batch, \(outputs)], got \(dy.shape)")
    return matmul(dy, weight, transposeB: true)
  }

  /// `dW` and `db` alone.
  func parameterGradient(_ dy: Tensor<Scalar>, x: Tensor<Scalar>) -> Gradient {
    require(
      dy.shape == [x.shape[0], outputs],
      "Dense.backward: dy must be [\(x.shape[0]), \(outputs)], got \(dy.shape)")
    return Gradient(of: self) {
      $0.weight = matmul(x, dy, transposeA: true)
      $0.bias = bias.map { _ in dy.sum(along: 0) }
    }
  }
}
