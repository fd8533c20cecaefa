import TensorCore

/// A function applied to each element of a tensor between layers.
public enum Activation: Sendable, Hashable, Codable {
  /// `y = x`.
  case identity
  /// `y = max(x, 0)`; `dx = dy` where `y > 0`, else 0.
  case relu
  /// `y = x` where `x > 0`, else `slope · x`, with a slope that is not negative; `dx = dy` where `y > 0`, else `slope · dy`.
  case leakyReLU(Double)
  /// `y = tanh x`; `dx = (1 − y²) dy`.
  case tanh
  /// `y = sin x`; `dx = dy cos x`, from the input: the cosine cannot be found from the sine without its sign.
  case sine
  /// `y = 1/(1 + e⁻ˣ)`; `dx = y (1 − y) dy`.
  case sigmoid
  /// `y = log(1 + eˣ)`; `dx = dy/(1 + e⁻ˣ)`.
  case softplus
  /// `y = x` where `x > 0`, else `alpha (eˣ − 1)`, with a positive alpha (Clevert et al. 2016); `dx = dy` where `y > 0`, else
  /// `(y + alpha) dy`.
  case elu(Double)
  /// `y = x` where `x > 0`, else `alpha (e^(x/alpha) − 1)`, with a positive alpha (Barron 2017); `dx = dy` where `y > 0`, else
  /// `(y/alpha + 1) dy`.
  case celu(Double)
  /// `y = x tanh(log(1 + eˣ))` (Misra 2019); with `t = tanh(log(1 + eˣ))`, `dx = (t + x (1 − t²)/(1 + e⁻ˣ)) dy`.
  case mish

  /// Whether the derivative is found from the input (sine, softplus, mish) rather than from the output.
  ///
  /// The output is kept wherever it serves, because the next layer's tape holds it already.
  public var keepsInput: Bool { self == .sine || self == .softplus || self == .mish }

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
    case .elu, .celu:
      let (alpha, rate): (S, S) = exponential()!
      S.elu(x, alpha: alpha, rate: rate, y, count)
    case .mish: S.mish(x, y, count)
    }
  }

  /// `dx[i] = dy[i] f′`, where `kept` is the input if ``keepsInput``, else the output; `dx` is the memory of neither.
  func differentiate<S: TensorScalar>(
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
    case .elu, .celu:
      let (alpha, rate): (S, S) = exponential()!
      S.eluBackward(kept, dy, alpha: alpha, rate: rate, dx, count)
    case .mish: S.mishBackward(kept, dy, dx, count)
    }
  }

  /// `alpha` and `rate` of `alpha (exp(rate · x) − 1)` for the two exponential units, `nil` for all others.
  func exponential<S: TensorScalar>(as type: S.Type = S.self) -> (alpha: S, rate: S)? {
    let (alpha, rate): (Double, (Double) -> Double)
    switch self {
    case .elu(let a): (alpha, rate) = (a, { _ in 1 })
    case .celu(let a): (alpha, rate) = (a, { 1 / $0 })
    default: return nil
    }
    // From the output alone, a negative alpha could not be undone.
    require(alpha > 0, "Activation: alpha of elu and celu must be positive, got \(alpha)")
    return (S(alpha), S(rate(alpha)))
  }

  /// Ends the program where a slope or an alpha is out of range.
  func requireRange() {
    switch self {
    case .leakyReLU(let slope): _ = Activation.checked(slope) as Double
    case .elu, .celu: _ = exponential(as: Double.self)
    default: break
    }
  }

  /// The slope in the scalar's type; from the output alone, a negative slope could not be undone.
  static func checked<S: TensorScalar>(_ slope: Double) -> S {
    require(slope >= 0, "Activation.leakyReLU: the slope must not be negative, got \(slope)")
    return S(slope)
  }
}
