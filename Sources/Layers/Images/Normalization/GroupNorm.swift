import TensorCore

/// Group normalisation (Wu and He 2018), as PyTorch's `GroupNorm`: each sample's groups of neighbouring channels less their
/// mean over their deviation, then scaled and shifted channel by channel.
///
/// `y = (x − mean)/√(variance + epsilon) · scale + shift`, mean and biased variance over the pixels and the channels of a
/// group. `x` and `y` are `[batch, …, channels]`.
public struct GroupNorm<Scalar: TensorScalar>: Layer {
  /// The factor of each channel, `[channels]`.
  public var scale: Tensor<Scalar>
  /// What is added to each channel, `[channels]`.
  public var shift: Tensor<Scalar>
  /// The number of groups.
  public let groups: Int
  /// Added to the variance.
  public let epsilon: Double

  /// The input, and the mean and `1/√(variance + epsilon)` of each channel's group; the output is recomputed from them.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
    let mean, inverse: Tensor<Scalar>

    /// The number of samples.
    public var batch: Int { x.shape[0] }
    /// The input.
    public var input: Tensor<Scalar> { x }

    /// The part of some samples.
    public func samples(_ range: Range<Int>) -> Tape {
      Tape(x: x.rows(range), mean: mean.rows(range), inverse: inverse.rows(range))
    }

    /// One tape for the samples of several, in order.
    public static func concatenate(_ parts: [Tape]) -> Tape {
      if parts.count == 1 { return parts[0] }
      return Tape(
        x: Tensor.concatenate(parts.map(\.x)), mean: Tensor.concatenate(parts.map(\.mean)),
        inverse: Tensor.concatenate(parts.map(\.inverse)))
    }
  }

  /// `scale` and `shift`.
  public static var parts: [Part<Self>] {
    [.tensor("scale", \.scale), .tensor("shift", \.shift)]
  }

  /// The layer before training, with scale 1 and shift 0; the groups divide the channels.
  public init(channels: Int, groups: Int, epsilon: Double = 1e-5) {
    require(
      channels > 0 && groups > 0 && channels % groups == 0,
      "GroupNorm: the groups must divide the channels, got \(groups) groups of \(channels) channels"
    )
    require(epsilon > 0, "GroupNorm: epsilon must be positive, got \(epsilon)")
    self.groups = groups
    self.epsilon = epsilon
    scale = .ones([channels])
    shift = .zeros([channels])
  }

  /// `y = (x − mean)/√(variance + epsilon) · scale + shift`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let tape = statistics(of: x)
    return (output(tape), tape)
  }

  /// The tape alone, for those who make the output when they need it (``output(_:samples:)``).
  public func statistics(of x: Tensor<Scalar>) -> Tape {
    let (batch, pixels, channels) = extents(x)
    var mean = Tensor<Scalar>.zeros([batch, channels])
    var inverse = Tensor<Scalar>.zeros([batch, channels])
    guard x.count > 0 else { return Tape(x: x, mean: mean, inverse: inverse) }
    mean.withUnsafeMutableBufferPointer { mean in
      inverse.withUnsafeMutableBufferPointer { inverse in
        let mean = SharedAddress(mean.baseAddress!)
        let inverse = SharedAddress(inverse.baseAddress!)
        parallel(over: batch) { sample in
          x.withUnsafeBufferPointer {
            measure(
              $0.baseAddress! + sample * pixels * channels, pixels: pixels,
              mean: mean.address + sample * channels, inverse: inverse.address + sample * channels)
          }
        }
      }
    }
    return Tape(x: x, mean: mean, inverse: inverse)
  }

  /// The output of the pass that a tape is of, made with the present scale and shift.
  public func output(_ tape: Tape) -> Tensor<Scalar> { output(tape, samples: 0..<tape.batch) }

  /// The same for some of the samples.
  public func output(_ tape: Tape, samples: Range<Int>) -> Tensor<Scalar> {
    let (_, pixels, channels) = extents(tape.x)
    let first = samples.lowerBound
    return Tensor(shape: tape.x.shape.replacing(axis: 0, with: samples.count)) { y in
      guard let start = y.baseAddress, y.count > 0 else { return }
      let y = SharedAddress(start)
      parallel(over: samples.count) { index in
        let sample = first + index
        tape.x.withUnsafeBufferPointer { x in
          tape.mean.withUnsafeBufferPointer { mean in
            tape.inverse.withUnsafeBufferPointer { inverse in
              normalize(
                x.baseAddress! + sample * pixels * channels, y.address + index * pixels * channels,
                pixels: pixels, mean: mean.baseAddress! + sample * channels,
                inverse: inverse.baseAddress! + sample * channels)
            }
          }
        }
      }
    }
  }

  /// With `g = dy · scale` and `x̂` the normalised input: `dx = (g − mean(g) − x̂ mean(g x̂))/√(variance + epsilon)`,
  /// `dScale = Σ dy x̂`, `dShift = Σ dy`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  { backward(dy, through: tape, behind: .identity) }

  /// The same through the activation whose output is the norm's input: `dx` is the gradient before it.
  ///
  /// The activation is one whose derivative follows from its output; that of ELU and CELU is found in the same pass.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape, behind activation: Activation)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    require(
      !activation.keepsInput,
      "GroupNorm.backward: the activation must be differentiated from its output, got \(activation)"
    )
    let elu = activation.exponential(as: Scalar.self)
    if elu == nil && activation != .identity {
      let (d, gradient) = backward(dy, through: tape)
      return (activation.parallelBackward(d, kept: tape.x), gradient)
    }
    let (batch, pixels, channels) = extents(tape.x)
    require(
      dy.shape == tape.x.shape, "GroupNorm.backward: dy must be \(tape.x.shape), got \(dy.shape)")
    var partial: [[Double]] = []
    let dx = Tensor<Scalar>(shape: dy.shape) { dx in
      guard let start = dx.baseAddress, dx.count > 0 else { return }
      let dx = SharedAddress(start)
      partial = parallelMap(over: batch) { sample in
        let offset = sample * pixels * channels
        return dy.withUnsafeBufferPointer { dy in
          tape.x.withUnsafeBufferPointer { x in
            tape.mean.withUnsafeBufferPointer { mean in
              tape.inverse.withUnsafeBufferPointer { inverse in
                differentiate(
                  dy.baseAddress! + offset, x.baseAddress! + offset, elu: elu,
                  dx.address + offset, pixels: pixels, mean: mean.baseAddress! + sample * channels,
                  inverse: inverse.baseAddress! + sample * channels)
              }
            }
          }
        }
      }
    }
    return (dx, gradient(sums: partial))
  }

  /// The sum, in order, of parts that hold `dScale` and then `dShift`.
  private func gradient(sums parts: [[Double]]) -> Gradient {
    let channels = scale.count
    var total = [Double](repeating: 0, count: 2 * channels)
    for part in parts { for i in total.indices { total[i] += part[i] } }
    let numbers = Tensor<Scalar>(total.map { Scalar($0) })
    return Gradient(of: self) {
      $0.scale = numbers.rows(0..<channels)
      $0.shift = numbers.rows(channels..<2 * channels)
    }
  }

  private func extents(_ x: Tensor<Scalar>) -> (batch: Int, pixels: Int, channels: Int) {
    let channels = scale.count
    require(
      x.rank >= 2 && x.shape[x.rank - 1] == channels,
      "GroupNorm.forward: x must be [batch, …, \(channels)], got \(x.shape)")
    return (x.shape[0], x.shape[0] == 0 ? 0 : x.count / (x.shape[0] * channels), channels)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func measure(
    _ x: UnsafePointer<Scalar>, pixels: Int, mean: UnsafeMutablePointer<Scalar>,
    inverse: UnsafeMutablePointer<Scalar>
  ) {
    let channels = scale.count
    let width = channels / groups
    var sums = [Double](repeating: 0, count: 2 * channels)
    let count = Double(pixels * width)
    sums.withUnsafeMutableBufferPointer { sums in
      let (first, second) = (sums.baseAddress!, sums.baseAddress! + channels)
      Scalar.channelSums(x, rows: pixels, channels: channels, into: first)
      for start in stride(from: 0, to: channels, by: width) {
        var total = 0.0
        for c in start..<start + width { total += first[c] }
        for c in start..<start + width { mean[c] = Scalar(total / count) }
      }
      Scalar.channelSquares(x, about: mean, rows: pixels, channels: channels, into: second)
      for start in stride(from: 0, to: channels, by: width) {
        var total = 0.0
        for c in start..<start + width { total += second[c] }
        let value = Scalar(1 / (total / count + epsilon).squareRoot())
        for c in start..<start + width { inverse[c] = value }
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func normalize(
    _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>, pixels: Int,
    mean: UnsafePointer<Scalar>, inverse: UnsafePointer<Scalar>
  ) {
    let channels = scale.count
    withScratch(channels, of: Scalar.self) { factor in
      scale.withUnsafeBufferPointer { scale in
        shift.withUnsafeBufferPointer { shift in
          for c in 0..<channels { factor[c] = scale[c] * inverse[c] }
          Scalar.channelAffine(
            x, mean: mean, scale: factor, shift: shift.baseAddress!, y, rows: pixels,
            channels: channels)
        }
      }
    }
  }

  /// Writes a sample's `dx`; returns its part of `dScale`, then of `dShift`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func differentiate(
    _ dy: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>, elu: (alpha: Scalar, rate: Scalar)?,
    _ dx: UnsafeMutablePointer<Scalar>, pixels: Int, mean: UnsafePointer<Scalar>,
    inverse: UnsafePointer<Scalar>
  ) -> [Double] {
    let channels = scale.count
    let width = channels / groups
    let count = Double(pixels * width)
    var sums = [Double](repeating: 0, count: 2 * channels)
    sums.withUnsafeMutableBufferPointer { sums in
      let (products, totals) = (sums.baseAddress!, sums.baseAddress! + channels)
      Scalar.channelProducts(
        dy, x, about: mean, rows: pixels, channels: channels, into: totals, products)
      for c in 0..<channels { products[c] *= Double(inverse[c]) }
    }
    withScratch(3 * channels, of: Scalar.self) { factors in
      let (a, b, constant) = (factors, factors + channels, factors + 2 * channels)
      scale.withUnsafeBufferPointer { scale in
        for start in stride(from: 0, to: channels, by: width) {
          var (product, total) = (0.0, 0.0)
          for c in start..<start + width {
            product += Double(scale[c]) * sums[c]
            total += Double(scale[c]) * sums[channels + c]
          }
          let value = Double(inverse[start])
          for c in start..<start + width {
            a[c] = scale[c] * inverse[c]
            b[c] = Scalar(-value * value * product / count)
            constant[c] = Scalar(-value * total / count)
          }
        }
      }
      Scalar.channelCombine(
        dy, a, x, mean: mean, b, shift: constant, elu: elu, dx, rows: pixels,
        channels: channels)
    }
    return sums
  }
}
