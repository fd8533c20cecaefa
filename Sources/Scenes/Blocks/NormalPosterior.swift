/// A normal posterior `N(m, s²)` with `s = softplus(r) + minimum`, its sample `z = m + s ε`, and its divergence from a fixed
/// normal prior, element by element.
///
/// A network's output `[rows, 2 k]` holds the means `m` and then the numbers `r`; noise and sample are `[rows, k]`.
struct NormalPosterior<Scalar: TensorScalar>: Sendable {
  let head: NormalHead<Scalar>
  let noise: Tensor<Scalar>
  /// `z`.
  let sample: Tensor<Scalar>
  let priorMean, priorDeviation: Scalar

  init(
    _ output: Tensor<Scalar>, noise: Tensor<Scalar>, minimum: Double = 0, priorMean: Double = 0,
    priorDeviation: Double = 1
  ) {
    head = NormalHead(output, minimum: minimum)
    require(
      noise.shape == head.mean.shape,
      "NormalPosterior: noise must be \(head.mean.shape), got \(noise.shape)")
    self.noise = noise
    sample = head.sample(noise)
    self.priorMean = Scalar(priorMean)
    self.priorDeviation = Scalar(priorDeviation)
  }

  /// The divergence of each image, whose rows are neighbours.
  func divergence(images: Int) -> [Double] { elements.divergence.sums(over: images) }

  /// The gradient with respect to the network's output, for `dz` and `weight` times the divergence:
  /// `dm = dz + weight · dKL/dm`, `ds = dz ε + weight · dKL/ds`.
  func backward(_ dSample: Tensor<Scalar>, weight: Scalar) -> Tensor<Scalar> {
    let (_, dMean, dDeviation) = elements
    return head.backward(
      dMean: dSample + dMean * weight, dDeviation: dSample * noise + dDeviation * weight)
  }

  private var elements:
    (divergence: Tensor<Scalar>, dMean: Tensor<Scalar>, dDeviation: Tensor<Scalar>)
  {
    NormalDivergence.elements(
      mean: head.mean, deviation: head.deviation, priorMean: priorMean,
      priorDeviation: priorDeviation)
  }
}

extension Tensor {
  /// The sums of equal parts of the elements, one per image.
  func sums(over images: Int) -> [Double] {
    let rows = reshaped(to: [images, images == 0 ? 0 : count / images])
    return rows.sum(along: 1).scalars.map { Double($0) }
  }
}
