import TestSupport
import Testing

@testable import Scenes

@Suite struct BroadcastDecoderTests {
  /// The decoder as it is written down: `z` at every pixel, the coordinates beside it, the layers one after the other.
  private func plain(
    _ decoder: BroadcastDecoder<Double>, _ z: Tensor<Double>,
    _ states: [BatchNorm<Double>.State], mode: BatchNorm<Double>.Mode
  ) -> (colours: Tensor<Double>, states: [BatchNorm<Double>.State]) {
    let (rows, extent) = (z.shape[0], decoder.side + 8)
    let line = Tensor<Double>.linspace(-1, 1, count: extent)
    let zeros = Tensor<Double>.zeros([rows, extent, extent, 1])
    var y = Tensor.concatenate(
      [
        z.reshaped(to: [rows, 1, 1, z.shape[1]]) + zeros,
        line.reshaped(to: [1, 1, extent, 1]) + zeros,
        line.reshaped(to: [1, extent, 1, 1]) + zeros,
      ], along: 3)
    var next: [BatchNorm<Double>.State] = []
    let stages =
      [(decoder.first, decoder.firstNorm)]
      + decoder.rest.stages.map { ($0.convolution, $0.norm) }
    for (index, (convolution, norm)) in stages.enumerated() {
      let (output, _, state) = norm.forward(convolution(y), states[index], mode: mode)
      y = output
      next.append(state)
    }
    return (decoder.last(y), next)
  }

  @Test(arguments: [BatchNorm<Double>.Mode.training, .evaluation])
  func splitConvolutionEqualsTheBroadcastOne(mode: BatchNorm<Double>.Mode) {
    let decoder = BroadcastDecoder<Double>(
      side: 9, latents: 5, channels: 6, random: Philox(seed: 2))
    let z: Tensor<Double> = normal([4, 5], "z")
    let (first, _, states) = decoder.forward(z, decoder.initialState, mode: .training)
    let (colours, _, next) =
      mode == .training
      ? (first, (), states)
      : {
        let (y, _, s) = decoder.forward(z, states, mode: mode); return (y, (), s)
      }()
    let before = mode == .training ? decoder.initialState : states
    let expected = plain(decoder, z, before, mode: mode)
    expectClose(colours, expected.colours, within: 1e-13)
    for (a, b) in zip(next, expected.states) {
      expectClose(a.mean, b.mean, within: 1e-13)
      expectClose(a.variance, b.variance, within: 1e-13)
    }
  }
}
