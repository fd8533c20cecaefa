import Infomin
import Layers
import TensorCore

/// One training step of the networks for disentanglement: 256 images of 32 × 32 pixels and 3 channels, mean squared error and
/// the label's cross-entropy, forward, backward and Adam. The names are those of `infomin_images_torch.py`.
///
/// The dependence is left out: its solve and its objective are cases of their own.
struct ImageStepCase {
  let name: String
  let widthDivisor: Int

  static var all: [BenchmarkCase] {
    [
      ImageStepCase(name: "image-step", widthDivisor: 1),
      ImageStepCase(name: "image-step-quarter", widthDivisor: 4),
    ].map(\.benchmark)
  }

  private static let (images, channels, classes, outputs) = (256, 3, 3, 256)

  private var benchmark: BenchmarkCase {
    BenchmarkCase(name, operations: operations, peer: .script("infomin_images_torch.py")) {
      let random = Philox(seed: 0)
      var stream = random.stream("images")
      let x: Tensor<Float> = stream.uniform(
        shape: [Self.images, 32, 32, Self.channels], in: 0..<1)
      let labels = (0..<Self.images).map { $0 % Self.classes }
      var model = DisentanglingModel<Float>(
        channels: Self.channels, classes: Self.classes, outputs: Self.outputs,
        widthDivisor: widthDivisor, random: random)
      var optimizer = Adam<Float>(learningRate: 5e-4, beta1: 0.5)
      var state = model.initialState
      return {
        let step = model.step(
          x, labels: labels, weights: .init(dependence: 0), dependence: NoDependence(),
          state: state, using: random)
        state = step.state
        optimizer.update(&model, with: step.gradient)
      }
    }
  }

  /// The operations of the convolutions and dense layers, forward once and backward twice but for the images' gradient; taps
  /// that lie outside the planes are counted, as they are for the sake of comparison everywhere.
  private var operations: Double {
    let (a, b, c, d) = (
      64 / widthDivisor, 128 / widthDivisor, 256 / widthDivisor, 512 / widthDivisor
    )
    func taps(_ pixels: Int, _ area: Int, _ inputs: Int, _ outputs: Int) -> Double {
      Double(pixels * area * inputs * outputs)
    }
    let first = taps(1024, 9, Self.channels, a)
    let encoder =
      taps(256, 9, a, b) + taps(64, 9, b, b) + 2 * taps(16, 9, b, b) + taps(16, 9, b, c)
      + taps(4, 9, c, c) + 2 * taps(1, 9, c, c) + taps(1, 1, c, Self.outputs)
    let code = Self.outputs + Self.classes
    let decoder =
      2 * taps(1, 1, code, code) + taps(1, 16, code, d) + taps(16, 16, d, d) + taps(64, 16, d, b)
      + taps(256, 16, b, Self.channels)
    return 2 * Double(Self.images) * (2 * (2 * first + 3 * encoder) + 3 * decoder)
  }
}
