import TensorCore

/// A chain of dense layers, each followed by its activation: `x` of shape `[batch, widths[0]]` gives `[batch, widths.last]`.
///
/// Bias and activation are applied in the pass that writes a layer's output. For networks with an identity activation
/// between layers see ``prepared()``.
public struct MLP<Scalar: TensorScalar>: Layer {
  /// The dense layers in order.
  public var layers: [Dense<Scalar>]
  /// The activation after each layer.
  public let activations: [Activation]

  /// What each layer read, and what each activation keeps (its output mostly, which is the next layer's input: no memory of
  /// its own).
  public struct Tape: Sendable {
    var inputs: [Tensor<Scalar>] = []
    var kept: [Tensor<Scalar>] = []
  }

  /// `0.weight`, `0.bias`, `1.weight`, …; a layer without bias has none in the list.
  public static var parts: [Part<Self>] { [.list(\.layers)] }

  /// The network of these layers and one activation after each.
  public init(layers: [Dense<Scalar>], activations: [Activation]) {
    require(
      !layers.isEmpty && activations.count == layers.count,
      "MLP: wants at least one layer and an activation after each, "
        + "got \(layers.count) layers and \(activations.count) activations")
    for (index, (layer, next)) in zip(layers, layers.dropFirst()).enumerated() {
      require(
        layer.outputs == next.inputs,
        "MLP: layer \(index) gives \(layer.outputs) columns, layer \(index + 1) takes \(next.inputs)"
      )
    }
    self.layers = layers
    self.activations = activations
  }

  /// A network of the given widths, from the input's to the output's, started as PyTorch starts `Linear`.
  ///
  /// Layer `i` draws from the child stream `layer`, `i` of `random`.
  public init(
    widths: [Int], activations: [Activation], outputBias: Bool = true, random: Philox
  ) {
    require(widths.count >= 2, "MLP: wants at least two widths, got \(widths)")
    let layers = (0..<widths.count - 1).map { index in
      Dense<Scalar>(
        inputs: widths[index], outputs: widths[index + 1],
        bias: outputBias || index < widths.count - 2, random: random.stream("layer", index))
    }
    self.init(layers: layers, activations: activations)
  }

  /// A network of the given widths with one activation after every hidden layer and another after the last.
  public init(
    widths: [Int], hidden: Activation, output: Activation = .identity, outputBias: Bool = true,
    random: Philox
  ) {
    let activations = Array(repeating: hidden, count: max(widths.count - 2, 0)) + [output]
    self.init(widths: widths, activations: activations, outputBias: outputBias, random: random)
  }

  /// The widths from the input's to the output's.
  public var widths: [Int] { [layers[0].inputs] + layers.map(\.outputs) }

  /// The output, and what the backward pass needs.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    var tape = Tape()
    var y = x
    for (layer, activation) in zip(layers, activations) {
      tape.inputs.append(y)
      if activation.keepsInput {
        let u = affine(y, layer.weight, layer.bias, then: .identity)
        tape.kept.append(u)
        y = activation(u)
      } else {
        y = affine(y, layer.weight, layer.bias, then: activation)
        tape.kept.append(y)
      }
    }
    return (y, tape)
  }

  /// The output alone, without a tape.
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    zip(layers, activations).reduce(x) { affine($0, $1.0.weight, $1.0.bias, then: $1.1) }
  }

  /// The output for rows at an address, without a tape: what is between layers takes turns in two buffers.
  func write(_ x: UnsafePointer<Scalar>, rows: Int, into y: UnsafeMutablePointer<Scalar>) {
    let width = layers.map(\.outputs).max()!
    let buffers = Tensor<Scalar>(shape: [2 * rows * width]) { buffers in
      guard let first = buffers.baseAddress else { return }
      var input = x
      for (index, layer) in layers.enumerated() {
        let output = index == layers.count - 1 ? y : first + index % 2 * rows * width
        layer.weight.withUnsafeBufferPointer {
          affine(
            input, rows: rows, $0.baseAddress!, inputs: layer.inputs, outputs: layer.outputs,
            layer.bias, then: activations[index], into: output)
        }
        input = UnsafePointer(output)
      }
    }
    withExtendedLifetime(buffers) {}
  }

  /// `dx` and the gradient of each layer's parameters.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    let (dx, gradient) = backward(dy, through: tape, needsInputGradient: true)
    return (dx!, gradient)
  }

  /// The same; `dx` is left out (`nil`) for an input that is data.
  public func backward(
    _ dy: Tensor<Scalar>, through tape: Tape, needsInputGradient: Bool
  ) -> (dx: Tensor<Scalar>?, gradient: Gradient) {
    var gradients: [Dense<Scalar>.Gradient] = []
    gradients.reserveCapacity(layers.count)
    var d = dy
    for index in layers.indices.reversed() {
      let du = activations[index].backward(d, kept: tape.kept[index])
      gradients.append(layers[index].parameterGradient(du, x: tape.inputs[index]))
      if index > 0 || needsInputGradient { d = layers[index].inputGradient(du) }
    }
    return (needsInputGradient ? d : nil, Gradient(of: self) { $0.layers = gradients.reversed() })
  }

  /// `dx` alone, where the parameters are constants of the objective.
  public func inputGradient(_ dy: Tensor<Scalar>, through tape: Tape) -> Tensor<Scalar> {
    layers.indices.reversed().reduce(dy) { d, index in
      layers[index].inputGradient(activations[index].backward(d, kept: tape.kept[index]))
    }
  }
}
