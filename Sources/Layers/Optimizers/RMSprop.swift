import TensorCore

/// RMSprop (Hinton's lecture 6e; centred as in Graves 2013), in PyTorch's form.
///
/// With `g` the gradient plus `weightDecay · p`: `v = α v + (1 − α) g²` and, if centred, `m = α m + (1 − α) g`;
/// `a = √v + epsilon`, centred `√(v − m²) + epsilon`; then `p −= learningRate · g/a`, or with momentum `b = momentum · b + g/a`,
/// `p −= learningRate · b`.
public struct RMSprop<Scalar: TensorScalar>: Optimizer {
  /// The factor of a step.
  public var learningRate: Double
  /// `α`, the decay of the mean square, in `0...1`.
  public let smoothing: Double
  /// Added to the root of the mean square.
  public let epsilon: Double
  /// The decay of the running direction `b`; 0 keeps none.
  public let momentum: Double
  /// Whether the mean square is taken about the mean gradient.
  public let isCentred: Bool
  /// The factor of the parameter that is added to its gradient.
  public let weightDecay: Double

  private var stepCount = 0
  private var square = Moments<Scalar>("meanSquare")
  private var mean = Moments<Scalar>("mean")
  private var direction = Moments<Scalar>("direction")

  /// RMSprop before its first step.
  public init(
    learningRate: Double = 1e-2, smoothing: Double = 0.99, epsilon: Double = 1e-8,
    momentum: Double = 0, isCentred: Bool = false, weightDecay: Double = 0
  ) {
    require(
      (0...1).contains(smoothing) && epsilon >= 0 && momentum >= 0 && weightDecay >= 0,
      "RMSprop: wants smoothing in 0...1 and epsilon, momentum and weightDecay not negative, "
        + "got \(smoothing), \(epsilon), \(momentum), \(weightDecay)")
    self.learningRate = learningRate
    self.smoothing = smoothing
    self.epsilon = epsilon
    self.momentum = momentum
    self.isCentred = isCentred
    self.weightDecay = weightDecay
  }

  /// Takes one step: changes the model's parameters in place.
  public mutating func update<Model: Parameterized>(
    _ model: inout Model, with gradient: Model.Gradient
  ) where Model.Scalar == Scalar {
    let parameters = model.parameters
    square.align(parameters, of: model)
    if isCentred { mean.align(parameters, of: model) }
    if momentum > 0 { direction.align(parameters, of: model) }
    stepCount += 1
    let (alpha, rate) = (Scalar(smoothing), Scalar(learningRate))
    let (decay, kept, small) = (Scalar(weightDecay), Scalar(momentum), Scalar(epsilon))
    for (index, parameter) in parameters.enumerated() {
      var g = parameter.gradient(in: gradient)
      parameter.update(&model) { p in
        requireShape(of: g, p, parameter.name)
        if decay != 0 { g.add(p, times: decay) }
        square.tensors[index] *= alpha
        square.tensors[index].add(g * g, times: 1 - alpha)
        var scale = square.tensors[index]
        if isCentred {
          mean.tensors[index] *= alpha
          mean.tensors[index].add(g, times: 1 - alpha)
          scale -= mean.tensors[index] * mean.tensors[index]
        }
        g /= sqrt(scale) + small
        if kept > 0 {
          direction.tensors[index] *= kept
          direction.tensors[index] += g
          p.add(direction.tensors[index], times: -rate)
        } else {
          p.add(g, times: -rate)
        }
      }
    }
  }

  /// The step count, `meanSquare/…`, and where they are used `mean/…` and `direction/…`.
  public var state: OptimizerState<Scalar> {
    var state = OptimizerState<Scalar>(stepCount: stepCount, tensors: [:])
    square.export(into: &state)
    mean.export(into: &state)
    direction.export(into: &state)
    return state
  }

  /// Continues from a saved state.
  public mutating func restore(_ state: OptimizerState<Scalar>) throws(ParameterError) {
    try state.check(
      kinds: [square.kind] + (isCentred ? [mean.kind] : [])
        + (momentum > 0 ? [direction.kind] : []))
    stepCount = state.stepCount
    square.restore(from: state)
    mean.restore(from: state)
    direction.restore(from: state)
  }
}
