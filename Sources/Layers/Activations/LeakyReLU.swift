import TensorCore

/// `y = x` where `x > 0`, else `slope · x`, for each element; `x` and `y` have any one shape.
public struct LeakyReLU<Scalar: TensorScalar>: Layer {
  /// There are no parameters.
  public typealias Gradient = NoGradient<Scalar>

  /// The factor of negative inputs, not negative itself.
  public let slope: Double

  /// The output: its sign is that of the input.
  public struct Tape: Sendable {
    let y: Tensor<Scalar>
  }

  /// The layer with this slope, which must not be negative.
  public init(slope: Double = 0.01) {
    require(slope >= 0, "LeakyReLU: the slope must not be negative, got \(slope)")
    self.slope = slope
  }

  /// `y = x` where `x > 0`, else `slope · x`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let y = Activation.leakyReLU(slope)(x)
    return (y, Tape(y: y))
  }

  /// `dx = dy` where `y > 0`, else `slope · dy`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (Activation.leakyReLU(slope).backward(dy, kept: tape.y), NoGradient())
  }
}
