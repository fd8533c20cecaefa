/// A chain of convolutions, each followed by batch normalisation and ELU.
typealias ELUConvolutions<Scalar: TensorScalar> = NormalizedConvolutions<
  Scalar, Convolution<Scalar>
>

extension NormalizedConvolutions where Map == Convolution<Scalar> {
  /// A chain of 3 × 3 convolutions from `widths[0]` channels on; stage `i` draws from the child stream `stage`, `i`.
  init(widths: [Int], strides: PlaneSize, padding: PlaneSize, random: Philox) {
    self.init(
      stages: (0..<widths.count - 1).map { index in
        Stage(
          convolution: Convolution(
            inputs: widths[index], outputs: widths[index + 1], kernel: 3, strides: strides,
            padding: padding, random: random.stream("stage", index)),
          norm: BatchNorm(channels: widths[index + 1], activation: .elu(1)))
      })
  }
}
