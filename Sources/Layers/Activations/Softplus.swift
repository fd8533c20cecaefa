import TensorCore

/// `y = log(1 + eˣ)`, without overflow, for each element; `x` and `y` have any one shape.
public struct Softplus<Scalar: TensorScalar>: Layer {
  /// There are no parameters.
  public typealias Gradient = NoGradient<Scalar>

  /// The input: `1 − e⁻ʸ` would cancel for small `y`.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
  }

  /// The layer.
  public init() {}

  /// `y = log(1 + eˣ)`, without overflow.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let y = Activation.softplus(x)
    return (y, Tape(x: x))
  }

  /// `dx = dy / (1 + e⁻ˣ)`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (Activation.softplus.backward(dy, kept: tape.x), NoGradient())
  }
}
