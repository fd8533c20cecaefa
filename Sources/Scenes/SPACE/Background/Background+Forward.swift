extension Background {
  /// What ``backward(dWeights:dComponents:weight:through:)`` reads of the forward pass.
  ///
  /// The component encoder's input is not kept: it is recomputed from the images and the weights.
  public struct Tape: Sendable {
    let x, masks, weights, code: Tensor<Scalar>
    let noise: Noise
    var image: ConvolutionalEncoder<Scalar>.Tape?
    let maskPosterior: RecurrentPosterior<Scalar>.Tape
    var maskDecoder: PlaneDecoder<Scalar>.Tape?
    let maskPrior: RecurrentNormal<Scalar>.PriorTape
    var componentEncoder: ConvolutionalEncoder<Scalar>.Tape?
    let componentPosterior, componentPriorHead: NormalHead<Scalar>
    let componentPrior: MLP<Scalar>.Tape
    var decoder: DecoderTape?

    enum DecoderTape: Sendable {
      case broadcast(BroadcastDecoder<Scalar>.Tape)
      case single(PlaneDecoder<Scalar>.Tape)
    }
  }

  /// The segments of images `x`, `[batch, side, side, 3]`, the divergences, what the backward pass needs, and the state after
  /// the batch.
  ///
  /// It runs over the whole batch, in parallel inside: batch normalisation couples the images.
  public func forward(
    _ x: Tensor<Scalar>, _ noise: Noise, _ state: State, mode: BatchNorm<Scalar>.Mode
  ) -> (output: Output, tape: Tape, state: State) {
    let (side, count) = (architecture.side, architecture.components)
    let batch = x.shape.dimensions.first ?? 0
    let latents = SPACEArchitecture.backgroundSize
    require(
      batch > 0 && x.shape == [batch, side, side, 3],
      "Background.forward: x must be [batch, \(side), \(side), 3], got \(x.shape)")
    require(
      noise.mask.shape == [count, batch, latents]
        && noise.component.shape == [batch, count, latents],
      "Background.forward: noise must be [\(count), \(batch), \(latents)] and [\(batch), \(count), \(latents)], "
        + "got \(noise.mask.shape) and \(noise.component.shape)")

    let (rawCode, image, imageState) = imageEncoder.forward(
      images: batch, state.imageEncoder, mode: mode
    ) { x.rows($0) }
    let code = Activation.elu(1)(rawCode)
    let (z, posterior) = maskPosterior.forward(code, noise.mask)
    let prior = maskPrior.prior(of: z)
    let (masks, maskTape) = decodeMasks(z)
    let weights = masks.map { StickBreaking.weights($0) } ?? .ones([batch, 1, side, side, 1])

    let (raw, encoder, encoderState) = componentEncoder.forward(
      images: batch * count, state.componentEncoder, mode: mode
    ) { componentInput($0, x, weights) }
    let components = NormalHead(raw)
    let (rawPrior, priorTape) = componentPrior.forward(rows(z))
    let componentPriorHead = NormalHead(rawPrior)
    let appearance = components.sample(noise.component.reshaped(to: [batch * count, latents]))
    let (colours, decoder, decoderState) = decodeComponents(
      appearance, state.componentDecoder, mode: mode)

    let output = Output(
      weights: weights, components: colours.reshaped(to: [batch, count, side, side, 3]),
      maskDivergence: zip(posterior.distributions, prior.distributions).reduce(
        into: Array(repeating: 0, count: batch)
      ) { total, pair in
        for (row, value) in pair.0.divergence(from: pair.1).enumerated() { total[row] += value }
      }, componentDivergence: perImage(components.divergence(from: componentPriorHead)))
    let tape = Tape(
      x: x, masks: masks ?? .zeros([batch, 0, side, side, 1]), weights: weights, code: code,
      noise: noise, image: image, maskPosterior: posterior, maskDecoder: maskTape,
      maskPrior: prior, componentEncoder: encoder, componentPosterior: components,
      componentPriorHead: componentPriorHead, componentPrior: priorTape, decoder: decoder)
    return (
      output, tape,
      State(
        imageEncoder: imageState, componentEncoder: encoderState, componentDecoder: decoderState)
    )
  }

  /// The shares of all components but the last, `[batch, K − 1, side, side, 1]`; none with one component.
  func decodeMasks(_ z: [Tensor<Scalar>]) -> (
    masks: Tensor<Scalar>?, tape: PlaneDecoder<Scalar>.Tape?
  ) {
    guard let maskDecoder else { return (nil, nil) }
    let (y, tape) = maskDecoder.forward(rows(Array(z.dropLast())))
    let side = architecture.side
    return (y.reshaped(to: [z[0].shape[0], z.count - 1, side, side, 1]), tape)
  }

  /// The colours of rows of latents, `[rows, side, side, 3]`.
  func decodeComponents(
    _ z: Tensor<Scalar>, _ states: [BatchNorm<Scalar>.State], mode: BatchNorm<Scalar>.Mode
  ) -> (colours: Tensor<Scalar>, tape: Tape.DecoderTape, states: [BatchNorm<Scalar>.State]) {
    if let componentDecoder {
      let (colours, tape, next) = componentDecoder.forward(z, states, mode: mode)
      return (colours, .broadcast(tape), next)
    }
    let (colours, tape) = singleDecoder!.forward(z)
    return (colours, .single(tape), [])
  }

  /// Tensors `[batch, n]` of several components as rows `batch · K + k`.
  func rows(_ parts: [Tensor<Scalar>]) -> Tensor<Scalar> {
    let (batch, n) = (parts[0].shape[0], parts[0].shape[1])
    return Tensor.concatenate(parts.map { $0.reshaped(to: [batch, 1, n]) }, along: 1)
      .reshaped(to: [batch * parts.count, n])
  }

  /// The sums over each image's components of numbers of rows.
  private func perImage(_ values: [Double]) -> [Double] {
    let count = architecture.components
    return (0..<values.count / count).map { image in
      values[image * count..<(image + 1) * count].reduce(0, +)
    }
  }

  /// `[log(π + 1e-5), x]` of some rows `batch · K + k`, `[rows, side, side, 4]`.
  func componentInput(_ rows: Range<Int>, _ x: Tensor<Scalar>, _ weights: Tensor<Scalar>)
    -> Tensor<Scalar>
  {
    let pixels = architecture.image.area
    let count = architecture.components
    return Tensor(shape: [rows.count, architecture.side, architecture.side, 4]) { input in
      x.withUnsafeBufferPointer { x in
        weights.withUnsafeBufferPointer { weights in
          _ = Tensor<Scalar>(shape: [pixels]) { logarithms in
            for (index, row) in rows.enumerated() {
              let line = logarithms.baseAddress!
              Scalar.scaleShift(
                weights.baseAddress! + row * pixels, 1, Self.weightEpsilon, line, pixels)
              Scalar.apply(.log, line, line, pixels)
              interleave(
                line, x.baseAddress! + row / count * 3 * pixels,
                input.baseAddress! + index * 4 * pixels, pixels)
            }
          }
        }
      }
    }
  }
}

/// Pixels of four numbers, from planes of one and of three.
@specialized(where S == Float)
@specialized(where S == Double)
private func interleave<S: TensorScalar>(
  _ first: UnsafePointer<S>, _ rest: UnsafePointer<S>, _ target: UnsafeMutablePointer<S>,
  _ pixels: Int
) {
  for p in 0..<pixels {
    target[4 * p] = first[p]
    target[4 * p + 1] = rest[3 * p]
    target[4 * p + 2] = rest[3 * p + 1]
    target[4 * p + 3] = rest[3 * p + 2]
  }
}
