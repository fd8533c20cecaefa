import Layers
import TensorCore

extension AdaptationModel {
  /// The objective on a batch in training mode, its gradient, and the state after the batch.
  ///
  /// Source and target images go through each encoder as one batch, the source's first, so that batch normalisation sees both
  /// domains at once; the content classifier's own normalisation sees the source alone, as its loss does.
  ///
  /// - Parameters:
  ///   - source: images, `[images, 32, 32, channels]`, and a label in `0..<classes` for each.
  ///   - target: images without labels; `nil` leaves the other domain out: what a classifier of the source alone is.
  ///   - dependence: `J`, fitted by a max-step where it needs one; it is not asked where its factor is 0.
  ///   - includingTarget: whether `J` also moves the domain encoder; the authors have it so for the sliced estimator alone.
  ///   - random: drawn from by `J`.
  public func step(
    source: (x: Tensor<Scalar>, labels: [Int]), target: Tensor<Scalar>?, weights: Weights,
    dependence: any DependenceEstimator<Scalar>, includingTarget: Bool, state: State,
    using random: Philox
  ) -> (losses: Losses, gradient: Gradient, state: State) {
    let (sources, targets) = (source.x.shape[0], target?.shape[0] ?? 0)
    require(
      source.x.rank == 4 && sources > 0 && (target == nil || targets > 0)
        && target.map {
          source.x.shape.replacing(axis: 0, with: 1) == $0.shape.replacing(axis: 0, with: 1)
        } ?? true,
      "AdaptationModel.step: source and target must be [images, 32, 32, channels] of as many channels, "
        + "with at least one image each, got \(source.x.shape)"
        + (target.map { " and \($0.shape)" } ?? ""))
    checkLabels(source.labels, images: sources, classes: classes, "AdaptationModel.step")
    let x = target.map { Tensor.concatenate([source.x, $0]) } ?? source.x
    let domains = Array(repeating: 0, count: sources) + Array(repeating: 1, count: targets)

    let (zContent, contentTape, contentState) = content.forward(x, state.content, mode: .training)
    let (zDomain, domainTape, domainState) = domain.forward(x, state.domain, mode: .training)
    let named = loss(
      contentHead, zContent.rows(0..<sources), source.labels, state.contentHead,
      factor: weights.content)
    let placed = loss(
      domainHead, zDomain, domains, state.domainHead, factor: weights.domain)

    var dContent =
      targets == 0
      ? named.dz : Tensor.concatenate([named.dz, .zeros([targets, zContent.shape[1]])])
    var dDomain = placed.dz
    var measure = 0.0
    if weights.dependence != 0 {
      let (value, dZ, dT) = dependence.valueAndGradient(
        zContent, zDomain, includingTarget: includingTarget, using: random)
      measure = Double(value)
      dContent += dZ * Scalar(weights.dependence)
      if let dT { dDomain += dT * Scalar(weights.dependence) }
    }
    let contentGradient = content.backward(dContent, through: contentTape)
    let domainGradient = domain.backward(dDomain, through: domainTape)

    return (
      Losses(
        content: named.value, domain: placed.value, dependence: measure,
        total: weights.content * named.value + weights.domain * placed.value
          + weights.dependence * measure,
        contentAccuracy: named.accuracy, domainAccuracy: placed.accuracy),
      Gradient(of: self) {
        $0.content = contentGradient
        $0.domain = domainGradient
        $0.contentHead = named.gradient
        $0.domainHead = placed.gradient
      },
      State(
        content: contentState, domain: domainState, contentHead: named.state,
        domainHead: placed.state)
    )
  }

  /// What a classifier gives to a step.
  private struct HeadLoss {
    let value, accuracy: Double
    let dz: Tensor<Scalar>
    let gradient: ClassifierHead<Scalar>.Gradient
    let state: ClassifierHead<Scalar>.State
  }

  /// The cross-entropy of a classifier, and the gradients of `factor` times it.
  private func loss(
    _ head: ClassifierHead<Scalar>, _ z: Tensor<Scalar>, _ labels: [Int],
    _ state: ClassifierHead<Scalar>.State, factor: Double
  ) -> HeadLoss {
    let (logits, tape, next) = head.forward(z, state, mode: .training)
    let loss = LabelLoss(logits, labels: labels)
    let (dz, gradient) = head.backward(loss.dLogits * Scalar(factor), through: tape)
    return HeadLoss(
      value: Double(loss.value), accuracy: loss.accuracy, dz: dz, gradient: gradient, state: next)
  }
}
