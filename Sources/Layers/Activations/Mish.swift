import TensorCore

/// `y = x tanh(log(1 + eˣ))`, for each element; `x` and `y` have any one shape (Misra 2020).
public struct Mish<Scalar: TensorScalar>: Layer {
  /// There are no parameters.
  public typealias Gradient = NoGradient<Scalar>

  /// The input: two inputs may have one output.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
  }

  /// The layer.
  public init() {}

  /// `y = x tanh(log(1 + eˣ))`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    (Activation.mish(x), Tape(x: x))
  }

  /// `dx = dy (t + x (1 − t²)/(1 + e⁻ˣ))` with `t = tanh(log(1 + eˣ))`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (Activation.mish.backward(dy, kept: tape.x), NoGradient())
  }
}
