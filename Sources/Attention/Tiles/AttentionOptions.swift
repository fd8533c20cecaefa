import TensorCore

/// What a call of attention may choose; the defaults are those of a transformer.
public struct AttentionOptions: Sendable {
  /// The factor of the scores; `1/√width` if it is `nil`.
  public var scale: Float?
  /// The order of the axes of queries, keys, values, outputs and their gradients.
  public var layout: HeadLayout
  /// The sizes of the tiles, and the parts that can be switched off; chosen for the machine if it is `nil`.
  public var tiling: AttentionTiling?

  /// Makes options.
  public init(
    scale: Float? = nil, layout: HeadLayout = .headsFirst, tiling: AttentionTiling? = nil
  ) {
    self.scale = scale
    self.layout = layout
    self.tiling = tiling
  }
}

/// What attention returns, and all that its backward pass needs beside its arguments.
public struct AttentionResult<Scalar: TensorScalar>: Sendable {
  /// `O = softmax(scale · Q Kᵀ + bias) V`, of the shape of the queries; rows that see no key are 0.
  public var output: Tensor<Scalar>
  /// `ln Σ exp(score)` of each row, of shape `[batch, heads, queries]` in both layouts; −∞ for a row that sees no key.
  public var logSumExp: Tensor<Scalar>

  /// Makes a result.
  public init(output: Tensor<Scalar>, logSumExp: Tensor<Scalar>) {
    self.output = output
    self.logSumExp = logSumExp
  }
}

/// What attention over 16-bit arrays returns.
public struct HalfAttentionResult: Sendable {
  /// The output, rounded to the format of the queries once, at the end.
  public var output: HalfTensor
  /// `ln Σ exp(score)` of each row, in float32, of shape `[batch, heads, queries]`.
  public var logSumExp: Tensor<Float>

  /// Makes a result.
  public init(output: HalfTensor, logSumExp: Tensor<Float>) {
    self.output = output
    self.logSumExp = logSumExp
  }
}

/// The gradients of attention, each of the shape of what it is the gradient of.
///
/// Those of 16-bit arrays are float32 too: an optimiser, or a sum over shards, rounds once and not at every step.
public struct AttentionGradient<Scalar: TensorScalar>: Sendable {
  /// The gradients with respect to queries, keys and values.
  public var dQueries, dKeys, dValues: Tensor<Scalar>

  /// Makes a gradient.
  public init(dQueries: Tensor<Scalar>, dKeys: Tensor<Scalar>, dValues: Tensor<Scalar>) {
    self.dQueries = dQueries
    self.dKeys = dKeys
    self.dValues = dValues
  }
}
