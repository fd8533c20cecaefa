import TensorCore

/// `y = x` where `x > 0`, else `alpha (e^(x/alpha) − 1)`, for each element; `x` and `y` have any one shape (Barron 2017).
public struct CELU<Scalar: TensorScalar>: Layer {
  /// There are no parameters.
  public typealias Gradient = NoGradient<Scalar>

  /// The limit for `x → −∞` is `−alpha`; positive.
  public let alpha: Double

  /// The output: the derivative is a polynomial of it.
  public struct Tape: Sendable {
    let y: Tensor<Scalar>
  }

  /// The layer with this `alpha`, which must be positive.
  public init(alpha: Double = 1) {
    require(alpha > 0, "CELU: alpha must be positive, got \(alpha)")
    self.alpha = alpha
  }

  /// `y = x` where `x > 0`, else `alpha (e^(x/alpha) − 1)`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let y = Activation.celu(alpha)(x)
    return (y, Tape(y: y))
  }

  /// `dx = dy` where `y > 0`, else `(y/alpha + 1) dy`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (Activation.celu(alpha).backward(dy, kept: tape.y), NoGradient())
  }
}
