import Layers
import TensorCore

extension ImageDecoder {
  /// What a group of shards adds up at the image: the gradient of the last convolution.
  private struct Image: Sendable {
    var gradient: TransposedConvolution<Scalar>.Gradient?
  }

  /// What a group of shards collects at the first pixel: its gradient, shard by shard.
  private struct Pixel: Sendable {
    var gradients: [Tensor<Scalar>] = []
  }

  /// `dCode` and the gradient of the parameters for `dImage`, `[images, 32, 32, channels]`; a tape given away is freed on the
  /// way.
  public func backward(_ dImage: Tensor<Scalar>, through tape: consuming Tape) -> (
    dCode: Tensor<Scalar>, gradient: Gradient
  ) {
    require(
      dImage.shape == tape.image.shape,
      "ImageDecoder.backward: dImage must be \(tape.image.shape), got \(dImage.shape)")
    let outputs = tape.takeConvolutions()
    let (image, pixel, shards) = (tape.image, tape.pixel, tape.shards)
    let channels = last.outputs
    @Sendable func dLogits(_ shard: Int) -> Tensor<Scalar> {
      last.activation.backward(dImage.rows(shards[shard]), kept: image.rows(shards[shard]))
    }
    let inner = convolutions.backward(
      through: outputs,
      .init(
        above: Image(), below: Pixel(), input: { Self.plane(pixel, shards[$0]) },
        outputGradient: { shard, x in last.inputGradient(dLogits(shard), input: x.shape) },
        outputSums: { shard, x, sum in
          let du = dLogits(shard)
          let own = TransposedConvolution.Gradient(of: last) {
            $0.weight = last.weightGradient(du, x: x)
            $0.bias = du.reshaped(to: [du.count / channels, channels]).sum(along: 0)
          }
          if sum.gradient == nil { sum.gradient = own } else { sum.gradient! += own }
        },
        inputChannels: 0..<second.outputs,
        inputGradient: { _, _, dx, sum in sum.gradients.append(dx) }))
    let dPixel = Tensor.concatenate(inner.below.flatMap(\.gradients))
    let (dNormalized, secondGradient) = second.backward(
      dPixel.reshaped(to: pixel.shape), through: tape.second)
    let (dActivated, normGradient) = norm.backward(dNormalized, through: tape.norm)
    let (dCode, firstGradient) = first.backward(
      Self.slope.backward(dActivated, kept: tape.activated), through: tape.first)
    let ends = inner.above.map { $0.gradient! }
    return (
      dCode,
      Gradient(of: self) {
        $0.first = firstGradient
        $0.norm = normGradient
        $0.second = secondGradient
        $0.convolutions = inner.gradient
        $0.last = ends.dropFirst().reduce(into: ends[0]) { $0 += $1 }
      }
    )
  }
}
