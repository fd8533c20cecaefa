import TensorCore

/// An ``Activation`` as a layer: `y = f(x)` for each element; `x` and `y` have any one shape.
public struct ActivationLayer<Scalar: TensorScalar>: Layer {
  /// `f`.
  public let activation: Activation

  /// The input where the derivative is found from it, else the output: see ``Activation/keepsInput``.
  public struct Tape: Sendable {
    let kept: Tensor<Scalar>
  }

  /// The layer of a function whose slope or alpha is in range.
  public init(_ activation: Activation) {
    activation.requireRange()
    self.activation = activation
  }

  /// `y = f(x)`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let y = activation(x)
    return (y, Tape(kept: activation.keepsInput ? x : y))
  }

  /// `dx = dy f′(x)`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    (activation.backward(dy, kept: tape.kept), Gradient(of: self))
  }
}
