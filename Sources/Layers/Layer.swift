import TensorCore

/// A differentiable map of one tensor to another: a value with `forward` and `backward` side by side.
public protocol Layer: Parameterized {
  /// What ``backward(_:through:)`` reads of the forward pass, and nothing else.
  associatedtype Tape: Sendable

  /// The output for `x`, and what the backward pass needs.
  func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape)

  /// The gradients of `Σ dy · y` with respect to the input and the parameters. It returns them and adds to nothing.
  func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)

  /// The output for `x` alone, for those who need no gradient.
  func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar>
}

extension Layer {
  /// The output of ``forward(_:)``.
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> { forward(x).y }
}
