/// A chain of convolutions, each followed by batch normalisation and ELU, over a batch held in shards of some images.
///
/// Of the whole batch only the convolutions' outputs stay in memory. A shard's activations are made anew, one layer at a
/// time, where the next convolution reads them: going forward, for its weight's gradient, and for the derivative of ELU.
struct NormalizedConvolutions<Scalar: TensorScalar>: Parameterized {
  /// A convolution and what follows it.
  struct Stage: Sendable {
    var convolution: Convolution<Scalar>
    var norm: BatchNorm<Scalar>
  }

  /// The stages in order.
  var stages: [Stage]

  /// Each convolution's outputs, shard by shard, and the statistics they were normalised with.
  struct Tape: Sendable {
    var outputs: [[Tensor<Scalar>]]
    let statistics: [BatchNorm<Scalar>.Statistics]
  }

  /// The gradient with respect to each stage's parameters.
  struct Gradient: ParameterGradient {
    var convolutions: [ConvolutionGradient<Scalar>]
    var norms: [NormGradient<Scalar>]

    static func += (total: inout Gradient, gradient: Gradient) {
      for index in total.norms.indices {
        total.convolutions[index] += gradient.convolutions[index]
        total.norms[index] += gradient.norms[index]
      }
    }
    static func *= (gradient: inout Gradient, factor: Scalar) {
      for index in gradient.norms.indices {
        gradient.convolutions[index] *= factor
        gradient.norms[index] *= factor
      }
    }
  }

  /// `0.convolution.weight`, `0.convolution.bias`, `0.norm.scale`, `0.norm.shift`, `1.…`.
  var parameters: [Parameter<Self>] {
    stages.indices.flatMap { index -> [Parameter<Self>] in
      [
        Parameter(
          "\(index).convolution.weight", read: { $0.stages[index].convolution.weight },
          modify: { $1(&$0.stages[index].convolution.weight) },
          readGradient: { $0.convolutions[index].weight },
          modifyGradient: { $1(&$0.convolutions[index].weight) }),
        Parameter(
          "\(index).convolution.bias", read: { $0.stages[index].convolution.bias },
          modify: { $1(&$0.stages[index].convolution.bias!) },
          readGradient: { $0.convolutions[index].bias },
          modifyGradient: { $1(&$0.convolutions[index].bias!) }),
        Parameter(
          "\(index).norm.scale", read: { $0.stages[index].norm.scale },
          modify: { $1(&$0.stages[index].norm.scale) },
          readGradient: { $0.norms[index].scale },
          modifyGradient: { $1(&$0.norms[index].scale) }),
        Parameter(
          "\(index).norm.shift", read: { $0.stages[index].norm.shift },
          modify: { $1(&$0.stages[index].norm.shift) },
          readGradient: { $0.norms[index].shift },
          modifyGradient: { $1(&$0.norms[index].shift) }),
      ]
    }
  }

  /// A chain of 3 × 3 convolutions from `widths[0]` channels on; stage `i` draws from the child stream `stage`, `i`.
  init(widths: [Int], strides: PlaneSize, padding: PlaneSize, random: Philox) {
    stages = (0..<widths.count - 1).map { index in
      Stage(
        convolution: Convolution(
          inputs: widths[index], outputs: widths[index + 1], kernel: 3, strides: strides,
          padding: padding, random: random.stream("stage", index)),
        norm: BatchNorm(channels: widths[index + 1], activation: .elu(1)))
    }
  }

  /// The states before training.
  var initialState: [BatchNorm<Scalar>.State] {
    stages.map { .init(channels: $0.norm.scale.count) }
  }

  /// What the backward pass needs, and the states after the batch; ``output(_:_:)`` gives the output.
  ///
  /// - Parameter input: makes the input of a shard, `[images, height, width, widths[0]]`; the backward pass asks for it again.
  func forward(
    shards: Int, _ states: [BatchNorm<Scalar>.State], mode: BatchNorm<Scalar>.Mode,
    input: @Sendable (Int) -> Tensor<Scalar>
  ) -> (tape: Tape, states: [BatchNorm<Scalar>.State]) {
    var outputs: [[Tensor<Scalar>]] = []
    var statistics: [BatchNorm<Scalar>.Statistics] = []
    var next: [BatchNorm<Scalar>.State] = []
    for (index, stage) in stages.enumerated() {
      let before = Tape(outputs: outputs, statistics: statistics)
      let parts = parallelMap(over: shards) { shard in
        let u = stage.convolution(
          index == 0 ? input(shard) : activation(of: index - 1, shard, before))
        return (u: u, moments: mode == .training ? BatchNorm<Scalar>.Moments(u) : nil)
      }
      let (found, state) = stage.norm.statistics(
        of: parts.compactMap(\.moments), states[index], mode: mode)
      outputs.append(parts.map(\.u))
      statistics.append(found)
      next.append(state)
    }
    return (Tape(outputs: outputs, statistics: statistics), next)
  }

  /// The chain's output for a shard, made anew.
  func output(_ shard: Int, _ tape: Tape) -> Tensor<Scalar> {
    activation(of: stages.count - 1, shard, tape)
  }

  /// The output of a stage for a shard, made anew.
  private func activation(of stage: Int, _ shard: Int, _ tape: Tape) -> Tensor<Scalar> {
    stages[stage].norm.output(tape.outputs[stage][shard], tape.statistics[stage])
  }
}
