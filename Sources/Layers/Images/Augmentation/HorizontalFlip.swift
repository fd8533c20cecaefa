import TensorCore

/// Some images of a batch seen in a mirror: `y[r, c] = x[r, width − 1 − c]` for these, `y = x` for the others.
///
/// `x` and `y` are `[batch, height, width, channels]`.
public struct HorizontalFlip<Scalar: TensorScalar>: Layer {
  /// Whether each image is mirrored.
  public let isFlipped: [Bool]

  /// The shape of the input.
  public struct Tape: Sendable {
    let shape: Shape
  }

  /// The layer that mirrors the images that are marked.
  public init(isFlipped: [Bool]) { self.isFlipped = isFlipped }

  /// Each image is mirrored with this probability; image `i` draws from the child stream `flip`, `i`.
  public init(probability: Double = 0.5, images: Int, using random: Philox) {
    require(
      (0...1).contains(probability),
      "HorizontalFlip: the probability must be in 0...1, got \(probability)")
    self.init(
      isFlipped: (0..<images).map { image in
        var stream = random.stream("flip", image)
        return stream.uniform(as: Double.self) < probability
      })
  }

  /// The images, some of them mirrored.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    require(
      x.rank == 4 && x.shape[0] == isFlipped.count,
      "HorizontalFlip.forward: x must be [\(isFlipped.count), height, width, channels], got \(x.shape)"
    )
    return (flipped(x), Tape(shape: x.shape))
  }

  /// `dx`: the gradients, mirrored where the image was.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    require(
      dy.shape == tape.shape, "HorizontalFlip.backward: dy must be \(tape.shape), got \(dy.shape)")
    return (flipped(dy), Gradient(of: self))
  }

  private func flipped(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    x.mappingImages { image, x, y in
      let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
      if !isFlipped[image] { return y.update(from: x.address, count: height * width * channels) }
      for row in 0..<height {
        for column in 0..<width {
          (y + (row * width + column) * channels).update(
            from: x.address + (row * width + width - 1 - column) * channels, count: channels)
        }
      }
    }
  }
}
