/// ``Compositor`` as its equations stand: every object drawn onto a whole canvas, the softmax over all objects at every
/// pixel. It is the oracle of the sparse form.
struct DenseCompositor<Scalar: TensorScalar>: Sendable {
  /// Height and width of the canvas.
  let side: Int
  /// Whether the coordinates −1 and 1 are the middles of the outermost pixels.
  let alignsCorners: Bool

  /// The drawn objects, `[batch, count, side, side, 4 or 5]`, and the weights `[batch, count, side, side, 1]`.
  struct Tape: Sendable {
    let objects: Compositor<Scalar>.Objects
    let writer: SpatialWrite<Scalar>
    let written: SpatialWrite<Scalar>.Tape
    let colours, alphas, weights, nearness: Tensor<Scalar>
    let image, alpha: Tensor<Scalar>
    let frames: Tensor<Scalar>?
  }

  func forward(_ objects: Compositor<Scalar>.Objects, hasBoundaryLoss: Bool)
    -> (output: Compositor<Scalar>.Output, tape: Tape)
  {
    let (batch, count) = (objects.boxes.shape[0], objects.boxes.shape[1])
    let writer = SpatialWrite<Scalar>(canvas: PlaneSize(side), alignsCorners: alignsCorners)
    let (canvases, written) = writer.forward(
      maps(objects, hasBoundaryLoss: hasBoundaryLoss), boxes: objects.boxes)
    let colours = canvases.slice(0..<3, along: 4)
    let alphas = canvases.slice(3..<4, along: 4)
    let nearness = (sigmoid(-objects.depth) * 100).reshaped(to: [batch, count, 1, 1, 1])
    let importance = alphas * nearness
    let powers = exp(importance - importance.max(along: 1, keepingAxis: true))
    let weights = powers / powers.sum(along: 1, keepingAxis: true)
    let image = (weights * colours).sum(along: 1)
    let alpha = (weights * alphas).sum(along: 1)
    var frames: Tensor<Scalar>?
    var boundary = [Double](repeating: 0, count: batch)
    if hasBoundaryLoss {
      let sum = canvases.slice(4..<5, along: 4).sum(along: 1) * BoundaryLoss.factor
      frames = sum
      boundary = (0..<batch).map { image in
        (sum * alpha).rows(image..<image + 1).withUnsafeBufferPointer { BoundaryLoss.loss($0) }
      }
    }
    return (
      Compositor.Output(image: image, alpha: alpha, boundary: boundary),
      Tape(
        objects: objects, writer: writer, written: written, colours: colours, alphas: alphas,
        weights: weights, nearness: nearness, image: image, alpha: alpha, frames: frames)
    )
  }

  func backward(
    dImage: Tensor<Scalar>, dAlpha: Tensor<Scalar>, weight: Scalar, through tape: Tape
  ) -> Compositor<Scalar>.Gradients {
    let objects = tape.objects
    let (batch, count) = (objects.boxes.shape[0], objects.boxes.shape[1])
    let gy = dImage.reshaped(to: [batch, 1, side, side, 3])
    var ga = dAlpha
    var dFrames: Tensor<Scalar>?
    if let frames = tape.frames {
      let dOverlap = frames * tape.alpha * (weight * BoundaryLoss<Scalar>.slope)
      ga += dOverlap * frames
      let d = dOverlap * tape.alpha * BoundaryLoss<Scalar>.factor
      dFrames = d.reshaped(to: [batch, 1, side, side, 1]).broadcast(to: tape.alphas.shape)
    }
    ga = ga.reshaped(to: [batch, 1, side, side, 1])
    // The softmax's backward as its Jacobian says: dI = w (q − Σ w q).
    let q = (gy * tape.colours).sum(along: 4, keepingAxis: true) + ga * tape.alphas
    let mean = (tape.weights * q).sum(along: 1, keepingAxis: true)
    let dImportance = tape.weights * (q - mean)
    let dAlphas = dImportance * tape.nearness + tape.weights * ga
    let canvases = [tape.weights * gy, dAlphas] + (dFrames.map { [$0] } ?? [])
    let (dMaps, dBoxes) = tape.writer.backward(
      Tensor.concatenate(canvases, along: 4), through: tape.written)

    // a = α z, c = a o, frame · z.
    let presence = objects.presence.reshaped(to: [batch, count, 1, 1, 1])
    let (colour, alpha) = (
      objects.pixels.slice(0..<3, along: 4), objects.pixels.slice(3..<4, along: 4)
    )
    let dColour = dMaps.slice(0..<3, along: 4)
    let dA = dMaps.slice(3..<4, along: 4) + (dColour * colour).sum(along: 4, keepingAxis: true)
    var dPresence = (dA * alpha).reshaped(to: [batch, count, dA.count / (batch * count)])
      .sum(along: 2)
    if tape.frames != nil {
      let d = dMaps.slice(4..<5, along: 4) * frame(objects)
      dPresence += d.reshaped(to: [batch, count, d.count / (batch * count)]).sum(along: 2)
    }
    let dNearness = (dImportance * tape.alphas).reshaped(to: [batch, count, side * side])
      .sum(along: 2)
    let near = sigmoid(-objects.depth)
    return Compositor.Gradients(
      pixels: Tensor.concatenate([dColour * alpha * presence, dA * presence], along: 4),
      boxes: dBoxes, presence: dPresence, depth: dNearness * near * (1 - near) * -100)
  }

  private func maps(_ objects: Compositor<Scalar>.Objects, hasBoundaryLoss: Bool)
    -> Tensor<Scalar>
  {
    let presence = objects.presence.reshaped(
      to: [objects.boxes.shape[0], objects.boxes.shape[1], 1, 1, 1])
    let alpha = objects.pixels.slice(3..<4, along: 4) * presence
    let colour = objects.pixels.slice(0..<3, along: 4) * alpha
    let frames = hasBoundaryLoss ? [frame(objects) * presence] : []
    return Tensor.concatenate([colour, alpha] + frames, along: 4)
  }

  private func frame(_ objects: Compositor<Scalar>.Objects) -> Tensor<Scalar> {
    let g = objects.pixels.shape[2]
    return Tensor(BoundaryLoss<Scalar>.frame(side: g)).reshaped(to: [1, 1, g, g, 1])
  }
}
