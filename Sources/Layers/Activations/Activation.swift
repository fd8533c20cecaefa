import TensorCore

/// A function applied to each element of a tensor between layers.
public enum Activation: Sendable, Hashable, Codable {
  /// `y = x`.
  case identity
  /// `y = max(x, 0)`.
  case relu
  /// `y = x` where `x > 0`, else `slope · x`, with a slope that is not negative.
  case leakyReLU(Double)
  /// `y = tanh x`.
  case tanh
  /// `y = sin x`.
  case sine
  /// `y = 1/(1 + e⁻ˣ)`.
  case sigmoid
  /// `y = log(1 + eˣ)`.
  case softplus

  /// Whether the derivative is found from the input (sine, softplus) rather than from the output.
  ///
  /// The output is kept wherever it serves, because the next layer's tape holds it already.
  public var keepsInput: Bool { self == .sine || self == .softplus }

  /// `y` for each element of `x`.
  public func callAsFunction<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> {
    if self == .identity { return x }
    return Tensor(shape: x.shape) { y in
      x.withUnsafeBufferPointer {
        guard y.count > 0 else { return }
        apply($0.baseAddress!, y.baseAddress!, y.count)
      }
    }
  }

  /// `dx = dy · f′`, where `kept` is the input if ``keepsInput``, else the output.
  public func backward<S: TensorScalar>(_ dy: Tensor<S>, kept: Tensor<S>) -> Tensor<S> {
    if self == .identity { return dy }
    require(
      dy.shape == kept.shape,
      "Activation.backward: dy must be \(kept.shape), got \(dy.shape)")
    return Tensor(shape: dy.shape) { dx in
      guard dx.count > 0 else { return }
      dy.withUnsafeBufferPointer { dy in
        kept.withUnsafeBufferPointer { kept in
          differentiate(kept.baseAddress!, dy.baseAddress!, dx.baseAddress!, dx.count)
        }
      }
    }
  }

  /// `y[i] = f(x[i])`; `x` and `y` may be the same memory.
  func apply<S: TensorScalar>(_ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>, _ count: Int) {
    switch self {
    case .identity: if x != UnsafePointer(y) { y.update(from: x, count: count) }
    case .relu: S.leakyReLU(x, slope: 0, y, count)
    case .leakyReLU(let slope): S.leakyReLU(x, slope: Activation.checked(slope), y, count)
    case .tanh: S.apply(.tanh, x, y, count)
    case .sine: S.apply(.sin, x, y, count)
    case .sigmoid: S.apply(.sigmoid, x, y, count)
    case .softplus: S.apply(.softplus, x, y, count)
    }
  }

  private func differentiate<S: TensorScalar>(
    _ kept: UnsafePointer<S>, _ dy: UnsafePointer<S>, _ dx: UnsafeMutablePointer<S>, _ count: Int
  ) {
    switch self {
    case .identity: dx.update(from: dy, count: count)
    case .relu: S.leakyReLUBackward(kept, dy, slope: 0, dx, count)
    case .leakyReLU(let slope):
      S.leakyReLUBackward(kept, dy, slope: Activation.checked(slope), dx, count)
    case .tanh:
      // 1 − y², then times dy.
      S.combine(.multiply, kept, kept, dx, count)
      S.scaleShift(dx, -1, 1, dx, count)
      S.combine(.multiply, dx, dy, dx, count)
    case .sigmoid:
      // (1 − y) y, then times dy.
      S.scaleShift(kept, -1, 1, dx, count)
      S.combine(.multiply, dx, kept, dx, count)
      S.combine(.multiply, dx, dy, dx, count)
    case .sine:
      S.apply(.cos, kept, dx, count)
      S.combine(.multiply, dx, dy, dx, count)
    case .softplus:
      S.apply(.sigmoid, kept, dx, count)
      S.combine(.multiply, dx, dy, dx, count)
    }
  }

  /// The slope in the scalar's type; from the output alone, a negative slope could not be undone.
  static func checked<S: TensorScalar>(_ slope: Double) -> S {
    require(slope >= 0, "Activation.leakyReLU: the slope must not be negative, got \(slope)")
    return S(slope)
  }
}
