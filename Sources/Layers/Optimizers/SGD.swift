import TensorCore

/// Stochastic gradient descent with momentum, in PyTorch's form.
///
/// With `g` the gradient plus `weightDecay · p`: `b = momentum · b + (1 − dampening) g` (`b = g` at the first step), then
/// `p −= learningRate · b`, or with Nesterov's look-ahead `p −= learningRate (g + momentum · b)`.
public struct SGD<Scalar: TensorScalar>: Optimizer {
  /// The factor of a step.
  public var learningRate: Double
  /// The decay of the running direction `b`; 0 keeps none.
  public let momentum: Double
  /// The share of the gradient that does not enter `b`.
  public let dampening: Double
  /// Whether the step looks ahead along `b`.
  public let nesterov: Bool
  /// The factor of the parameter that is added to its gradient.
  public let weightDecay: Double

  private var stepCount = 0
  private var direction = Moments<Scalar>("direction")

  /// Gradient descent before its first step; `nesterov` wants a momentum and no dampening.
  public init(
    learningRate: Double, momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false,
    weightDecay: Double = 0
  ) {
    require(
      momentum >= 0 && weightDecay >= 0 && (!nesterov || momentum > 0 && dampening == 0),
      "SGD: wants momentum and weightDecay not negative, and for nesterov a momentum and no dampening, "
        + "got \(momentum), \(weightDecay), nesterov \(nesterov), dampening \(dampening)")
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.nesterov = nesterov
    self.weightDecay = weightDecay
  }

  /// Takes one step: changes the model's parameters in place.
  public mutating func update<Model: Parameterized>(
    _ model: inout Model, with gradient: Model.Gradient
  ) where Model.Scalar == Scalar {
    let parameters = model.parameters
    if momentum > 0 { direction.align(parameters, of: model) }
    stepCount += 1
    let (decay, rate, isFirst) = (Scalar(weightDecay), Scalar(learningRate), stepCount == 1)
    let (kept, taken) = (Scalar(momentum), Scalar(isFirst ? 1 : 1 - dampening))
    for (index, parameter) in parameters.enumerated() {
      var g = parameter.gradient(in: gradient)
      parameter.update(&model) { p in
        requireShape(of: g, p, parameter.name)
        if decay != 0 { g.add(p, times: decay) }
        guard kept > 0 else { return p.add(g, times: -rate) }
        direction.tensors[index].blend(kept, with: g, times: taken)
        if nesterov {
          g.add(direction.tensors[index], times: kept)
          p.add(g, times: -rate)
        } else {
          p.add(direction.tensors[index], times: -rate)
        }
      }
    }
  }

  /// The step count, and `direction/…` where there is a momentum.
  public var state: OptimizerState<Scalar> {
    var state = OptimizerState<Scalar>(stepCount: stepCount, tensors: [:])
    direction.export(into: &state)
    return state
  }

  /// Continues from a saved state.
  public mutating func restore(_ state: OptimizerState<Scalar>) throws(ParameterError) {
    try state.check(kinds: momentum > 0 ? [direction.kind] : [])
    stepCount = state.stepCount
    direction.restore(from: state)
  }
}

extension Tensor {
  /// `self = a · self + b · other`, both of one shape.
  fileprivate mutating func blend(_ a: Scalar, with other: Tensor, times b: Scalar) {
    guard count > 0 else { return }
    withUnsafeMutableBufferPointer { y in
      other.withUnsafeBufferPointer { Scalar.axpby(b, $0.baseAddress!, a, y.baseAddress!, y.count) }
    }
  }
}
