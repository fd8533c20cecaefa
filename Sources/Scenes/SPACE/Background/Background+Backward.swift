extension Background {
  /// The gradient of `Σ dWeights · weights + Σ dComponents · components + weight · Σ (both divergences)`, over all images.
  ///
  /// Samples are functions of the posteriors' means and deviations, so their readers' gradients flow on to these: from the
  /// decoders, from the component encoder, which reads the weights, and from the priors, which read `z_m`.
  ///
  /// A tape that the caller gives away is freed part by part, which keeps the peak of memory at the pass's beginning.
  public func backward(
    dWeights: Tensor<Scalar>, dComponents: Tensor<Scalar>, weight: Scalar,
    through tape: consuming Tape
  ) -> Gradient {
    let (side, count) = (architecture.side, architecture.components)
    let batch = tape.x.shape[0]
    require(
      dWeights.shape == tape.weights.shape
        && dComponents.shape == [batch, count, side, side, 3],
      "Background.backward: wants dWeights \(tape.weights.shape) and dComponents "
        + "\([batch, count, side, side, 3] as Shape), got \(dWeights.shape) and \(dComponents.shape)"
    )

    let decoded = backward(
      dColours: dComponents.reshaped(to: [batch * count, side, side, 3]),
      through: tape.decoder.take()!)
    let (posterior, prior) = (tape.componentPosterior, tape.componentPriorHead)
    let (dPriorInput, componentPrior) = self.componentPrior.backward(
      posterior.priorGradient(prior, weight: weight), through: tape.componentPrior)
    let (dLogarithms, componentEncoder) = encoderBackward(
      posterior.gradient(
        prior, dSample: decoded.dz, noise: tape.noise.component.reshaped(to: decoded.dz.shape),
        weight: weight), through: tape.componentEncoder.take()!, tape.x, tape.weights)

    // Rows batch · K + k of what the component prior read, as one tensor a component.
    let dPerComponent = dPriorInput.reshaped(to: [batch, count, dPriorInput.shape[1]])
    let (dPriorLatents, maskPrior) = self.maskPrior.backward(
      tape.maskPosterior.distributions, weight: weight, through: tape.maskPrior)
    var dz = (0..<count).map { k in
      dPerComponent.slice(k..<k + 1, along: 1).reshaped(to: dPriorLatents[k].shape)
        + dPriorLatents[k]
    }

    var maskGradient: PlaneDecoder<Scalar>.Gradient?
    if let maskDecoder, let maskTape = tape.maskDecoder.take() {
      let dMasks = StickBreaking.backward(
        dWeights + dLogarithms / (tape.weights + Self.weightEpsilon), masks: tape.masks)
      let (dRows, gradient) = maskDecoder.backward(
        dMasks.reshaped(to: [batch * (count - 1), side, side, 1]), through: maskTape)
      maskGradient = gradient
      let dDecoded = dRows.reshaped(to: [batch, count - 1, dRows.shape[1]])
      for k in 0..<count - 1 {
        dz[k] += dDecoded.slice(k..<k + 1, along: 1).reshaped(to: dz[k].shape)
      }
    }

    let (dCode, maskPosterior) = self.maskPosterior.backward(
      dz, noise: tape.noise.mask, priors: tape.maskPrior.distributions, weight: weight,
      through: tape.maskPosterior)
    let imageEncoder = self.imageEncoder.backward(
      Activation.elu(1).backward(dCode, kept: tape.code), through: tape.image.take()!,
      input: { [x = tape.x] in x.rows($0) })
    return Gradient(of: self) {
      $0.imageEncoder = imageEncoder
      $0.maskPosterior = maskPosterior
      $0.maskDecoder = maskGradient
      $0.componentEncoder = componentEncoder
      $0.componentDecoder = decoded.broadcast
      $0.singleDecoder = decoded.single
      $0.maskPrior = maskPrior
      $0.componentPrior = componentPrior
    }
  }

  /// `dz` of rows of latents, and the gradient of the decoder that there is.
  private func backward(dColours: Tensor<Scalar>, through tape: consuming Tape.DecoderTape) -> (
    dz: Tensor<Scalar>, broadcast: BroadcastDecoder<Scalar>.Gradient?,
    single: PlaneDecoder<Scalar>.Gradient?
  ) {
    switch consume tape {
    case .broadcast(let tape):
      let (dz, gradient) = componentDecoder!.backward(dColours, through: tape)
      return (dz, gradient, nil)
    case .single(let tape):
      let (dz, gradient) = singleDecoder!.backward(dColours, through: tape)
      return (dz, nil, gradient)
    }
  }

  /// The gradient of `log(π + 1e-5)`, shaped like the weights, and of the component encoder's parameters.
  private func encoderBackward(
    _ dRaw: Tensor<Scalar>, through tape: consuming ConvolutionalEncoder<Scalar>.Tape,
    _ x: Tensor<Scalar>, _ weights: Tensor<Scalar>
  ) -> (dLogarithms: Tensor<Scalar>, gradient: ConvolutionalEncoder<Scalar>.Gradient) {
    let pixels = architecture.image.area
    let rows = weights.count / pixels
    let slots = ShardSlots<Tensor<Scalar>>(count: rows)
    // With one component the weight is a constant, and nothing reads its gradient.
    var take: (@Sendable (Range<Int>, Tensor<Scalar>) -> Void)?
    if architecture.components > 1 {
      take = { rows, dx in
        for (index, row) in rows.enumerated() { slots.put(row, dx.rows(index..<index + 1)) }
      }
    }
    let gradient = self.componentEncoder.backward(
      dRaw, through: tape, input: { rows in self.componentInput(rows, x, weights) },
      inputChannels: 0..<1, inputGradient: take)
    if take == nil { return (.zeros(weights.shape), gradient) }
    return (
      Tensor.concatenate((0..<rows).map { slots.take($0) }).reshaped(to: weights.shape), gradient
    )
  }
}
