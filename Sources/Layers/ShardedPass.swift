import TensorCore

/// One forward pass of a network over a batch cut into shards of rows, ready for its backward pass.
///
/// A shard's activations stay in the cache through the pass, shards run in parallel, and their gradients are added in the
/// order of a binary tree over the shards: the result has the same bits for any number of threads.
public struct ShardedPass<Scalar: TensorScalar>: Sendable {
  /// The output for the whole batch.
  public let y: Tensor<Scalar>

  private let team: Team
  private let network: PreparedMLP<Scalar>
  private let shards: [Range<Int>]
  private let tapes: [PreparedMLP<Scalar>.Tape]

  /// The most rows of one shard: enough for matrix products at full rate, few enough for the second-level cache.
  public static var shardRows: Int { 256 }

  /// Runs the network on `x` of shape `[batch, inputs]`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public init(_ network: PreparedMLP<Scalar>, _ x: Tensor<Scalar>, team: Team = .process) {
    let shards = Self.shards(of: x.shape[0])
    let parts = team.gather(over: shards.count) { network.forward(x.rows(shards[$0])) }
    self.team = team
    self.network = network
    self.shards = shards
    tapes = parts.map(\.tape)
    y = Tensor.concatenate(parts.map(\.y), along: 0)
  }

  /// `dx` if it is needed, and the gradient of every parameter of the network, for `dy` of the shape of ``y``.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func backward(_ dy: Tensor<Scalar>, needsInputGradient: Bool = true)
    -> (dx: Tensor<Scalar>?, gradient: MLP<Scalar>.Gradient)
  {
    require(
      dy.shape == y.shape, "ShardedPass.backward: dy must be \(y.shape), got \(dy.shape)")
    let (total, dxs): (MLP<Scalar>.Gradient, [Tensor<Scalar>?]) = team.sum(over: shards.count) {
      let (dx, gradient) = network.backward(
        dy.rows(shards[$0]), through: tapes[$0], needsInputGradient: needsInputGradient)
      return (gradient, dx)
    }
    return (
      needsInputGradient ? Tensor.concatenate(dxs.map { $0! }, along: 0) : nil,
      network.finish(total)
    )
  }

  /// `dx` alone, where the parameters are constants of the objective.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func inputGradient(_ dy: Tensor<Scalar>) -> Tensor<Scalar> {
    let parts = team.gather(over: shards.count) {
      network.inputGradient(dy.rows(shards[$0]), through: tapes[$0])
    }
    return Tensor.concatenate(parts, along: 0)
  }

  static func shards(of rows: Int) -> [Range<Int>] {
    require(rows > 0, "ShardedPass: wants at least one row")
    // Shards of nearly equal size, so that two threads end together.
    return Array(Partition(of: rows, atMost: shardRows))
  }
}

extension PreparedMLP {
  /// The output for a batch of any length, shard by shard in parallel, without a tape.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func sharded(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      x.rank == 2 && x.shape[1] == collapsed.layers[0].inputs,
      "PreparedMLP: x must be [batch, \(collapsed.layers[0].inputs)], got \(x.shape)")
    let shards = ShardedPass<Scalar>.shards(of: x.shape[0])
    let (inputs, outputs) = (x.shape[1], collapsed.widths[collapsed.widths.count - 1])
    return Tensor(shape: [x.shape[0], outputs]) { y in
      guard y.count > 0 else { return }
      let y = SharedAddress(y.baseAddress!)
      parallel(over: shards.count) { shard in
        x.withUnsafeBufferPointer { x in
          collapsed.write(
            x.baseAddress! + shards[shard].lowerBound * inputs, rows: shards[shard].count,
            into: y.address + shards[shard].lowerBound * outputs)
        }
      }
    }
  }
}
