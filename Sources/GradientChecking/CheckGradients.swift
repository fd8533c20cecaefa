import Layers
import TensorCore

/// Checks a layer's backward pass against central differences of its forward pass.
///
/// The number differentiated is `Σ dy · y` with a random normal cotangent `dy`; with one of ones, a softmax whose backward
/// returns zeros would pass. Checked are `dx`, the gradient of every listed parameter, and that the list names every
/// stored tensor. Choose an `x` away from kinks.
///
/// ```swift
/// var random = Philox(seed: 1)
/// try checkGradients(of: layer, at: random.normal(shape: [5, 3]), using: &random)
/// ```
///
/// - Parameters:
///   - step: the change of an element, as a share of its magnitude (at least 1).
///   - tolerance: the difference allowed, as a share of the largest element of that gradient; the rounding error of the
///     differences is allowed besides.
///   - constants: paths of stored tensors that are not parameters on purpose, such as `slices` or `encoder.scale`.
///   - cotangent: a `dy` to use instead of a random one.
/// - Throws: ``GradientCheckFailure``, which says which tensor, where, and both numbers.
public func checkGradients<L: Layer>(
  of layer: L, at x: Tensor<Double>, using random: inout Philox, step: Double = 1e-6,
  tolerance: Double = 1e-6, constants: Set<String> = [], cotangent: Tensor<Double>? = nil
) throws where L.Scalar == Double {
  try checkParameterList(of: layer, constants: constants)

  let (y, tape) = layer.forward(x)
  let dy: Tensor<Double> = cotangent ?? random.normal(shape: y.shape)
  let (dx, gradient) = layer.backward(dy, through: tape)
  let magnitude = abs(dy * y).sum() + abs(dy).sum()
  let difference = CentralDifference(step: step, tolerance: tolerance)

  try difference.check(dx, of: "x", at: x, magnitude: magnitude) { plus, minus in
    // Subtracted element by element before the sum, so that large outputs do not drown the difference.
    ((layer.forward(plus).y - layer.forward(minus).y) * dy).sum()
  }
  for parameter in layer.parameters {
    try difference.check(
      parameter.gradient(in: gradient), of: parameter.name, at: parameter.value(in: layer),
      magnitude: magnitude
    ) { plus, minus in
      var (above, below) = (layer, layer)
      parameter.update(&above) { $0 = plus }
      parameter.update(&below) { $0 = minus }
      return ((above.forward(x).y - below.forward(x).y) * dy).sum()
    }
  }
}

/// Checks a gradient found by hand of a function of several tensors against central differences.
///
/// - Parameters:
///   - f: the function, of tensors shaped like `inputs`.
///   - gradients: its gradient with respect to each input at `inputs`.
///   - names: what to call the inputs in a failure; `input 0`, `input 1`, … unless given.
/// - Throws: ``GradientCheckFailure``, or what `f` throws.
public func checkGradient(
  of f: ([Tensor<Double>]) throws -> Double, gradients: [Tensor<Double>],
  at inputs: [Tensor<Double>], names: [String]? = nil, step: Double = 1e-6,
  tolerance: Double = 1e-6
) throws {
  let names = names ?? inputs.indices.map { "input \($0)" }
  require(
    gradients.count == inputs.count && names.count == inputs.count,
    "checkGradient: wants a gradient and a name an input, got \(gradients.count) gradients "
      + "and \(names.count) names for \(inputs.count) inputs")
  let magnitude = max(1, abs(try f(inputs)))
  let difference = CentralDifference(step: step, tolerance: tolerance)
  for index in inputs.indices {
    try difference.check(
      gradients[index], of: names[index], at: inputs[index], magnitude: magnitude
    ) { plus, minus in
      var (above, below) = (inputs, inputs)
      above[index] = plus
      below[index] = minus
      return try f(above) - f(below)
    }
  }
}
