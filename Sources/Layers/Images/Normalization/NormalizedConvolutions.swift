import TensorCore

/// A chain of convolutions, plain or transposed, each followed by batch normalisation and an activation, over a batch held in
/// shards of some images.
///
/// Of the whole batch only the convolutions' outputs stay in memory. A shard's activations are recomputed, one layer at a
/// time, where the next convolution reads them: going forward, for its weight's gradient, and for the derivative of the
/// activation. A stage may end in 2 × 2 max pooling, or add the input of an earlier stage to its output.
public struct NormalizedConvolutions<Scalar, Map: ImageMap>: Parameterized
where Map.Scalar == Scalar {
  /// A convolution and what follows it.
  public struct Stage: Parameterized {
    /// The convolution.
    public var convolution: Map
    /// The normalisation of its output, with the activation.
    public var norm: BatchNorm<Scalar>
    /// What follows the activation.
    public var end: StageEnd

    /// `convolution.…` and `norm.…`.
    public static var parts: [Part<Self>] {
      [.part("convolution", \.convolution), .part("norm", \.norm)]
    }

    /// A stage of these parts.
    public init(convolution: Map, norm: BatchNorm<Scalar>, end: StageEnd = .plain) {
      self.convolution = convolution
      self.norm = norm
      self.end = end
    }
  }

  /// The stages in order.
  public var stages: [Stage]
  /// How many partial sums of each weight's gradient are made, and so how many threads at most work on one.
  public var groupCount = 12

  /// Each convolution's outputs, shard by shard, and the statistics they were normalised with.
  public struct Tape: Sendable {
    /// The outputs: those of a stage, then those of a shard. Who hands a tape's outputs on empties it.
    public var outputs: [[Tensor<Scalar>]]
    let statistics: [BatchNorm<Scalar>.Statistics]
  }

  /// `0.convolution.weight`, `0.convolution.bias`, `0.norm.scale`, `0.norm.shift`, `1.…`.
  public static var parts: [Part<Self>] { [.list(\.stages)] }

  /// A chain of these stages; an end that adds the input of a stage names one after the first and not after itself.
  public init(stages: [Stage]) {
    require(!stages.isEmpty, "NormalizedConvolutions: wants at least one stage")
    for (index, stage) in stages.enumerated() {
      if let source = stage.end.source {
        require(
          source >= 1 && source <= index
            && !stages[..<index].contains { $0.end.source == source },
          "NormalizedConvolutions: stage \(index) adds the input of stage \(source); wants one of 1...\(index) "
            + "that no other stage adds")
      }
    }
    self.stages = stages
  }

  /// The states before training.
  public var initialState: [BatchNorm<Scalar>.State] {
    stages.map { .init(channels: $0.norm.scale.count) }
  }

  /// What the backward pass needs, and the states after the batch; ``output(_:_:)`` gives the output.
  ///
  /// - Parameter input: makes the input of a shard, `[images, height, width, channels]`; the backward pass asks for it again.
  public func forward(
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
          index == 0 ? input(shard) : output(of: index - 1, shard, before))
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

  /// The chain's output for a shard, recomputed.
  public func output(_ shard: Int, _ tape: Tape) -> Tensor<Scalar> {
    output(of: stages.count - 1, shard, tape)
  }

  /// The output of a stage for a shard, recomputed.
  private func output(of index: Int, _ shard: Int, _ tape: Tape) -> Tensor<Scalar> {
    output(of: index, tape.statistics) { tape.outputs[$0][shard] }
  }

  /// The output of a stage for the shard whose convolutions gave `outputs`.
  func output(
    of index: Int, _ statistics: [BatchNorm<Scalar>.Statistics],
    from outputs: (Int) -> Tensor<Scalar>
  ) -> Tensor<Scalar> {
    let stage = stages[index]
    switch stage.end {
    case .plain: return stage.norm.output(outputs(index), statistics[index])
    case .pooled: return stage.norm.pooledOutput(outputs(index), statistics[index])
    case .adding(let source):
      var y = stage.norm.output(outputs(index), statistics[index])
      y += output(of: source - 1, statistics, from: outputs)
      return y
    }
  }

  /// The chain in evaluation mode: the output for images `[images, height, width, channels]`, on the calling thread.
  public func evaluation(_ states: [BatchNorm<Scalar>.State])
    -> @Sendable (Tensor<Scalar>) -> Tensor<Scalar>
  {
    let statistics = zip(stages, states).map {
      $0.norm.statistics(of: [], $1, mode: .evaluation).0
    }
    return { [stages] x in
      var inputs: [Int: Tensor<Scalar>] = [:]
      let sources = Set(stages.compactMap(\.end.source))
      var y = x
      for (index, stage) in stages.enumerated() {
        if sources.contains(index) { inputs[index] = y }
        let u = stage.convolution(y)
        if stage.end == .pooled {
          y = stage.norm.pooledOutput(u, statistics[index])
        } else {
          y = stage.norm.output(u, statistics[index])
          if let source = stage.end.source { y += inputs.removeValue(forKey: source)! }
        }
      }
      return y
    }
  }
}

/// What follows the activation of a stage of ``NormalizedConvolutions``.
public enum StageEnd: Sendable, Hashable {
  /// Nothing.
  case plain
  /// The largest number of each 2 × 2 window; a last odd row or column is left out.
  case pooled
  /// The input of the stage with this index, at least 1, is added: a residual block ends here.
  case adding(inputOf: Int)
}
