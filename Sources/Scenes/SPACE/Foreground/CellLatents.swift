/// The samples that say of each cell whether an object is there, how near, how large and where (spec §3.2), with their
/// divergences from the prior.
///
/// Presence is relaxed: `z = sigmoid((logit u + l)/τ)` with `l = 8.8 tanh a`. A box is `s = sigmoid(scale)`,
/// `t = (2/G)(cell + ½ + tanh(shift)) − 1` along x and y: its middle lies within a cell's width of the cell's middle.
struct CellLatents<Scalar: TensorScalar>: Sendable {
  /// The bound of the logits.
  static var logitBound: Scalar { 8.8 }

  let logits, presence: Tensor<Scalar>
  let depth, scale, shift: NormalPosterior<Scalar>
  /// `(sx, sy, tx, ty)`: `[batch, cells, 4]`.
  let boxes: Tensor<Scalar>
  private let images, grid: Int
  private let stage: SPACEStage

  init(
    _ output: CellEncoder<Scalar>.Output, _ noise: Foreground<Scalar>.Noise,
    at stage: SPACEStage, _ architecture: SPACEArchitecture
  ) {
    let cells = architecture.cells
    images = noise.presence.shape[0]
    grid = architecture.grid
    self.stage = stage
    let rows = images * cells
    logits = (tanh(output.presence) * Self.logitBound).reshaped(to: [images, cells])
    presence = RelaxedBernoulli.sample(
      logits: logits, uniform: noise.presence, temperature: Scalar(stage.temperature))
    depth = NormalPosterior(output.depth, noise: noise.depth.reshaped(to: [rows, 1]))
    scale = NormalPosterior(
      output.scale, noise: noise.scale.reshaped(to: [rows, 2]), minimum: 1e-15,
      priorMean: stage.scaleMean, priorDeviation: stage.scaleDeviation)
    shift = NormalPosterior(output.shift, noise: noise.shift.reshaped(to: [rows, 2]))
    boxes = Self.boxes(scale: scale.sample, shift: shift.sample, grid: architecture.grid)
      .reshaped(to: [images, cells, 4])
  }

  /// The boxes, `[images · G², 4]`, of samples `[images · G², 2]`.
  static func boxes(scale: Tensor<Scalar>, shift: Tensor<Scalar>, grid: Int) -> Tensor<Scalar> {
    let cells = Tensor<Scalar>(shape: [grid * grid, 2]) { cells in
      for n in 0..<grid * grid {
        cells[2 * n] = Scalar(n % grid) + 0.5
        cells[2 * n + 1] = Scalar(n / grid) + 0.5
      }
    }
    let places = tanh(shift).reshaped(to: [shift.shape[0] / (grid * grid), grid * grid, 2]) + cells
    let middles = places * (2 / Scalar(grid)) - 1
    return Tensor.concatenate([sigmoid(scale), middles.reshaped(to: shift.shape)], along: 1)
  }

  /// The divergences of each image, the appearance's left out.
  var divergence: (presence: [Double], depth: [Double], scale: [Double], shift: [Double]) {
    let presence = BernoulliDivergence.elements(logits: logits, prior: stage.presence)
    return (
      presence.divergence.sums(over: images), depth.divergence(images: images),
      scale.divergence(images: images), shift.divergence(images: images)
    )
  }

  /// The gradients with respect to the encoder's output, for those of the samples and `weight` times the divergences.
  func backward(
    dPresence: Tensor<Scalar>, dDepth: Tensor<Scalar>, dBoxes: Tensor<Scalar>, weight: Scalar
  ) -> CellEncoder<Scalar>.Output {
    let rows = logits.count
    var dLogits = RelaxedBernoulli.backward(
      dPresence, sample: presence, temperature: Scalar(stage.temperature))
    let divergence = BernoulliDivergence.elements(logits: logits, prior: stage.presence)
    dLogits.add(divergence.dLogits, times: weight)
    // l = b tanh a: dl/da = b (1 − (l/b)²).
    let slope = Self.logitBound - logits * logits * (1 / Self.logitBound)

    let dBoxes = dBoxes.reshaped(to: [rows, 4])
    let size = boxes.reshaped(to: [rows, 4]).slice(0..<2, along: 1)
    let dScale = dBoxes.slice(0..<2, along: 1) * size * (1 - size)
    let bend = tanh(shift.sample)
    let dShift = dBoxes.slice(2..<4, along: 1) * (1 - bend * bend) * (2 / Scalar(grid))
    return CellEncoder.Output(
      presence: (dLogits * slope).reshaped(to: [rows, 1]),
      depth: depth.backward(dDepth.reshaped(to: [rows, 1]), weight: weight),
      scale: scale.backward(dScale, weight: weight),
      shift: shift.backward(dShift, weight: weight))
  }
}
