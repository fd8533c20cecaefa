extension Foreground {
  private var reader: SpatialRead<Scalar> {
    SpatialRead(
      glimpse: PlaneSize(architecture.glimpse), alignsCorners: architecture.alignsCorners)
  }

  private var compositor: Compositor<Scalar> {
    Compositor(side: architecture.side, alignsCorners: architecture.alignsCorners)
  }

  /// Sees the objects in images `[batch, height, width, 3]` and draws them.
  public func forward(_ x: Tensor<Scalar>, _ noise: Noise, at stage: SPACEStage)
    -> (output: Output, tape: Tape)
  {
    let (batch, count, g) = (x.shape[0], architecture.cells, architecture.glimpse)
    require(
      x.shape == [batch, architecture.side, architecture.side, 3]
        && noise.presence.shape == [batch, count],
      "Foreground.forward: wants x [batch, \(architecture.side), \(architecture.side), 3] and noise for "
        + "\(count) cells of each image, got \(x.shape) and \(noise.presence.shape)")
    let (cellOutput, cellTape) = cells.forward(x)
    let latents = CellLatents(cellOutput, noise, at: stage, architecture)
    let (glimpses, readTape) = reader.forward(x, boxes: latents.boxes)
    let (code, encoderTape) = encoder.forward(glimpses.reshaped(to: [batch * count, g, g, 3]))
    let what = NormalPosterior(
      code, noise: noise.what.reshaped(to: [batch * count, SPACEArchitecture.whatSize]))
    let (pixels, decoderTape) = decoder.forward(
      what.sample.reshaped(to: [batch * count, 1, 1, SPACEArchitecture.whatSize]))

    let drawn = Compositor.Objects(
      pixels: pixels.reshaped(to: [batch, count, g, g, 4]), boxes: latents.boxes,
      presence: latents.presence, depth: latents.depth.sample.reshaped(to: [batch, count]))
    let (canvas, canvasTape) = compositor.forward(drawn, hasBoundaryLoss: stage.hasBoundaryLoss)
    let divergence = latents.divergence
    let objects = Objects(
      presenceLogits: latents.logits, presence: drawn.presence, boxes: drawn.boxes,
      depth: drawn.depth,
      what: what.sample.reshaped(to: [batch, count, SPACEArchitecture.whatSize]),
      pixels: drawn.pixels)
    return (
      Output(
        image: canvas.image, alpha: canvas.alpha, boundary: canvas.boundary,
        divergence: Divergence(
          presence: divergence.presence, depth: divergence.depth, scale: divergence.scale,
          shift: divergence.shift, what: what.divergence(images: batch)), objects: objects),
      Tape(
        cells: cellTape, latents: latents, read: readTape, encoder: encoderTape, what: what,
        appearanceWeight: Scalar(stage.appearanceWeight), decoder: decoderTape, canvas: canvasTape)
    )
  }

  /// The gradient of `Σ dImage · image + Σ dAlpha · alpha + weight · Σ (boundary + all divergences)`, with the sums over
  /// images, pixels and channels, and the divergence of appearance weighted as the pass's stage says.
  public func backward(
    dImage: Tensor<Scalar>, dAlpha: Tensor<Scalar>, weight: Scalar, through tape: Tape
  ) -> Gradient {
    let drawn = compositor.backward(
      dImage: dImage, dAlpha: dAlpha, weight: weight, through: tape.canvas)
    let (rows, g) = (tape.what.sample.shape[0], architecture.glimpse)
    let (dWhat, decoderGradient) = decoder.backward(
      drawn.pixels.reshaped(to: [rows, g, g, 4]), through: tape.decoder)
    let dCode = tape.what.backward(
      dWhat.reshaped(to: [rows, SPACEArchitecture.whatSize]),
      weight: weight * tape.appearanceWeight)
    let (dGlimpses, encoderGradient) = encoder.backward(dCode, through: tape.encoder)
    let boxes = tape.latents.boxes.shape
    let read = reader.backward(
      dGlimpses.reshaped(to: [boxes[0], boxes[1], g, g, 3]), through: tape.read)
    let dCells = tape.latents.backward(
      dPresence: drawn.presence, dDepth: drawn.depth, dBoxes: drawn.boxes + read.dBoxes,
      weight: weight)
    return Gradient(of: self) {
      $0.cells = cells.backward(dCells, through: tape.cells)
      $0.encoder = encoderGradient
      $0.decoder = decoderGradient
    }
  }

  /// Draws objects: appearance `[batch, count, 32]`, boxes `[batch, count, 4]`, depth and presence `[batch, count]` give
  /// image `[batch, height, width, 3]` and alpha `[batch, height, width, 1]`.
  ///
  /// Any number of objects will do; the softmax that weighs them runs over all of them.
  public func decode(
    what: Tensor<Scalar>, boxes: Tensor<Scalar>, depth: Tensor<Scalar>, presence: Tensor<Scalar>
  ) -> (image: Tensor<Scalar>, alpha: Tensor<Scalar>) {
    let size = SPACEArchitecture.whatSize
    require(
      what.rank == 3 && what.shape[2] == size
        && boxes.shape == what.shape.replacing(axis: 2, with: 4)
        && depth.shape == what.shape.removing(axis: 2) && presence.shape == depth.shape,
      "Foreground.decode: wants what [batch, count, \(size)], boxes [batch, count, 4], depth and presence "
        + "[batch, count], got \(what.shape), \(boxes.shape), \(depth.shape) and \(presence.shape)")
    let (batch, count, g) = (what.shape[0], what.shape[1], architecture.glimpse)
    let pixels = decoder.forward(what.reshaped(to: [batch * count, 1, 1, size])).y
    let output = compositor.forward(
      Compositor.Objects(
        pixels: pixels.reshaped(to: [batch, count, g, g, 4]), boxes: boxes, presence: presence,
        depth: depth), hasBoundaryLoss: false
    ).output
    return (output.image, output.alpha)
  }

  /// The boxes `(sx, sy, tx, ty)` that samples `[batch, cells, 2]` of scale and shift stand for: `[batch, cells, 4]`.
  public func boxes(scale: Tensor<Scalar>, shift: Tensor<Scalar>) -> Tensor<Scalar> {
    let count = architecture.cells
    require(
      scale.rank == 3 && scale.shape[1] == count && scale.shape[2] == 2
        && shift.shape == scale.shape,
      "Foreground.boxes: wants scale and shift [batch, \(count), 2], got \(scale.shape) and \(shift.shape)"
    )
    let rows: Shape = [scale.shape[0] * count, 2]
    return CellLatents.boxes(
      scale: scale.reshaped(to: rows), shift: shift.reshaped(to: rows), grid: architecture.grid
    ).reshaped(to: [scale.shape[0], count, 4])
  }
}
