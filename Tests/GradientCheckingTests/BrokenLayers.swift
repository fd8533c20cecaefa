import Layers
import TensorCore

/// A dense layer whose backward pass is wrong in one chosen way.
struct BrokenDense: Layer {
  typealias Scalar = Double

  enum Fault: CaseIterable, Sendable {
    case none, negatedInput, transposedWeight, missingBias, meanForSum, scaledWeight, wrongShape
    case unsetBias, notANumber
  }

  var layer: Dense<Double>
  var fault = Fault.none

  static var parts: [Part<Self>] {
    [.tensor("weight", \.layer.weight), .tensor("bias", \.layer.bias)]
  }

  func forward(_ x: Tensor<Double>) -> (y: Tensor<Double>, tape: Tensor<Double>) {
    (layer(x), x)
  }

  func backward(_ dy: Tensor<Double>, through x: Tensor<Double>)
    -> (dx: Tensor<Double>, gradient: Gradient)
  {
    let (_, tape) = layer.forward(x)
    var (dx, right) = layer.backward(dy, through: tape)
    switch fault {
    case .negatedInput: dx = -dx
    case .transposedWeight: right.weight = right.weight.transposed
    case .missingBias: right.bias = .zeros([layer.outputs])
    case .meanForSum: right.bias = dy.mean(along: 0)
    case .scaledWeight: right.weight *= 1.0001
    case .wrongShape: dx = dx.reshaped(to: [dx.count])
    case .notANumber: right.weight[1, 0] = .nan
    case .unsetBias: right = Dense.Gradient(of: layer) { $0.weight = right.weight }
    case .none: break
    }
    return (dx, Gradient(of: self) { $0.layer = right })
  }
}

/// What a ``ScaleShift`` lists of its two tensors.
protocol ScaleShiftList: Sendable {
  static func choose<Layer: ScaleShiftLayer>(from parts: ScaleShiftParts<Layer>) -> [Part<Layer>]
}
protocol ScaleShiftLayer: Parameterized {}
struct ScaleShiftParts<Layer: ScaleShiftLayer> {
  let scale, again, shift: Part<Layer>
}
enum BothListed: ScaleShiftList {
  static func choose<Layer>(from parts: ScaleShiftParts<Layer>) -> [Part<Layer>] {
    [parts.scale, parts.shift]
  }
}
enum ScaleListed: ScaleShiftList {
  static func choose<Layer>(from parts: ScaleShiftParts<Layer>) -> [Part<Layer>] { [parts.scale] }
}
enum ScaleListedTwice: ScaleShiftList {
  static func choose<Layer>(from parts: ScaleShiftParts<Layer>) -> [Part<Layer>] {
    [parts.scale, parts.again, parts.shift]
  }
}

/// `y = x · scale + shift`, element by element, with a list of parts that can forget `shift`, or name `scale` twice.
struct ScaleShift<List: ScaleShiftList>: Layer, ScaleShiftLayer {
  typealias Scalar = Double

  var scale: Tensor<Double>
  /// Behind an optional and an array, where it must be found as well.
  var shift: [Tensor<Double>?]

  static var parts: [Part<Self>] {
    List.choose(
      from: ScaleShiftParts(
        scale: .tensor("scale", \.scale), again: .tensor("again", \.scale),
        shift: .tensor("shift", read: { $0.shift[0]! }, modify: { $1(&$0.shift[0]!) })))
  }

  func forward(_ x: Tensor<Double>) -> (y: Tensor<Double>, tape: Tensor<Double>) {
    (x * scale + shift[0]!, x)
  }

  func backward(_ dy: Tensor<Double>, through x: Tensor<Double>)
    -> (dx: Tensor<Double>, gradient: Gradient)
  {
    var gradient = Gradient(of: self) { $0.scale = (dy * x).sum(along: 0) }
    parameters.first { $0.name == "shift" }?.updateGradient(&gradient) { $0 = dy.sum(along: 0) }
    return (dy * scale, gradient)
  }
}

/// A softmax over rows whose backward pass returns zeros: right for a cotangent of ones, and for no other.
struct SilentSoftmax: Layer {
  typealias Scalar = Double
  func forward(_ x: Tensor<Double>) -> (y: Tensor<Double>, tape: Shape) { (softmax(x), x.shape) }
  func backward(_ dy: Tensor<Double>, through shape: Shape)
    -> (dx: Tensor<Double>, gradient: Gradient)
  { (.zeros(shape), Gradient(of: self)) }
}
