/// Mean and deviation of independent normal numbers, from the columns of a network's output.
///
/// `raw` is `[rows, 2 n]`: the first half are the means, the deviations are `softplus` of the second half plus a minimum.
struct NormalHead<Scalar: TensorScalar>: Sendable {
  /// What the deviations come from, `[rows, n]`.
  private let raw: Tensor<Scalar>
  /// The means, `[rows, n]`.
  let mean: Tensor<Scalar>
  /// The deviations, `[rows, n]`.
  let deviation: Tensor<Scalar>

  /// The distribution that a network's output stands for.
  init(_ output: Tensor<Scalar>, minimum: Double = 1e-4) {
    let n = output.shape[1] / 2
    mean = output.slice(0..<n, along: 1)
    raw = output.slice(n..<2 * n, along: 1)
    deviation = softplus(raw) + Scalar(minimum)
  }

  /// `mean + deviation · noise`.
  func sample(_ noise: Tensor<Scalar>) -> Tensor<Scalar> { mean + deviation * noise }

  /// The gradient of the network's output: `dRaw = dDeviation · sigmoid(raw)`.
  func backward(dMean: Tensor<Scalar>, dDeviation: Tensor<Scalar>) -> Tensor<Scalar> {
    Tensor.concatenate([dMean, dDeviation * sigmoid(raw)], along: 1)
  }

  /// The gradient of the prior's network's output, with `weight` the factor of the divergence.
  func priorGradient(_ prior: NormalHead, weight: Scalar) -> Tensor<Scalar> {
    let d = derivatives(prior).derivatives
    return prior.backward(dMean: d.priorMean * weight, dDeviation: d.priorDeviation * weight)
  }

  /// The gradient of this network's output, for that of a sample.
  func gradient(
    _ prior: NormalHead, dSample: Tensor<Scalar>, noise: Tensor<Scalar>, weight: Scalar
  ) -> Tensor<Scalar> {
    let d = derivatives(prior).derivatives
    return backward(
      dMean: d.mean * weight + dSample, dDeviation: d.deviation * weight + dSample * noise)
  }

  /// `KL(self ‖ prior)` of each row, summed over its numbers in double precision.
  func divergence(from prior: NormalHead) -> [Double] {
    let elements = derivatives(prior).divergence.scalars
    let n = mean.shape[1]
    return (0..<mean.shape[0]).map { row in
      elements[row * n..<(row + 1) * n].reduce(0) { $0 + Double($1) }
    }
  }

  private func derivatives(_ prior: NormalHead) -> (
    divergence: Tensor<Scalar>, derivatives: NormalDivergence<Scalar>.Derivatives
  ) {
    NormalDivergence.elements(
      mean: mean, deviation: deviation, priorMean: prior.mean, priorDeviation: prior.deviation)
  }
}
