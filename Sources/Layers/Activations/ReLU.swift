import TensorCore

/// `y = max(x, 0)`, for each element; `x` and `y` have any one shape.
public struct ReLU<Scalar: TensorScalar>: Layer {
  /// There are no parameters.
  public typealias Gradient = NoGradient<Scalar>

  /// The output: its sign is that of the input.
  public struct Tape: Sendable {
    let y: Tensor<Scalar>
  }

  /// The layer.
  public init() {}

  /// `y = max(x, 0)`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let y = Activation.relu(x)
    return (y, Tape(y: y))
  }

  /// `dx = dy` where `y > 0`, else 0.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (Activation.relu.backward(dy, kept: tape.y), NoGradient())
  }
}
