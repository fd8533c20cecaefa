import TensorCore

/// Batch normalisation (Ioffe and Szegedy 2015), as PyTorch's `BatchNorm2d`, with an activation on its output: each channel
/// less its mean over its deviation, then scaled and shifted.
///
/// `y = f((x − mean)/√(variance + epsilon) · scale + shift)`. In training, mean and biased variance are those of the whole
/// batch, so that samples are coupled: it runs over the batch, never over a shard of it. In evaluation they are the running
/// ones. `x` and `y` are `[batch, …, channels]`.
public struct BatchNorm<Scalar: TensorScalar>: Parameterized {
  /// The factor of each channel, `[channels]`.
  public var scale: Tensor<Scalar>
  /// What is added to each channel, `[channels]`.
  public var shift: Tensor<Scalar>
  /// Added to the variance.
  public let epsilon: Double
  /// The share of the batch's statistics in the new running ones.
  public let momentum: Double
  /// `f`.
  public let activation: Activation

  /// Where the statistics come from.
  public enum Mode: Sendable, Hashable {
    /// From the batch; the running ones move.
    case training
    /// The running ones, which stay.
    case evaluation
  }

  /// The statistics that move while a model is trained: they go into a step and come back.
  public struct State: Sendable, Equatable {
    /// The running mean, `[channels]`.
    public var mean: Tensor<Scalar>
    /// The running unbiased variance, `[channels]`.
    public var variance: Tensor<Scalar>

    /// A state of these parts.
    public init(mean: Tensor<Scalar>, variance: Tensor<Scalar>) {
      self.mean = mean
      self.variance = variance
    }

    /// The state before training: mean 0, variance 1.
    public init(channels: Int) { self.init(mean: .zeros([channels]), variance: .ones([channels])) }
  }

  /// The input, the statistics used, and whether they depend on it.
  ///
  /// Neither the normalised numbers nor the output is kept: ``backward(_:through:)`` recomputes them, block by block in the
  /// cache, so that of a chain of convolution, norm and activation only the convolution's output stays in memory.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
    let mean, inverse: Tensor<Scalar>
    let mode: Mode
  }

  /// `scale` and `shift`.
  public static var parts: [Part<Self>] {
    [.tensor("scale", \.scale), .tensor("shift", \.shift)]
  }

  /// The layer before training, with scale 1 and shift 0.
  public init(
    channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1,
    activation: Activation = .identity
  ) {
    require(
      channels > 0 && epsilon > 0 && (0...1).contains(momentum),
      "BatchNorm: wants channels and epsilon positive and momentum in 0...1, "
        + "got \(channels), \(epsilon) and \(momentum)")
    self.epsilon = epsilon
    self.momentum = momentum
    self.activation = activation
    scale = .ones([channels])
    shift = .zeros([channels])
  }

  /// The output, what the backward pass needs, and the state after this batch (the same one in evaluation).
  ///
  /// In training the batch has at least two numbers per channel.
  public func forward(_ x: Tensor<Scalar>, _ state: State, mode: Mode)
    -> (y: Tensor<Scalar>, tape: Tape, state: State)
  {
    let channels = scale.count
    require(
      x.rank >= 2 && x.shape[x.rank - 1] == channels,
      "BatchNorm.forward: x must be [batch, …, \(channels)], got \(x.shape)")
    require(
      state.mean.shape == [channels] && state.variance.shape == [channels],
      "BatchNorm.forward: the state must have \(channels) channels, "
        + "got \(state.mean.shape) and \(state.variance.shape)")
    var (mean, variance, next) = (state.mean, state.variance, state)
    if mode == .training {
      let count = x.count / channels
      require(
        count > 1,
        "BatchNorm.forward: training wants at least two numbers per channel, got \(x.shape)")
      (mean, variance) = moments(x)
      let (kept, taken) = (Scalar(1 - momentum), Scalar(momentum))
      let unbiased = Scalar(Double(count) / Double(count - 1))
      next.mean = state.mean * kept + mean * taken
      next.variance = state.variance * kept + variance * (unbiased * taken)
    }
    let inverse = (variance + Scalar(epsilon)).map { 1 / $0.squareRoot() }
    let tape = Tape(x: x, mean: mean, inverse: inverse, mode: mode)
    return (output(tape), tape, next)
  }

  /// The output of the pass that a tape is of, recomputed with the present scale and shift.
  public func output(_ tape: Tape) -> Tensor<Scalar> {
    let factor = scale * tape.inverse
    let blocks = PixelBlocks(tape.x)
    return Tensor(shape: tape.x.shape) { y in
      guard let start = y.baseAddress, y.count > 0 else { return }
      let y = SharedAddress(start)
      parallel(over: blocks.count) { block in
        let (offset, pixels) = blocks[block]
        affine(tape, factor, offset, y.address + offset, pixels)
        activation.apply(
          UnsafePointer(y.address + offset), y.address + offset, pixels * blocks.channels)
      }
    }
  }

  /// With `du = dy f′`, `g = du · scale` and `x̂` the normalised input, in training
  /// `dx = (g − mean(g) − x̂ mean(g x̂))/√(variance + epsilon)`, in evaluation `dx = g/√(variance + epsilon)`;
  /// `dScale = Σ du x̂`, `dShift = Σ du`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    require(
      dy.shape == tape.x.shape, "BatchNorm.backward: dy must be \(tape.x.shape), got \(dy.shape)")
    let channels = scale.count
    let factor = scale * tape.inverse
    let blocks = PixelBlocks(dy)
    var gradient = Gradient.zeros(of: self)
    let dx = Tensor<Scalar>(shape: dy.shape) { dx in
      guard let start = dx.baseAddress, dx.count > 0 else { return }
      let dx = SharedAddress(start)
      // du stands in the memory of dx between the two passes.
      let sums = blocks.sums(2 * channels) { block, sums in
        let (offset, pixels) = blocks[block]
        outputGradient(dy, tape, factor, offset, dx.address + offset, pixels)
        tape.x.withUnsafeBufferPointer { x in
          tape.mean.withUnsafeBufferPointer {
            Scalar.channelProducts(
              dx.address + offset, x.baseAddress! + offset, about: $0.baseAddress!, rows: pixels,
              channels: channels, into: sums + channels, sums)
          }
        }
      }
      let inverse = tape.inverse.scalars
      gradient.scale = Tensor((0..<channels).map { Scalar(sums[$0] * Double(inverse[$0])) })
      gradient.shift = Tensor((0..<channels).map { Scalar(sums[channels + $0]) })
      let share = tape.mode == .training ? -1 / Scalar(blocks.pixels) : 0
      let slope = factor * tape.inverse * gradient.scale * share
      let constant = factor * gradient.shift * share
      parallel(over: blocks.count) { block in
        let (offset, pixels) = blocks[block]
        combine(tape, factor, slope, constant, offset, dx.address + offset, pixels)
      }
    }
    return (dx, gradient)
  }

  /// The mean and the biased variance of each channel.
  private func moments(_ x: Tensor<Scalar>) -> (mean: Tensor<Scalar>, variance: Tensor<Scalar>) {
    let blocks = PixelBlocks(x)
    let channels = blocks.channels
    let count = Double(blocks.pixels)
    let sums = blocks.sums(channels) { block, sums in
      let (offset, pixels) = blocks[block]
      x.withUnsafeBufferPointer {
        Scalar.channelSums($0.baseAddress! + offset, rows: pixels, channels: channels, into: sums)
      }
    }
    let mean = Tensor<Scalar>(sums.map { Scalar($0 / count) })
    let squares = blocks.sums(channels) { block, squares in
      let (offset, pixels) = blocks[block]
      x.withUnsafeBufferPointer { x in
        mean.withUnsafeBufferPointer {
          Scalar.channelSquares(
            x.baseAddress! + offset, about: $0.baseAddress!, rows: pixels, channels: channels,
            into: squares)
        }
      }
    }
    return (mean, Tensor(squares.map { Scalar($0 / count) }))
  }

  /// `(x − mean) factor + shift` for a block.
  private func affine(
    _ tape: Tape, _ factor: Tensor<Scalar>, _ offset: Int, _ y: UnsafeMutablePointer<Scalar>,
    _ pixels: Int
  ) {
    tape.x.withUnsafeBufferPointer { x in
      tape.mean.withUnsafeBufferPointer { mean in
        factor.withUnsafeBufferPointer { factor in
          shift.withUnsafeBufferPointer { shift in
            Scalar.channelAffine(
              x.baseAddress! + offset, mean: mean.baseAddress!, scale: factor.baseAddress!,
              shift: shift.baseAddress!, y, rows: pixels, channels: factor.count)
          }
        }
      }
    }
  }

  /// `du = dy f′` for a block; what the activation kept is recomputed.
  private func outputGradient(
    _ dy: Tensor<Scalar>, _ tape: Tape, _ factor: Tensor<Scalar>, _ offset: Int,
    _ du: UnsafeMutablePointer<Scalar>, _ pixels: Int
  ) {
    let count = pixels * factor.count
    dy.withUnsafeBufferPointer { dy in
      let dy = dy.baseAddress! + offset
      if activation == .identity { return du.update(from: dy, count: count) }
      withScratch(count, of: Scalar.self) { kept in
        affine(tape, factor, offset, kept, pixels)
        if !activation.keepsInput { activation.apply(UnsafePointer(kept), kept, count) }
        activation.differentiate(UnsafePointer(kept), dy, du, count)
      }
    }
  }

  /// `dx = factor du + slope (x − mean) + constant` for a block, in place of `du`.
  private func combine(
    _ tape: Tape, _ factor: Tensor<Scalar>, _ slope: Tensor<Scalar>, _ constant: Tensor<Scalar>,
    _ offset: Int, _ dx: UnsafeMutablePointer<Scalar>, _ pixels: Int
  ) {
    tape.x.withUnsafeBufferPointer { x in
      tape.mean.withUnsafeBufferPointer { mean in
        factor.withUnsafeBufferPointer { factor in
          slope.withUnsafeBufferPointer { slope in
            constant.withUnsafeBufferPointer { constant in
              Scalar.channelCombine(
                dx, factor.baseAddress!, x.baseAddress! + offset, mean: mean.baseAddress!,
                slope.baseAddress!, shift: constant.baseAddress!, elu: nil, dx,
                rows: pixels, channels: factor.count)
            }
          }
        }
      }
    }
  }
}
