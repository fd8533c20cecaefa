import TensorCore

extension NormalizedConvolutions {
  /// What happens at the ends of the chain, shard by shard; a group of shards adds up what it wants.
  public struct Ends<Above: Sendable, Below: Sendable>: Sendable {
    /// What the sums over a group begin with at the output's end and at the input's.
    public var above: Above, below: Below
    /// Makes the input of a shard, as in the forward pass.
    public var input: @Sendable (Int) -> Tensor<Scalar>
    /// The gradient of a shard's output, which it is given. It is asked for twice.
    public var outputGradient: @Sendable (Int, Tensor<Scalar>) -> Tensor<Scalar>
    /// Adds what follows from a shard's output; asked once.
    public var outputSums: (@Sendable (Int, Tensor<Scalar>, inout Above) -> Void)?
    /// The channels of the input whose gradient is wanted.
    public var inputChannels: Range<Int>
    /// Takes the input of a shard and the gradient of its wanted channels.
    public var inputGradient:
      (@Sendable (Int, Tensor<Scalar>, consuming Tensor<Scalar>, inout Below) -> Void)?

    /// Ends of these parts; without `inputGradient` the input is data.
    public init(
      above: Above, below: Below, input: @escaping @Sendable (Int) -> Tensor<Scalar>,
      outputGradient: @escaping @Sendable (Int, Tensor<Scalar>) -> Tensor<Scalar>,
      outputSums: (@Sendable (Int, Tensor<Scalar>, inout Above) -> Void)? = nil,
      inputChannels: Range<Int> = 0..<0,
      inputGradient: (
        @Sendable (Int, Tensor<Scalar>, consuming Tensor<Scalar>, inout Below) -> Void
      )? = nil
    ) {
      self.above = above
      self.below = below
      self.input = input
      self.outputGradient = outputGradient
      self.outputSums = outputSums
      self.inputChannels = inputChannels
      self.inputGradient = inputGradient
    }
  }

  /// What a group of shards gives on the way through a stage.
  private struct Part<Sum: Sendable>: Sendable {
    var sum: Sum
    var weight: Tensor<Scalar>?
    var channels: BatchNorm<Scalar>.ChannelSums?

    mutating func add(weight part: Tensor<Scalar>) {
      if weight == nil { weight = part } else { weight! += part }
    }
    mutating func add(_ part: BatchNorm<Scalar>.ChannelSums) {
      if channels == nil { channels = part } else { channels! += part }
    }
  }

  /// The gradient of the parameters, and the groups' sums at either end in order.
  ///
  /// A tape given away is freed shard by shard. The gradient of the last norm's output is found twice rather than kept:
  /// once for its sums, which all shards need, and once to go on from.
  public func backward<Above, Below>(through tape: consuming Tape, _ ends: Ends<Above, Below>) -> (
    gradient: Gradient, above: [Above], below: [Below]
  ) {
    let last = stages.count - 1
    let groups = groups(of: tape.outputs[0].count)
    let outputs = tape.outputs.map { ShardSlots($0) }
    let statistics = tape.statistics
    tape.outputs = []
    let pending = ShardSlots<Tensor<Scalar>>(count: groups.last!.upperBound)
    // The gradients of what residual blocks add, from a block's end to its start, by the stage whose input it is.
    let added = Dictionary(
      uniqueKeysWithValues: Set(stages.compactMap(\.end.source)).map {
        ($0, ShardSlots<Tensor<Scalar>>(count: groups.last!.upperBound))
      })
    @Sendable func output(of index: Int, _ shard: Int) -> Tensor<Scalar> {
      self.output(of: index, statistics) { outputs[$0][shard] }
    }

    // The gradient of the wanted channels of the first convolution's input.
    let first = ends.inputGradient.map { _ in
      stages[0].convolution.restricted(toInputs: ends.inputChannels)
    }

    // The last norm's sums over the whole batch: Σ du and Σ du x̂ of each channel, [channels] twice, without which no dx is known.
    let tops = parallelMap(over: groups.count) { group in
      var part = Part(sum: ())
      for shard in groups[group] {
        let y = output(of: last, shard)
        part.add(
          stages[last].outputGradient(
            ends.outputGradient(shard, y), y: y, x: outputs[last][shard], statistics[last]
          ).sums)
      }
      return part.channels!
    }
    var sums = total(tops)
    var gradients: [Stage.Gradient] = []
    var (above, below): ([Above], [Below]) = ([], [])
    for index in stages.indices.reversed() {
      let stage = stages[index]
      // forward: y = f(x̂ · scale + shift) of u = convolution(input); dScale, dShift, the terms of du's dx, and Σ dx, the bias's.
      let (norm, terms, bias) = stage.norm.gradient(of: sums, statistics[index])
      let parts = parallelMap(over: groups.count) { group in
        var part = Part(sum: (above: ends.above, below: ends.below))
        for shard in groups[group] {
          if index == last {
            let y = output(of: last, shard)
            ends.outputSums?(shard, y, &part.sum.above)
            let dy = ends.outputGradient(shard, y)
            if let source = stage.end.source { added[source]!.put(shard, dy) }
            pending.put(
              shard,
              stage.outputGradient(dy, y: y, x: outputs[last][shard], statistics[index]).du)
          }
          // forward: u = convolution(input), [images, height, width, channels]; du = factor dy′ + slope (u − mean) + constant.
          let u = outputs[index].take(shard)
          let du = stage.norm.inputGradient(
            pending.take(shard), x: u, statistics[index], terms)
          if index > 0 {
            // forward: u = x ∗ W; dW = xᵀ ∗ du with x recomputed, dx = du ∗ᵀ W, which is the dy of the stage before.
            let x = output(of: index - 1, shard)
            part.add(weight: stage.convolution.partialWeightGradient(du, x: x))
            var dx = stage.convolution.inputGradient(du, input: x.shape)
            // forward: a later stage added x to its own output, and hands its dy back here.
            if let slots = added[index] { dx += slots.take(shard) }
            if let source = stages[index - 1].end.source { added[source]!.put(shard, dx) }
            let (next, sums) = stages[index - 1].outputGradient(
              consume dx, y: x, x: outputs[index - 1][shard], statistics[index - 1])
            pending.put(shard, next)
            part.add(sums)
          } else {
            let x = ends.input(shard)
            part.add(weight: stage.convolution.partialWeightGradient(du, x: x))
            if let first {
              let wanted = x.shape.replacing(axis: 3, with: ends.inputChannels.count)
              ends.inputGradient?(
                shard, x, first.inputGradient(du, input: wanted), &part.sum.below)
            }
          }
        }
        return part
      }
      gradients.append(
        Stage.Gradient(of: stage) {
          $0.convolution = Map.Gradient(of: stage.convolution) {
            $0.weight = stage.convolution.weightGradient(
              ofTotal: parts.dropFirst().reduce(into: parts[0].weight!) { $0 += $1.weight! })
            $0.bias = stage.convolution.bias.map { _ in bias }
          }
          $0.norm = norm
        })
      if index == last { above = parts.map(\.sum.above) }
      if index > 0 {
        sums = total(parts.map { $0.channels! })
      } else {
        below = parts.map(\.sum.below)
      }
    }
    return (Gradient(of: self) { $0.stages = gradients.reversed() }, above, below)
  }

  private func total(_ parts: [BatchNorm<Scalar>.ChannelSums]) -> BatchNorm<Scalar>.ChannelSums {
    parts.dropFirst().reduce(into: parts[0]) { $0 += $1 }
  }

  /// The shards in groups of nearly equal size.
  private func groups(of shards: Int) -> Partition {
    Partition(of: shards, into: min(shards, groupCount))
  }
}

extension StageEnd {
  /// The stage whose input is added, if one is.
  var source: Int? { if case .adding(let source) = self { source } else { nil } }
}

extension NormalizedConvolutions.Stage {
  /// The gradient before the activation for that of the stage's output `y`, and its sums; `x` is what the convolution gave.
  fileprivate func outputGradient(
    _ dy: consuming Tensor<Scalar>, y: Tensor<Scalar>, x: Tensor<Scalar>,
    _ statistics: BatchNorm<Scalar>.Statistics
  ) -> (du: Tensor<Scalar>, sums: BatchNorm<Scalar>.ChannelSums) {
    if end == .pooled { return norm.pooledOutputGradient(consume dy, x: x, statistics) }
    // The output is the activation's only where nothing was added to it.
    if end == .plain && !norm.activation.keepsInput {
      return norm.outputGradient(consume dy, y: y, x: x, statistics)
    }
    return norm.outputGradient(consume dy, x: x, statistics)
  }
}
