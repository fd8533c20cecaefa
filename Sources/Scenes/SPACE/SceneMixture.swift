import Layers
import TensorCore

/// The likelihood of an image under a foreground and a segmented background: the two mixtures, one in the other.
///
/// `log(exp(log N(x; y, σ_f²) + log(α + ε)) + exp(b + log(1 − α + ε)))` with `b` the log-density under
/// `Σ_k π_k N(x; c_k, σ_b²)`; ε is 10⁻⁵ in each logarithm (spec §6).
struct SceneMixture<Scalar: TensorScalar>: Sendable {
  /// The log-density of each number of the image, `[batch, height, width, 3]`.
  let logDensity: Tensor<Scalar>
  private let behind: GaussianMixture<Scalar>
  private let outer: ForegroundMixture<Scalar>
  private let behindTape: GaussianMixture<Scalar>.Tape
  private let outerTape: ForegroundMixture<Scalar>.Tape

  /// The gradients with respect to what the two parts draw.
  struct Gradients {
    let image, alpha, weights, components: Tensor<Scalar>
  }

  init(
    _ x: Tensor<Scalar>, _ image: Tensor<Scalar>, alpha: Tensor<Scalar>, weights: Tensor<Scalar>,
    components: Tensor<Scalar>, settings: SPACESettings
  ) {
    behind = GaussianMixture(deviation: settings.backgroundDeviation)
    outer = ForegroundMixture(deviation: settings.foregroundDeviation)
    let background = behind.forward(x, means: components, weights: weights)
    let whole = outer.forward(x, mean: image, alpha: alpha, background: background.logDensity)
    logDensity = whole.logDensity
    behindTape = background.tape
    outerTape = whole.tape
  }

  /// The gradients for `dy` shaped like ``logDensity``.
  func gradients(_ dy: Tensor<Scalar>) -> Gradients {
    let d = outer.backward(dy, through: outerTape)
    let inner = behind.backward(d.background, through: behindTape)
    return Gradients(
      image: d.mean, alpha: d.alpha, weights: inner.dWeights, components: inner.dMeans)
  }
}

extension SPACE {
  func mixture(
    _ x: Tensor<Scalar>, _ image: Tensor<Scalar>, alpha: Tensor<Scalar>, weights: Tensor<Scalar>,
    components: Tensor<Scalar>
  ) -> SceneMixture<Scalar> {
    SceneMixture(
      x, image, alpha: alpha, weights: weights, components: components, settings: settings)
  }
}
