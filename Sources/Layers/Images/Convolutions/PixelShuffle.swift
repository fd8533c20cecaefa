import TensorCore

/// Blocks of channels laid out as pixels, as PyTorch's `PixelShuffle(r)` (Shi and others 2016):
/// `y[h r + i, w r + j, c] = x[h, w, c r² + i r + j]`.
///
/// `x` is `[batch, height, width, channels · r²]`, `y` `[batch, height · r, width · r, channels]`.
public struct PixelShuffle<Scalar: TensorScalar>: Layer {
  /// Nothing is kept: the backward pass is the inverse permutation.
  public struct Tape: Sendable {}

  /// `r`, the factor of each side.
  public let factor: Int

  /// The layer for a factor of at least 1.
  public init(factor: Int) {
    require(factor >= 1, "PixelShuffle: the factor must be at least 1, got \(factor)")
    self.factor = factor
  }

  /// `y[h r + i, w r + j, c] = x[h, w, c r² + i r + j]`.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let area = factor * factor
    require(
      x.rank == 4 && x.shape[3] % area == 0,
      "PixelShuffle.forward: x must be [batch, height, width, a multiple of \(area)], got \(x.shape)"
    )
    let y = Tensor<Scalar>(
      shape: [x.shape[0], x.shape[1] * factor, x.shape[2] * factor, x.shape[3] / area]
    ) { y in
      guard y.count > 0 else { return }
      x.withUnsafeBufferPointer {
        permute($0.baseAddress!, y.baseAddress!, x.shape, isForward: true)
      }
    }
    return (y, Tape())
  }

  /// `dx[h, w, c r² + i r + j] = dy[h r + i, w r + j, c]`.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  { (inputGradient(dy), Gradient(of: self)) }

  /// `dx` alone: the inverse permutation, for which no tape is needed.
  public func inputGradient(_ dy: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      dy.rank == 4 && dy.shape[1] % factor == 0 && dy.shape[2] % factor == 0,
      "PixelShuffle.backward: dy must have sides of multiples of \(factor), got \(dy.shape)")
    let shape: Shape = [
      dy.shape[0], dy.shape[1] / factor, dy.shape[2] / factor, dy.shape[3] * factor * factor,
    ]
    return Tensor<Scalar>(shape: shape) { dx in
      guard dx.count > 0 else { return }
      dy.withUnsafeBufferPointer {
        permute($0.baseAddress!, dx.baseAddress!, shape, isForward: false)
      }
    }
  }

  /// Copies between the input's order, of shape `shape`, and the output's.
  private func permute(
    _ source: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>, _ shape: Shape,
    isForward: Bool
  ) {
    let (source, target) = (SharedAddress(source), SharedAddress(target))
    let (height, width) = (shape[1], shape[2])
    let channels = shape[3] / (factor * factor)
    parallel(over: shape[0] * height) { line in
      let start = line * width * shape[3]
      permuteLine(
        source.address + start, target.address + start, width: width, channels: channels,
        isForward: isForward)
    }
  }

  /// One row of the input, which is `factor` rows of the output.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func permuteLine(
    _ source: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>, width: Int,
    channels: Int, isForward: Bool
  ) {
    let r = factor
    for i in 0..<r {
      for w in 0..<width {
        for j in 0..<r {
          let pixels = (i * width * r + w * r + j) * channels
          let blocks = w * channels * r * r + i * r + j
          if isForward {
            for c in 0..<channels { target[pixels + c] = source[blocks + c * r * r] }
          } else {
            for c in 0..<channels { target[blocks + c * r * r] = source[pixels + c] }
          }
        }
      }
    }
  }
}
