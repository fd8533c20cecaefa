import TensorCore

/// The cross-entropy of softmax probabilities: `−Σ_c p_c log softmax(logits)_c` a row, averaged over the rows.
///
/// Logits are `[batch, classes]`. The target is a class a row, or a distribution a row. A shard of a larger batch passes the
/// batch's size as `total`; the values and gradients of the shards then add up to those of the batch.
public enum SoftmaxCrossEntropy<Scalar: TensorScalar> {
  /// The loss for labels in `0..<classes`.
  public static func value(_ logits: Tensor<Scalar>, labels: [Int], total: Int? = nil) -> Scalar {
    perRow(logits, labels: labels).sum() / divisor(logits, total)
  }

  /// The loss of each row, `[batch]`, for labels in `0..<classes`.
  public static func perRow(_ logits: Tensor<Scalar>, labels: [Int]) -> Tensor<Scalar> {
    check(logits, labels: labels)
    let normalizer = logSumExp(logits)
    let columns = logits.shape[1]
    return logits.withUnsafeBufferPointer { x in
      Tensor(shape: normalizer.shape) { out in
        normalizer.withUnsafeBufferPointer {
          for (row, label) in labels.enumerated() { out[row] = $0[row] - x[row * columns + label] }
        }
      }
    }
  }

  /// The loss for labels in `0..<classes`, and `dLogits = (softmax − onehot)/batch`.
  public static func valueAndGradient(
    _ logits: Tensor<Scalar>, labels: [Int], total: Int? = nil
  ) -> (value: Scalar, dLogits: Tensor<Scalar>) {
    let value = value(logits, labels: labels, total: total)
    let columns = logits.shape[1]
    var dLogits = softmax(logits)
    dLogits.withUnsafeMutableBufferPointer {
      for (row, label) in labels.enumerated() { $0[row * columns + label] -= 1 }
    }
    dLogits *= 1 / divisor(logits, total)
    return (value, dLogits)
  }

  /// The loss for target distributions, `[batch, classes]`.
  public static func value(
    _ logits: Tensor<Scalar>, probabilities: Tensor<Scalar>, total: Int? = nil
  ) -> Scalar {
    check(logits, probabilities: probabilities)
    let mass = probabilities.sum(along: 1)
    // Σ p (log Σ eˣ − x), with the row's mass, which need not be exactly one.
    let rows = mass * logSumExp(logits) - (probabilities * logits).sum(along: 1)
    return rows.sum() / divisor(logits, total)
  }

  /// The loss for target distributions, and `dLogits = (mass · softmax − p)/batch`, where `mass` is each row's `Σ p`.
  public static func valueAndGradient(
    _ logits: Tensor<Scalar>, probabilities: Tensor<Scalar>, total: Int? = nil
  ) -> (value: Scalar, dLogits: Tensor<Scalar>) {
    let value = value(logits, probabilities: probabilities, total: total)
    var dLogits = softmax(logits) * probabilities.sum(along: 1, keepingAxis: true) - probabilities
    dLogits *= 1 / divisor(logits, total)
    return (value, dLogits)
  }

  private static func check(_ logits: Tensor<Scalar>, labels: [Int]) {
    require(
      logits.rank == 2 && logits.shape[0] == labels.count && !labels.isEmpty,
      "SoftmaxCrossEntropy: logits must be [\(labels.count), classes] with at least one row, "
        + "got \(logits.shape)")
    for (row, label) in labels.enumerated() {
      require(
        label >= 0 && label < logits.shape[1],
        "SoftmaxCrossEntropy: label \(label) in row \(row) is outside 0..<\(logits.shape[1])")
    }
  }

  private static func check(_ logits: Tensor<Scalar>, probabilities: Tensor<Scalar>) {
    require(
      logits.rank == 2 && logits.count > 0 && logits.shape == probabilities.shape,
      "SoftmaxCrossEntropy: logits and probabilities must be one [batch, classes], "
        + "got \(logits.shape) and \(probabilities.shape)")
  }

  private static func divisor(_ logits: Tensor<Scalar>, _ total: Int?) -> Scalar {
    Scalar(total ?? logits.shape[0])
  }
}
