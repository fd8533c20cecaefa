import TensorCore

/// `y = 1/(1 + e⁻ˣ)`, for each element; `x` and `y` have any one shape.
public struct Sigmoid<Scalar: TensorScalar>: Layer {
  /// There are no parameters.
  public typealias Gradient = NoGradient<Scalar>

  /// The output: the derivative is a polynomial of it.
  public struct Tape: Sendable {
    let y: Tensor<Scalar>
  }

  /// The layer.
  public init() {}

  /// `y = 1/(1 + e⁻ˣ)`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let y = Activation.sigmoid(x)
    return (y, Tape(y: y))
  }

  /// `dx = dy y (1 − y)`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (Activation.sigmoid.backward(dy, kept: tape.y), NoGradient())
  }
}
