import Layers
import TensorCore

/// A dense layer whose backward pass or parameter list is wrong in one chosen way.
struct BrokenDense: Layer {
  typealias Scalar = Double

  enum Fault: CaseIterable, Sendable {
    case none, negatedInput, transposedWeight, missingBias, meanForSum, scaledWeight, wrongShape
    case additionForgetsBias, scalingForgetsWeight, notANumber
  }

  var layer: Dense<Double>
  var fault = Fault.none

  struct Gradient: ParameterGradient {
    typealias Scalar = Double
    var weight, bias: Tensor<Double>
    var fault: Fault
    static func += (total: inout Gradient, gradient: Gradient) {
      total.weight += gradient.weight
      if total.fault != .additionForgetsBias { total.bias += gradient.bias }
    }
    static func *= (gradient: inout Gradient, factor: Double) {
      if gradient.fault != .scalingForgetsWeight { gradient.weight *= factor }
      gradient.bias *= factor
    }
  }

  static var parameters: [Parameter<Self>] {
    [
      .init("weight", \.layer.weight, \.weight),
      .init(
        "bias", read: { $0.layer.bias }, modify: { $1(&$0.layer.bias!) },
        readGradient: { $0.bias }, modifyGradient: { $1(&$0.bias) }),
    ]
  }

  func forward(_ x: Tensor<Double>) -> (y: Tensor<Double>, tape: Tensor<Double>) {
    (layer(x), x)
  }

  func backward(_ dy: Tensor<Double>, through x: Tensor<Double>)
    -> (dx: Tensor<Double>, gradient: Gradient)
  {
    let (_, tape) = layer.forward(x)
    var (dx, right) = layer.backward(dy, through: tape)
    var bias = right.bias!
    switch fault {
    case .negatedInput: dx = -dx
    case .transposedWeight: right.weight = right.weight.transposed
    case .missingBias: bias = .zeros(bias.shape)
    case .meanForSum: bias = dy.mean(along: 0)
    case .scaledWeight: right.weight *= 1.0001
    case .wrongShape: dx = dx.reshaped(to: [dx.count])
    case .notANumber: right.weight[1, 0] = .nan
    case .none, .additionForgetsBias, .scalingForgetsWeight: break
    }
    return (dx, Gradient(weight: right.weight, bias: bias, fault: fault))
  }
}

/// `y = x · scale + shift`, element by element, with a list of parameters that can forget `shift`, or name `scale` twice.
struct ScaleShift: Layer {
  typealias Scalar = Double
  enum List: Sendable { case both, scaleOnly, scaleTwice }

  var scale: Tensor<Double>
  /// Behind an optional and an array, where it must be found as well.
  var shift: [Tensor<Double>?]
  var list = List.both

  struct Gradient: ParameterGradient {
    typealias Scalar = Double
    var scale, shift: Tensor<Double>
    static func += (total: inout Gradient, gradient: Gradient) {
      total.scale += gradient.scale
      total.shift += gradient.shift
    }
    static func *= (gradient: inout Gradient, factor: Double) {
      gradient.scale *= factor
      gradient.shift *= factor
    }
  }

  var parameters: [Parameter<Self>] {
    let scale = Parameter<Self>("scale", \.scale, \.scale)
    let shift = Parameter<Self>(
      "shift", read: { $0.shift[0] }, modify: { $1(&$0.shift[0]!) }, readGradient: { $0.shift },
      modifyGradient: { $1(&$0.shift) })
    return switch list {
    case .both: [scale, shift]
    case .scaleOnly: [scale]
    case .scaleTwice: [scale, Parameter("again", \.scale, \.scale), shift]
    }
  }

  func forward(_ x: Tensor<Double>) -> (y: Tensor<Double>, tape: Tensor<Double>) {
    (x * scale + shift[0]!, x)
  }

  func backward(_ dy: Tensor<Double>, through x: Tensor<Double>)
    -> (dx: Tensor<Double>, gradient: Gradient)
  {
    (dy * scale, Gradient(scale: (dy * x).sum(along: 0), shift: dy.sum(along: 0)))
  }
}

/// A softmax over rows whose backward pass returns zeros: right for a cotangent of ones, and for no other.
struct SilentSoftmax: Layer {
  typealias Gradient = NoGradient<Double>
  func forward(_ x: Tensor<Double>) -> (y: Tensor<Double>, tape: Shape) { (softmax(x), x.shape) }
  func backward(_ dy: Tensor<Double>, through shape: Shape)
    -> (dx: Tensor<Double>, gradient: Gradient)
  { (.zeros(shape), NoGradient()) }
}
