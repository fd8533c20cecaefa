/// A normal posterior `N(m, s²)` with `s = softplus(r) + minimum`, its sample `z = m + s ε`, and its divergence from a fixed
/// normal prior, element by element.
///
/// A network's output `[rows, 2 k]` holds the means `m` and then the numbers `r`; noise and sample are `[rows, k]`.
struct NormalPosterior<Scalar: TensorScalar>: Sendable {
  let mean, raw, deviation, noise: Tensor<Scalar>
  /// `z`.
  let sample: Tensor<Scalar>
  let priorMean, priorDeviation: Scalar

  init(
    _ output: Tensor<Scalar>, noise: Tensor<Scalar>, minimum: Double = 0, priorMean: Double = 0,
    priorDeviation: Double = 1
  ) {
    let size = output.shape[1] / 2
    require(
      noise.shape == [output.shape[0], size],
      "Foreground: noise must be [\(output.shape[0]), \(size)], got \(noise.shape)")
    mean = output.slice(0..<size, along: 1)
    raw = output.slice(size..<2 * size, along: 1)
    deviation = softplus(raw) + Scalar(minimum)
    self.noise = noise
    sample = mean + deviation * noise
    self.priorMean = Scalar(priorMean)
    self.priorDeviation = Scalar(priorDeviation)
  }

  /// The divergence of each image, whose rows are neighbours.
  func divergence(images: Int) -> [Double] {
    let elements = NormalDivergence.elements(
      mean: mean, deviation: deviation, priorMean: priorMean, priorDeviation: priorDeviation)
    return elements.divergence.sums(over: images)
  }

  /// The gradient with respect to the network's output, for `dz` and `weight` times the divergence.
  func backward(_ dSample: Tensor<Scalar>, weight: Scalar) -> Tensor<Scalar> {
    let (_, dMean, dDeviation) = NormalDivergence.elements(
      mean: mean, deviation: deviation, priorMean: priorMean, priorDeviation: priorDeviation)
    let d = dSample * noise + dDeviation * weight
    return Tensor.concatenate([dSample + dMean * weight, d * sigmoid(raw)], along: 1)
  }
}

extension Tensor {
  /// The sums of equal parts of the elements, one per image.
  func sums(over images: Int) -> [Double] {
    let rows = reshaped(to: [images, images == 0 ? 0 : count / images])
    return rows.sum(along: 1).scalars.map { Double($0) }
  }
}
