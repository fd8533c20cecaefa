extension NormalizedConvolutions {
  /// The groups of neighbouring shards that tasks take: sums are of groups, then over them in order.
  private static var groupCount: Int { 12 }

  /// Takes the input of a shard and the gradient of it, and may add to its group's sums.
  typealias InputGradient<Below> =
    @Sendable (Int, Tensor<Scalar>, consuming Tensor<Scalar>, inout Below) -> Void

  /// The gradient of the parameters; what happens at the two ends of the chain is the caller's.
  ///
  /// - Parameters:
  ///   - input: makes the input of a shard, as in the forward pass.
  ///   - above: what the sums over a group of shards begin with.
  ///   - below: the same for the input's side.
  ///   - outputGradient: the gradient of a shard's output, which it is given; it may add to its group's sums.
  ///   - inputGradient: takes the input and the gradient of it for each shard; `nil` for an input that is data.
  /// - Returns: the gradient, and the groups' sums at either end in order.
  func backward<Above: Sendable, Below: Sendable>(
    through tape: Tape, input: @Sendable (Int) -> Tensor<Scalar>, above: Above, below: Below,
    outputGradient: @Sendable (Int, Tensor<Scalar>, inout Above) -> Tensor<Scalar>,
    inputGradient: InputGradient<Below>?
  ) -> (gradient: Gradient, above: [Above], below: [Below]) {
    let last = stages.count - 1
    let groups = Self.groups(of: tape.outputs[0].count)
    let slots = ShardSlots(tape.outputs[0].map { _ in Tensor<Scalar>(0) })

    let tops = parallelMap(over: groups.count) { group in
      var sum = above
      var channels: BatchNorm<Scalar>.ChannelSums?
      for shard in groups[group] {
        let y = output(shard, tape)
        let (du, sums) = stages[last].norm.outputGradient(
          outputGradient(shard, y, &sum), y: y, x: tape.outputs[last][shard], tape.statistics[last])
        slots.put(shard, du)
        add(sums, to: &channels)
      }
      return (sum, channels!)
    }
    var sums = total(tops.map(\.1))
    var gradient = Gradient(convolutions: [], norms: [])
    var bottoms: [Below] = []
    for index in stages.indices.reversed() {
      let stage = stages[index]
      let statistics = tape.statistics[index]
      let (norm, terms, bias) = stage.norm.gradient(of: sums, statistics)
      let parts = parallelMap(over: groups.count) { group in
        var sum = below
        var weight: Tensor<Scalar>?
        var channels: BatchNorm<Scalar>.ChannelSums?
        for shard in groups[group] {
          let du = stage.norm.inputGradient(
            slots.take(shard), x: tape.outputs[index][shard], statistics, terms)
          let x = index == 0 ? input(shard) : activation(of: index - 1, shard, tape)
          let dWeight = stage.convolution.weightGradient(du, x: x)
          if weight == nil { weight = dWeight } else { weight! += dWeight }
          if index > 0 {
            let (below, sums) = stages[index - 1].norm.outputGradient(
              stage.convolution.inputGradient(du, input: x.shape), y: x,
              x: tape.outputs[index - 1][shard], tape.statistics[index - 1])
            slots.put(shard, below)
            add(sums, to: &channels)
          } else if let inputGradient {
            inputGradient(
              shard, x, stage.convolution.inputGradient(du, input: x.shape), &sum)
          }
        }
        return (sum, weight!, channels)
      }
      gradient.norms.insert(norm, at: 0)
      gradient.convolutions.insert(
        ConvolutionGradient(
          weight: parts.dropFirst().reduce(into: parts[0].1) { $0 += $1.1 }, bias: bias), at: 0)
      if index > 0 { sums = total(parts.map { $0.2! }) } else { bottoms = parts.map(\.0) }
    }
    return (gradient, tops.map(\.0), bottoms)
  }

  private func add(
    _ sums: BatchNorm<Scalar>.ChannelSums, to total: inout BatchNorm<Scalar>.ChannelSums?
  ) {
    if total == nil { total = sums } else { total! += sums }
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
