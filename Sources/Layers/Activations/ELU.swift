import TensorCore

/// `y = x` where `x > 0`, else `alpha (eˣ − 1)`, for each element; `x` and `y` have any one shape (Clevert, Unterthiner, Hochreiter 2016).
public struct ELU<Scalar: TensorScalar>: Layer {
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
    require(alpha > 0, "ELU: alpha must be positive, got \(alpha)")
    self.alpha = alpha
  }

  /// `y = x` where `x > 0`, else `alpha (eˣ − 1)`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let y = Activation.elu(alpha)(x)
    return (y, Tape(y: y))
  }

  /// `dx = dy` where `y > 0`, else `(y + alpha) dy`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (Activation.elu(alpha).backward(dy, kept: tape.y), NoGradient())
  }
}
