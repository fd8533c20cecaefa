extension NormalizedConvolutions {
  /// The groups of neighbouring shards that tasks take: sums are of groups, then over them in order.
  private static var groupCount: Int { 12 }

  /// What happens at the ends of the chain, shard by shard; a group of shards adds up what it wants.
  struct Ends<Above: Sendable, Below: Sendable> {
    /// What the sums over a group begin with at the output's end and at the input's.
    var above: Above, below: Below
    /// Makes the input of a shard, as in the forward pass.
    var input: @Sendable (Int) -> Tensor<Scalar>
    /// The gradient of a shard's output, which it is given. It is asked for twice.
    var outputGradient: @Sendable (Int, Tensor<Scalar>) -> Tensor<Scalar>
    /// Adds what follows from a shard's output; asked once.
    var outputSums: (@Sendable (Int, Tensor<Scalar>, inout Above) -> Void)?
    /// The channels of the input whose gradient is wanted.
    var inputChannels: Range<Int> = 0..<0
    /// Takes the input of a shard and the gradient of its wanted channels.
    var inputGradient:
      (@Sendable (Int, Tensor<Scalar>, consuming Tensor<Scalar>, inout Below) -> Void)?
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
  func backward<Above, Below>(through tape: consuming Tape, _ ends: Ends<Above, Below>) -> (
    gradient: Gradient, above: [Above], below: [Below]
  ) {
    let last = stages.count - 1
    let groups = Self.groups(of: tape.outputs[0].count)
    let outputs = tape.outputs.map { ShardSlots($0) }
    let statistics = tape.statistics
    tape.outputs = []
    let gradients = ShardSlots<Tensor<Scalar>>(count: groups.last!.upperBound)

    let tops = parallelMap(over: groups.count) { group in
      var part = Part(sum: ())
      for shard in groups[group] {
        let y = stages[last].norm.output(outputs[last][shard], statistics[last])
        part.add(
          stages[last].norm.outputGradient(
            ends.outputGradient(shard, y), y: y, x: outputs[last][shard], statistics[last]
          ).sums)
      }
      return part.channels!
    }
    var sums = total(tops)
    var gradient = Gradient(convolutions: [], norms: [])
    var (above, below): ([Above], [Below]) = ([], [])
    for index in stages.indices.reversed() {
      let stage = stages[index]
      let (norm, terms, bias) = stage.norm.gradient(of: sums, statistics[index])
      let parts = parallelMap(over: groups.count) { group in
        var part = Part(sum: (above: ends.above, below: ends.below))
        for shard in groups[group] {
          let u = outputs[index].take(shard)
          if index == last {
            let y = stage.norm.output(u, statistics[index])
            ends.outputSums?(shard, y, &part.sum.above)
            gradients.put(
              shard,
              stage.norm.outputGradient(
                ends.outputGradient(shard, y), y: y, x: u, statistics[index]
              ).du)
          }
          let du = stage.norm.inputGradient(
            gradients.take(shard), x: u, statistics[index], terms)
          if index > 0 {
            let before = outputs[index - 1][shard]
            let x = stages[index - 1].norm.output(before, statistics[index - 1])
            part.add(weight: stage.convolution.weightGradient(du, x: x))
            let (next, sums) = stages[index - 1].norm.outputGradient(
              stage.convolution.inputGradient(du, input: x.shape), y: x, x: before,
              statistics[index - 1])
            gradients.put(shard, next)
            part.add(sums)
          } else {
            let x = ends.input(shard)
            part.add(weight: stage.convolution.weightGradient(du, x: x))
            ends.inputGradient?(
              shard, x, inputGradient(du, x.shape, ends.inputChannels), &part.sum.below)
          }
        }
        return part
      }
      gradient.norms.insert(norm, at: 0)
      gradient.convolutions.insert(
        ConvolutionGradient(
          weight: parts.dropFirst().reduce(into: parts[0].weight!) { $0 += $1.weight! },
          bias: bias), at: 0)
      if index == last { above = parts.map(\.sum.above) }
      if index > 0 {
        sums = total(parts.map { $0.channels! })
      } else {
        below = parts.map(\.sum.below)
      }
    }
    return (gradient, above, below)
  }

  /// The gradient of some channels of the first convolution's input.
  private func inputGradient(_ du: Tensor<Scalar>, _ input: Shape, _ channels: Range<Int>)
    -> Tensor<Scalar>
  {
    let first = stages[0].convolution
    return Convolution(
      weight: first.weight.slice(channels, along: 2), strides: first.strides,
      padding: first.padding, method: first.method
    ).inputGradient(du, input: input.replacing(axis: 3, with: channels.count))
  }

  private func total(_ parts: [BatchNorm<Scalar>.ChannelSums]) -> BatchNorm<Scalar>.ChannelSums {
    parts.dropFirst().reduce(into: parts[0]) { $0 += $1 }
  }

  /// The shards in groups of nearly equal size.
  private static func groups(of shards: Int) -> [Range<Int>] {
    let count = min(shards, groupCount)
    return (0..<count).map { shards * $0 / count..<shards * ($0 + 1) / count }
  }
}
