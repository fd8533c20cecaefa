import Layers
import TensorCore

extension DisentanglingModel {
  /// The objective on a batch in training mode, its gradient, and the state after the batch.
  ///
  /// The label's branch comes first and is finished before the other begins, so that only one encoder's activations are held.
  ///
  /// - Parameters:
  ///   - x: the images, `[images, 32, 32, channels]`.
  ///   - labels: `t`, one per image, in `0..<classes`.
  ///   - dependence: `J`, fitted by a max-step where it needs one; it is not asked where its factor is 0.
  ///   - random: drawn from by `J`.
  public func step(
    _ x: Tensor<Scalar>, labels: [Int], weights: Weights,
    dependence: any DependenceEstimator<Scalar>, state: State, using random: Philox
  ) -> (losses: Losses, gradient: Gradient, state: State) {
    require(
      x.rank == 4, "DisentanglingModel.step: x must be [images, 32, 32, channels], got \(x.shape)")
    checkLabels(labels, images: x.shape[0], classes: classes, "DisentanglingModel.step")
    let named = labelBranch(x, labels, factor: Scalar(weights.label), state)

    let (z, encoderTape, encoderState) = content.forward(x, state.content, mode: .training)
    let target = Tensor<Scalar>.oneHot(labels, classCount: classes)
    let (error, dCode, decoderGradient, decoderState) = reconstruction(
      .concatenate([z, target], along: 1), x, factor: Scalar(weights.reconstruction), state.decoder)
    var dz = dCode.slice(0..<z.shape[1], along: 1)
    var measure = 0.0
    if weights.dependence != 0 {
      let (value, dDependence, _) = dependence.valueAndGradient(
        z, target, includingTarget: false, using: random)
      measure = Double(value)
      dz += dDependence * Scalar(weights.dependence)
    }
    let contentGradient = content.backward(dz, through: encoderTape)

    return (
      Losses(
        reconstruction: error, label: named.loss, dependence: measure,
        total: weights.reconstruction * error + weights.label * named.loss
          + weights.dependence * measure,
        labelAccuracy: named.accuracy),
      Gradient(of: self) {
        $0.content = contentGradient
        $0.label = named.label
        $0.head = named.head
        $0.decoder = decoderGradient
      },
      State(
        content: encoderState, label: named.labelState, head: named.headState,
        decoder: decoderState)
    )
  }

  /// What the label's branch gives to a step.
  private struct LabelBranch {
    let loss, accuracy: Double
    let label: ImageEncoder<Scalar>.Gradient
    let head: ClassifierHead<Scalar>.Gradient
    let labelState: ImageEncoder<Scalar>.State
    let headState: ClassifierHead<Scalar>.State
  }

  /// `factor · CE(head(E₂(x)), t)`, forward and back.
  private func labelBranch(
    _ x: Tensor<Scalar>, _ labels: [Int], factor: Scalar, _ state: State
  ) -> LabelBranch {
    let (z, encoderTape, labelState) = label.forward(x, state.label, mode: .training)
    let (logits, headTape, headState) = head.forward(z, state.head, mode: .training)
    let loss = LabelLoss(logits, labels: labels, doubleSoftmax: doubleSoftmax)
    let (dz, headGradient) = head.backward(loss.dLogits * factor, through: headTape)
    return LabelBranch(
      loss: Double(loss.value), accuracy: loss.accuracy,
      label: label.backward(dz, through: encoderTape), head: headGradient, labelState: labelState,
      headState: headState)
  }

  /// The mean squared error of the decoder's images, and the gradients of `factor` times it.
  private func reconstruction(
    _ code: Tensor<Scalar>, _ x: Tensor<Scalar>, factor: Scalar, _ state: ImageDecoder<Scalar>.State
  ) -> (
    error: Double, dCode: Tensor<Scalar>, gradient: ImageDecoder<Scalar>.Gradient,
    state: ImageDecoder<Scalar>.State
  ) {
    let (image, tape, next) = decoder.forward(code, state, mode: .training)
    let (error, dImage) = MeanSquaredError.valueAndGradient(image, x)
    let (dCode, gradient) = decoder.backward(dImage * factor, through: tape)
    return (Double(error), dCode, gradient, next)
  }
}
