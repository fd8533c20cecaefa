import TensorCore

/// `y = tanh x`, for each element; `x` and `y` have any one shape.
public struct Tanh<Scalar: TensorScalar>: Layer {
  /// There are no parameters.
  public typealias Gradient = NoGradient<Scalar>

  /// The output: the derivative is a polynomial of it.
  public struct Tape: Sendable {
    let y: Tensor<Scalar>
  }

  /// The layer.
  public init() {}

  /// `y = tanh x`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let y = Activation.tanh(x)
    return (y, Tape(y: y))
  }

  /// `dx = dy (1 − y²)`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (Activation.tanh.backward(dy, kept: tape.y), NoGradient())
  }
}
