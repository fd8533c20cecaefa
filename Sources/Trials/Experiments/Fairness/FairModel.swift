import Infomin
import Layers
import TensorCore

/// The networks of the fairness experiment (spec §8.1).
///
/// Encoder: Linear(d, 200) → Linear(200, 200) → leaky ReLU 0.2 → Linear(200, 80) → sine. Nothing stands between the first two
/// layers, so that ``Layers/PreparedMLP`` multiplies them out exactly: a row costs 3,200 products there and not 43,200.
/// Predictor of the utility: 80 → 100 → 100 → 1, leaky ReLU 0.01, no output bias.
struct FairModel: Parameterized {
  typealias Scalar = Float
  var encoder: MLP<Float>
  var predictor: MLP<Float>

  static var parts: [Part<Self>] {
    [.part("encoder", \.encoder), .part("predictor", \.predictor)]
  }

  init(inputs: Int, _ settings: FairnessConfiguration.Model, random: Philox) {
    encoder = MLP(
      widths: [inputs, settings.hidden, settings.hidden, settings.representation],
      activations: [.identity, .leakyReLU(0.2), .sine], random: random.stream("encoder"))
    predictor = RenyiObjective.network(
      inputs: settings.representation, hidden: [settings.predictor, settings.predictor],
      outputs: 1, random: random.stream("predictor"))
  }

  /// The representation of standardised inputs.
  func encode(_ x: Tensor<Float>) -> Tensor<Float> { encoder.prepared().sharded(x) }
}
