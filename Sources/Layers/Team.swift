import TensorCore

/// Those who share the work of a step; today the threads of this process.
///
/// A batch is cut into shards whose number depends on the batch alone. The team deals them out and puts together what they give in an
/// order of the shards alone, so that who did what changes no bit. A model knows of others through these two operations only: the sum
/// over shards and the gathering over shards.
public struct Team: Sendable {
  /// The threads of this process, as many as ``TensorCore/Parallelism/threads`` says.
  public static let process = Team()

  private init() {}

  /// What the shards give, in their order.
  public func gather<Value: Sendable>(over shards: Int, _ body: @Sendable (Int) -> Value) -> [Value]
  {
    parallelMap(over: shards, body)
  }

  /// The sum of the shards' gradients in the order of a binary tree, neighbours first, and what else they give, in their order.
  ///
  /// About the logarithm of their number of gradients is alive at once for each thread, not all of them.
  public func sum<Model: Parameterized, Value: Sendable>(
    over shards: Int, _ body: @Sendable (Int) -> (gradient: Model.Gradient, value: Value)
  ) -> (gradient: Model.Gradient, values: [Value]) {
    let tree = GradientTree<Model>(count: shards)
    let values = parallelMap(over: shards) { shard in
      let (gradient, value) = body(shard)
      tree.insert(gradient, at: shard)
      return value
    }
    return (tree.take(), values)
  }
}
