import TensorCore

/// Adam (Kingma and Ba 2015), in PyTorch's form.
///
/// With `g` the gradient plus `weightDecay · p`, at step `t` from 1:
/// `m += (1 − β₁)(g − m)`, `v = β₂ v + (1 − β₂) g²`, `p −= learningRate/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + epsilon)`.
public struct Adam<Scalar: TensorScalar>: Optimizer {
  /// The factor of a step.
  public var learningRate: Double
  /// The decay of the first moment, in `0..<1`.
  public let beta1: Double
  /// The decay of the second moment, in `0..<1`.
  public let beta2: Double
  /// Added to the root of the second moment.
  public let epsilon: Double
  /// The factor of the parameter that is added to its gradient (not decoupled).
  public let weightDecay: Double

  private var stepCount = 0
  private var first = Moments<Scalar>("firstMoment")
  private var second = Moments<Scalar>("secondMoment")

  /// Adam before its first step.
  public init(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    require(
      (0..<1).contains(beta1) && (0..<1).contains(beta2) && epsilon >= 0 && weightDecay >= 0,
      "Adam: wants β₁ and β₂ in 0..<1 and epsilon and weightDecay not negative, "
        + "got \(beta1), \(beta2), \(epsilon), \(weightDecay)")
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Takes one step: changes the model's parameters in place.
  public mutating func update<Model: Parameterized>(
    _ model: inout Model, with gradient: Model.Gradient
  ) where Model.Scalar == Scalar {
    let parameters = model.parameters
    first.align(parameters, of: model)
    second.align(parameters, of: model)
    stepCount += 1
    let rates = Rates(
      stepSize: Scalar(learningRate / (1 - Double.pow(beta1, stepCount))),
      correction2: Scalar((1 - Double.pow(beta2, stepCount)).squareRoot()), beta1: Scalar(beta1),
      beta2: Scalar(beta2), epsilon: Scalar(epsilon), weightDecay: Scalar(weightDecay))
    for (index, parameter) in parameters.enumerated() {
      let g = parameter.gradient(in: gradient)
      parameter.update(&model) {
        requireShape(of: g, $0, parameter.name)
        Adam.step(&$0, &first.tensors[index], &second.tensors[index], g, rates)
      }
    }
  }

  private struct Rates {
    let stepSize, correction2, beta1, beta2, epsilon, weightDecay: Scalar
  }

  // Static: a method would hold a copy of the moments, and each step would copy them.
  private static func step(
    _ p: inout Tensor<Scalar>, _ m: inout Tensor<Scalar>, _ v: inout Tensor<Scalar>,
    _ g: Tensor<Scalar>, _ rates: Rates
  ) {
    guard p.count > 0 else { return }
    p.withUnsafeMutableBufferPointer { p in
      m.withUnsafeMutableBufferPointer { m in
        v.withUnsafeMutableBufferPointer { v in
          g.withUnsafeBufferPointer { g in
            Scalar.adamStep(
              p.baseAddress!, m.baseAddress!, v.baseAddress!, g.baseAddress!,
              stepSize: rates.stepSize, beta1: rates.beta1, beta2: rates.beta2,
              correction2: rates.correction2, epsilon: rates.epsilon,
              weightDecay: rates.weightDecay, p.count)
          }
        }
      }
    }
  }

  /// The step count, `firstMoment/…` and `secondMoment/…`.
  public var state: OptimizerState<Scalar> {
    var state = OptimizerState<Scalar>(stepCount: stepCount, tensors: [:])
    first.export(into: &state)
    second.export(into: &state)
    return state
  }

  /// Continues from a saved state.
  public mutating func restore(_ state: OptimizerState<Scalar>) throws(ParameterError) {
    try state.check(kinds: [first.kind, second.kind])
    stepCount = state.stepCount
    first.restore(from: state)
    second.restore(from: state)
  }
}

/// Ends the program unless a gradient has its parameter's shape.
func requireShape<S>(of gradient: Tensor<S>, _ parameter: Tensor<S>, _ name: String) {
  require(
    gradient.shape == parameter.shape,
    "Optimizer.update: the gradient of \(name) must be \(parameter.shape), got \(gradient.shape)")
}
