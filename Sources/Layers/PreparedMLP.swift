import TensorCore

/// A network with every run of dense layers that has only identity activations inside multiplied out, for one step.
///
/// Layers `W₁, …, W_L` with biases `b₁, …, b_L` and no activation between are one affine map: `W = W₁ ⋯ W_L`,
/// `b = (…(b₁ W₂ + b₂) W₃ + …) + b_L`. The products are made once a step, not once a row, and the backward pass over a shard of
/// rows gathers only `G = xᵀ dy` and `s = Σ dy`. From their sums over all shards ``finish(_:)`` finds the gradient of every
/// original parameter. Exactly the same function and gradient as ``MLP``, its oracle.
///
/// - Note: It shares the network's memory. Let it go before the optimiser's step, which would otherwise copy the parameters.
public struct PreparedMLP<Scalar: TensorScalar>: Sendable {
  /// The network with one layer a run.
  let collapsed: MLP<Scalar>
  /// The network as it is.
  private let network: MLP<Scalar>
  /// The runs in order.
  private let runs: [AffineRun<Scalar>]

  /// What the forward pass keeps, one entry a run.
  public typealias Tape = MLP<Scalar>.Tape
  /// `G` and `s` of each run; those of shards are added.
  public typealias Gradient = MLP<Scalar>.Gradient

  fileprivate init(_ network: MLP<Scalar>) {
    var runs: [AffineRun<Scalar>] = []
    var activations: [Activation] = []
    var start = 0
    for index in network.layers.indices
    where network.activations[index] != .identity || index == network.layers.count - 1 {
      let run = Array(network.layers[start...index])
      let apart = run.reduce(0) { $0 + $1.weight.count }
      if run[0].inputs * run[run.count - 1].outputs < apart {
        runs.append(AffineRun(run))
        activations.append(network.activations[index])
      } else {
        // Through a narrow middle the layers one by one take fewer operations than their product.
        runs += run.map { AffineRun([$0]) }
        activations += network.activations[start...index]
      }
      start = index + 1
    }
    self.network = network
    self.runs = runs
    self.collapsed = MLP(layers: runs.map(\.product), activations: activations)
  }

  /// The number of dense layers that a row passes through.
  public var layerCount: Int { runs.count }

  /// The output, and what the backward pass needs.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    collapsed.forward(x)
  }

  /// The output alone, without a tape.
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> { collapsed(x) }

  /// `dx` if it is needed, and the shard's part of the gradient.
  public func backward(
    _ dy: Tensor<Scalar>, through tape: Tape, needsInputGradient: Bool = true
  ) -> (dx: Tensor<Scalar>?, gradient: Gradient) {
    collapsed.backward(dy, through: tape, needsInputGradient: needsInputGradient)
  }

  /// `dx` alone, where the parameters are constants of the objective.
  public func inputGradient(_ dy: Tensor<Scalar>, through tape: Tape) -> Tensor<Scalar> {
    collapsed.inputGradient(dy, through: tape)
  }

  /// The gradient of every parameter of the original network, from the sum over all shards.
  public func finish(_ gradient: Gradient) -> MLP<Scalar>.Gradient {
    require(
      gradient.layers.count == runs.count,
      "PreparedMLP.finish: wants a gradient of \(runs.count) runs, got \(gradient.layers.count)")
    return MLP.Gradient(of: network) {
      $0.layers = zip(runs, gradient.layers).flatMap { $0.expand($1) }
    }
  }
}

extension MLP {
  /// The same function with runs of layers without an activation between them multiplied out, for the present parameters.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func prepared() -> PreparedMLP<Scalar> { PreparedMLP(self) }
}

/// Dense layers without an activation between them, and the affine map that they make.
private struct AffineRun<Scalar: TensorScalar>: Sendable {
  let layers: [Dense<Scalar>]
  /// `prefixes[i]` is the product of the layers up to and with `i`.
  let prefixes: [Dense<Scalar>]

  var product: Dense<Scalar> { prefixes[prefixes.count - 1] }

  init(_ layers: [Dense<Scalar>]) {
    self.layers = layers
    var prefixes = [layers[0]]
    for layer in layers.dropFirst() {
      let before = prefixes[prefixes.count - 1]
      var bias = before.bias.map { vector(matmul(row($0), layer.weight)) }
      if let own = layer.bias { bias = bias.map { $0 + own } ?? own }
      prefixes.append(Dense(weight: matmul(before.weight, layer.weight), bias: bias))
    }
    self.prefixes = prefixes
  }

  /// Each layer's gradient from that of the product.
  ///
  /// Layer `i` reads `x P + c` (the prefix before it) and its output's gradient is `dy Sᵀ` (the layers after it), so that
  /// `dWᵢ = Pᵀ (G Sᵀ) + c ⊗ (s Sᵀ)` and `dbᵢ = s Sᵀ`.
  func expand(_ gradient: Dense<Scalar>.Gradient) -> [Dense<Scalar>.Gradient] {
    if layers.count == 1 { return [gradient] }
    var result: [Dense<Scalar>.Gradient] = []
    var (g, s) = (gradient.weight, gradient.bias)
    for index in layers.indices.reversed() {
      var dWeight = g
      if index > 0 {
        let before = prefixes[index - 1]
        dWeight = matmul(before.weight, g, transposeA: true)
        if let c = before.bias, let s {
          dWeight += matmul(c.reshaped(to: [c.count, 1]), row(s))
        }
      }
      result.append(
        Dense.Gradient(of: layers[index]) {
          $0.weight = dWeight
          $0.bias = layers[index].bias.flatMap { _ in s }
        })
      if index > 0 {
        g = matmul(g, layers[index].weight, transposeB: true)
        s = s.map { vector(matmul(row($0), layers[index].weight, transposeB: true)) }
      }
    }
    return result.reversed()
  }
}

/// A vector as a matrix of one row.
private func row<S>(_ x: Tensor<S>) -> Tensor<S> { x.reshaped(to: [1, x.count]) }
/// A matrix of one row as a vector.
private func vector<S>(_ x: Tensor<S>) -> Tensor<S> { x.reshaped(to: [x.count]) }
