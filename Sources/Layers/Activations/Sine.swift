import TensorCore

/// `y = sin x`, for each element; `x` and `y` have any one shape.
public struct Sine<Scalar: TensorScalar>: Layer {
  /// There are no parameters.
  public typealias Gradient = NoGradient<Scalar>

  /// The input: the cosine cannot be found from the sine without its sign.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
  }

  /// The layer.
  public init() {}

  /// `y = sin x`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let y = Activation.sine(x)
    return (y, Tape(x: x))
  }

  /// `dx = dy cos x`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (Activation.sine.backward(dy, kept: tape.x), NoGradient())
  }
}
