import RealModule

extension Tensor {
  /// `f` of each element by the vector kernels.
  public func applying(_ function: ElementwiseFunction) -> Tensor {
    Tensor(shape: shape) { out in
      guard out.count > 0 else { return }
      Scalar.apply(function, storage.elements.baseAddress!, out.baseAddress!, out.count)
    }
  }

  /// `transform` of each element.
  @inlinable
  public func map(_ transform: (Scalar) -> Scalar) -> Tensor {
    Tensor(shape: shape) { out in
      withUnsafeBufferPointer { for i in 0..<out.count { out[i] = transform($0[i]) } }
    }
  }

  /// `transform` of the elements of two tensors of one shape.
  @inlinable
  public func zipped(_ other: Tensor, _ transform: (Scalar, Scalar) -> Scalar) -> Tensor {
    require(
      shape == other.shape, "Tensor.zipped: shapes must be equal, got \(shape) and \(other.shape)")
    return Tensor(shape: shape) { out in
      withUnsafeBufferPointer { x in
        other.withUnsafeBufferPointer { y in
          for i in 0..<out.count { out[i] = transform(x[i], y[i]) }
        }
      }
    }
  }

  /// Whether no element is infinite or NaN.
  public var isFinite: Bool {
    // A finite sum has only finite terms; an overflow of the sum sends us to look at each.
    sum().isFinite || storage.elements.allSatisfy(\.isFinite)
  }
}

/// `eˣ` of each element.
public func exp<S>(_ x: Tensor<S>) -> Tensor<S> { x.applying(.exp) }
/// The natural logarithm of each element.
public func log<S>(_ x: Tensor<S>) -> Tensor<S> { x.applying(.log) }
/// The hyperbolic tangent of each element.
public func tanh<S>(_ x: Tensor<S>) -> Tensor<S> { x.applying(.tanh) }
/// The logistic function `1/(1+e⁻ˣ)` of each element.
public func sigmoid<S>(_ x: Tensor<S>) -> Tensor<S> { x.applying(.sigmoid) }
/// `log(1 + eˣ)` of each element, without overflow.
public func softplus<S>(_ x: Tensor<S>) -> Tensor<S> { x.applying(.softplus) }
/// The sine of each element (radians).
public func sin<S>(_ x: Tensor<S>) -> Tensor<S> { x.applying(.sin) }
/// The cosine of each element (radians).
public func cos<S>(_ x: Tensor<S>) -> Tensor<S> { x.applying(.cos) }
/// The square root of each element.
public func sqrt<S>(_ x: Tensor<S>) -> Tensor<S> { x.applying(.sqrt) }
/// The magnitude of each element.
public func abs<S>(_ x: Tensor<S>) -> Tensor<S> { x.map { $0.magnitude } }
/// The square of each element.
public func square<S>(_ x: Tensor<S>) -> Tensor<S> { x * x }
/// `max(x, 0)` of each element.
public func relu<S>(_ x: Tensor<S>) -> Tensor<S> { leakyReLU(x, slope: 0) }

/// `x` where `x > 0`, `slope · x` elsewhere.
public func leakyReLU<S>(_ x: Tensor<S>, slope: S) -> Tensor<S> {
  Tensor(shape: x.shape) { out in
    guard out.count > 0 else { return }
    S.leakyReLU(x.storage.elements.baseAddress!, slope: slope, out.baseAddress!, out.count)
  }
}

/// The softmax along the last axis, the maximum subtracted first.
public func softmax<S>(_ x: Tensor<S>) -> Tensor<S> {
  require(x.rank >= 1, "softmax: wants at least one axis")
  return Tensor(shape: x.shape) { out in
    guard out.count > 0 else { return }
    let columns = x.shape[x.rank - 1]
    S.softmaxRows(
      x.storage.elements.baseAddress!, out.baseAddress!, rows: out.count / columns,
      columns: columns)
  }
}

/// `log Σ exp x` along the last axis (which goes), the maximum subtracted first.
public func logSumExp<S>(_ x: Tensor<S>) -> Tensor<S> {
  let m = x.max(along: -1, keepingAxis: true)
  // A row of −∞ has no finite maximum to subtract.
  let shift = m.map { $0.isFinite ? $0 : 0 }
  let total = log(exp(x - shift).sum(along: -1, keepingAxis: true)) + shift
  return total.reshaped(to: x.shape.removing(axis: x.rank - 1))
}
