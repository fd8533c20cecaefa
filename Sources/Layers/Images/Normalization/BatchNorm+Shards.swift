import TensorCore

/// The same normalisation over a batch that is held in parts, each of some images: nothing of the batch's size is copied.
///
/// The moments of the parts, merged in their order, give the statistics; outputs are computed part by part, and again wherever
/// they are read again. Going back, each part gives its ``ChannelSums``, and their total the terms of every part's `dx`.
/// All functions run on the calling thread.
extension BatchNorm {
  /// The number of pixels of a part of a batch, and each channel's mean and sum of squares about it.
  public struct Moments: Sendable {
    /// The pixels.
    public private(set) var count: Int
    /// The mean of each channel.
    public private(set) var mean: [Double]
    /// `Σ (x − mean)²` of each channel.
    public private(set) var squares: [Double]

    /// Moments of these parts.
    public init(count: Int, mean: [Double], squares: [Double]) {
      self.count = count
      self.mean = mean
      self.squares = squares
    }

    /// The moments of the numbers of `x`, `[…, channels]`.
    public init(_ x: Tensor<Scalar>) {
      let blocks = PixelBlocks(x)
      self.init(
        count: 0, mean: Array(repeating: 0, count: blocks.channels),
        squares: Array(repeating: 0, count: blocks.channels))
      for block in 0..<blocks.count {
        let (offset, pixels) = blocks[block]
        x.withUnsafeBufferPointer {
          merge(Self($0.baseAddress! + offset, pixels: pixels, channels: blocks.channels))
        }
      }
    }

    /// The moments of a block that the cache holds: it is read twice.
    private init(_ x: UnsafePointer<Scalar>, pixels: Int, channels: Int) {
      var sums = [Double](repeating: 0, count: channels)
      var squares = sums
      let mean = sums.withUnsafeMutableBufferPointer { sums in
        Scalar.channelSums(x, rows: pixels, channels: channels, into: sums.baseAddress!)
        return Tensor<Scalar>(sums.map { Scalar($0 / Double(pixels)) })
      }
      squares.withUnsafeMutableBufferPointer { squares in
        mean.withUnsafeBufferPointer { mean in
          Scalar.channelSquares(
            x, about: mean.baseAddress!, rows: pixels, channels: channels,
            into: squares.baseAddress!)
        }
      }
      let rounded = mean.scalars
      self.init(
        count: pixels, mean: sums.map { $0 / Double(pixels) },
        squares: (0..<channels).map { c in
          // The squares were taken about a rounded mean.
          let difference = Double(rounded[c]) - sums[c] / Double(pixels)
          return max(0, squares[c] - Double(pixels) * difference * difference)
        })
    }

    /// Adds the moments of another part (Chan, Golub, LeVeque 1983).
    public mutating func merge(_ other: Moments) {
      let total = Double(count + other.count)
      guard other.count > 0 else { return }
      for c in mean.indices {
        let difference = other.mean[c] - mean[c]
        mean[c] += difference * Double(other.count) / total
        squares[c] +=
          other.squares[c] + difference * difference * Double(count) * Double(other.count) / total
      }
      count += other.count
    }
  }

  /// The statistics that a batch is normalised with.
  public struct Statistics: Sendable {
    /// The mean of each channel, `[channels]`.
    public let mean: Tensor<Scalar>
    /// `1/√(variance + epsilon)` of each channel, `[channels]`.
    public let inverse: Tensor<Scalar>
    /// The pixels of the batch that the statistics depend on; 0 in evaluation, where they are constants.
    public let count: Int

    /// The statistics by which `x + addend` is normalised if `x` is handed over; `addend` is `[channels]`.
    public func adding(_ addend: Tensor<Scalar>) -> Statistics {
      Statistics(mean: mean - addend, inverse: inverse, count: count)
    }
  }

  /// The statistics of a batch of these parts, and the state after it; in evaluation the parts are not looked at.
  public func statistics(of parts: [Moments], _ state: State, mode: Mode) -> (Statistics, State) {
    var (mean, variance, count, next) = (state.mean, state.variance, 0, state)
    if mode == .training {
      require(!parts.isEmpty, "BatchNorm.statistics: training wants at least one part")
      let total = parts.dropFirst().reduce(into: parts[0]) { $0.merge($1) }
      count = total.count
      require(
        count > 1 && total.mean.count == scale.count,
        "BatchNorm.statistics: training wants at least two numbers for each of \(scale.count) channels, "
          + "got \(count) for \(total.mean.count)")
      mean = Tensor(total.mean.map { Scalar($0) })
      variance = Tensor(total.squares.map { Scalar($0 / Double(count)) })
      let (kept, taken) = (Scalar(1 - momentum), Scalar(momentum))
      let unbiased = Scalar(Double(count) / Double(count - 1))
      next.mean = state.mean * kept + mean * taken
      next.variance = state.variance * kept + variance * (unbiased * taken)
    }
    let inverse = (variance + Scalar(epsilon)).map { 1 / $0.squareRoot() }
    return (Statistics(mean: mean, inverse: inverse, count: count), next)
  }

  /// The output of a part.
  public func output(_ x: Tensor<Scalar>, _ statistics: Statistics) -> Tensor<Scalar> {
    let factor = scale * statistics.inverse
    let blocks = PixelBlocks(x)
    return Tensor(shape: x.shape) { y in
      x.withUnsafeBufferPointer { x in
        statistics.mean.withUnsafeBufferPointer { mean in
          factor.withUnsafeBufferPointer { factor in
            shift.withUnsafeBufferPointer { shift in
              for block in 0..<blocks.count {
                let (offset, pixels) = blocks[block]
                let target = y.baseAddress! + offset
                Scalar.channelAffine(
                  x.baseAddress! + offset, mean: mean.baseAddress!, scale: factor.baseAddress!,
                  shift: shift.baseAddress!, target, rows: pixels, channels: blocks.channels)
                activation.apply(UnsafePointer(target), target, pixels * blocks.channels)
              }
            }
          }
        }
      }
    }
  }

  /// Each channel's sums of `du` and of `du (x − mean)` over the pixels of a part, with `du` the gradient before the
  /// activation.
  public struct ChannelSums: Sendable {
    /// `Σ du`.
    public internal(set) var gradient: [Double]
    /// `Σ du (x − mean)`.
    public internal(set) var product: [Double]

    /// Adds the sums of another part.
    public static func += (total: inout ChannelSums, part: ChannelSums) {
      for c in total.gradient.indices {
        total.gradient[c] += part.gradient[c]
        total.product[c] += part.product[c]
      }
    }
  }

  /// `du = dy f′` of a part, in the memory of `dy` if the caller gives it away, and its sums; `y` is ``output(_:_:)``.
  ///
  /// The activation is one whose derivative follows from its output.
  public func outputGradient(
    _ dy: consuming Tensor<Scalar>, y: Tensor<Scalar>, x: Tensor<Scalar>, _ statistics: Statistics
  ) -> (du: Tensor<Scalar>, sums: ChannelSums) {
    require(
      y.count == x.count && dy.count == x.count && !activation.keepsInput,
      "BatchNorm.outputGradient: wants dy, y and x of one shape and an activation that keeps its output, "
        + "got \(dy.shape), \(y.shape), \(x.shape) and \(activation)")
    let blocks = PixelBlocks(x)
    let channels = blocks.channels
    var sums = ChannelSums(
      gradient: Array(repeating: 0, count: channels), product: Array(repeating: 0, count: channels))
    var du = consume dy
    du.withUnsafeMutableBufferPointer { du in
      y.withUnsafeBufferPointer { y in
        x.withUnsafeBufferPointer { x in
          statistics.mean.withUnsafeBufferPointer { mean in
            sums.gradient.withUnsafeMutableBufferPointer { gradient in
              sums.product.withUnsafeMutableBufferPointer { product in
                for block in 0..<blocks.count {
                  let (offset, pixels) = blocks[block]
                  let target = du.baseAddress! + offset
                  differentiateInPlace(y.baseAddress! + offset, target, pixels * channels)
                  Scalar.channelProducts(
                    target, x.baseAddress! + offset, about: mean.baseAddress!, rows: pixels,
                    channels: channels, into: gradient.baseAddress!, product.baseAddress!)
                }
              }
            }
          }
        }
      }
    }
    return (du, sums)
  }

  /// `dx = factor du + slope (x − mean) + constant` for every pixel of the batch, each `[channels]`.
  public struct InputTerms: Sendable {
    /// `scale/√(variance + epsilon)`.
    public let factor: Tensor<Scalar>
    /// What comes by way of the variance; 0 in evaluation.
    public let slope: Tensor<Scalar>
    /// What comes by way of the mean; 0 in evaluation.
    public let constant: Tensor<Scalar>

    /// Terms of these parts.
    public init(factor: Tensor<Scalar>, slope: Tensor<Scalar>, constant: Tensor<Scalar>) {
      self.factor = factor
      self.slope = slope
      self.constant = constant
    }
  }

  /// The gradient of scale and shift, the terms of `dx`, and `Σ dx` over the batch, from the sums of the whole batch.
  ///
  /// In training `Σ dx` is 0, exactly: what is added to all pixels before the norm changes nothing behind it.
  public func gradient(of sums: ChannelSums, _ statistics: Statistics)
    -> (gradient: Gradient, terms: InputTerms, total: Tensor<Scalar>)
  {
    let inverse = statistics.inverse.scalars
    let gradient = Gradient(of: self) {
      $0.scale = Tensor(zip(sums.product, inverse).map { Scalar($0 * Double($1)) })
      $0.shift = Tensor(sums.gradient.map { Scalar($0) })
    }
    let factor = scale * statistics.inverse
    let share = statistics.count > 0 ? -1 / Scalar(statistics.count) : 0
    let terms = InputTerms(
      factor: factor, slope: factor * statistics.inverse * gradient.scale * share,
      constant: factor * gradient.shift * share)
    let total = statistics.count > 0 ? Tensor.zeros(factor.shape) : factor * gradient.shift
    return (gradient, terms, total)
  }

  /// `dx` of a part, in the memory of `du` if the caller gives it away.
  public func inputGradient(
    _ du: consuming Tensor<Scalar>, x: Tensor<Scalar>, _ statistics: Statistics, _ terms: InputTerms
  ) -> Tensor<Scalar> {
    require(
      du.count == x.count,
      "BatchNorm.inputGradient: wants du and x of one shape, got \(du.shape) and \(x.shape)")
    let channels = scale.count
    var dx = consume du
    dx.withUnsafeMutableBufferPointer { dx in
      x.withUnsafeBufferPointer { x in
        statistics.mean.withUnsafeBufferPointer { mean in
          terms.factor.withUnsafeBufferPointer { factor in
            terms.slope.withUnsafeBufferPointer { slope in
              terms.constant.withUnsafeBufferPointer { constant in
                guard let start = dx.baseAddress, dx.count > 0 else { return }
                Scalar.channelCombine(
                  start, factor.baseAddress!, x.baseAddress!, mean: mean.baseAddress!,
                  slope.baseAddress!, shift: constant.baseAddress!, elu: nil, start,
                  rows: dx.count / channels, channels: channels)
              }
            }
          }
        }
      }
    }
    return dx
  }

  /// `d ← d f′` from the output `y`.
  private func differentiateInPlace(
    _ y: UnsafePointer<Scalar>, _ d: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    switch activation {
    case .identity: return
    case .elu, .celu:
      let (alpha, rate): (Scalar, Scalar) = activation.exponential()!
      Scalar.eluBackward(y, d, alpha: alpha, rate: rate, d, count)
    default:
      withScratch(count, of: Scalar.self) { copy in
        copy.update(from: d, count: count)
        activation.differentiate(y, copy, d, count)
      }
    }
  }
}
