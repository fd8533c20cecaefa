import TensorCore

extension Parameterized {
  /// The Euclidean norm of all elements of a gradient of this model together.
  public func norm(of gradient: Gradient) -> Double {
    parameters.reduce(0.0) { total, parameter in
      // In double precision, where the squares of a diverging float32 gradient do not overflow.
      let g = parameter.gradient(in: gradient).converted(to: Double.self)
      return total
        + g.withUnsafeBufferPointer { Double.dot($0.baseAddress!, $0.baseAddress!, g.count) }
    }.squareRoot()
  }

  /// Multiplies a gradient by `limit/(norm + 10⁻⁶)` if that is below 1, and returns the norm that it had.
  ///
  /// As PyTorch's `clip_grad_norm_`: one factor for all parameters, so that the direction stays. A norm that is not finite is
  /// returned and the gradient becomes NaN or 0: the caller looks at it.
  @discardableResult
  public func clip(_ gradient: inout Gradient, toNorm limit: Double) -> Double {
    let norm = norm(of: gradient)
    let factor = limit / (norm + 1e-6)
    if !(factor >= 1) { gradient *= Scalar(factor) }
    return norm
  }
}
