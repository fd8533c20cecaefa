import Layers
import TensorCore

extension SPACE {
  /// The loss of the background alone, its terms and its gradient, as if the scene held no object.
  ///
  /// `−Σ log Σ_k (π_k + ε) N(x; c_k, σ_b²) + KL of masks + KL of components`, an image; the loss is the mean. No foreground is
  /// computed, and its terms are 0. This is not in the paper: where alpha is held at first, the foreground learns whatever the
  /// background does not draw yet, and keeps it; lanes and land of a game are then drawn by cells. A background that was
  /// trained for some hundred steps leaves it the objects.
  ///
  /// - Parameters:
  ///   - x: `[batch, side, side, 3]`
  ///   - noise: that of ``backgroundNoise(batch:random:)``
  public func evaluateBackground(
    _ x: Tensor<Scalar>, _ noise: Background<Scalar>.Noise, _ state: State,
    mode: BatchNorm<Scalar>.Mode = .training
  ) -> (terms: Terms, gradient: Background<Scalar>.Gradient, state: State) {
    let batch = check(x)
    let weight = 1 / Scalar(batch)
    let mixture = GaussianMixture<Scalar>(deviation: settings.backgroundDeviation)
    let (behind, tape, next) = background.forward(x, noise, state, mode: mode)
    let (logDensity, mixtureTape) = mixture.forward(
      x, means: behind.components, weights: behind.weights)
    let d = mixture.backward(Tensor(shape: x.shape, repeating: -weight), through: mixtureTape)
    let gradient = background.backward(
      dWeights: d.dWeights, dComponents: d.dMeans, weight: weight, through: consume tape)
    let error = x - behind.image
    let squares = error * error
    var terms = Terms()
    for index in 0..<batch {
      let image = index..<index + 1
      terms.logLikelihood.append(doubleSum(logDensity.rows(image)))
      terms.squaredError.append(doubleSum(squares.rows(image)))
      terms.backgroundEntropy.append(entropy(behind.weights.rows(image)))
    }
    terms.masks = behind.maskDivergence
    terms.components = behind.componentDivergence
    let none = [Double](repeating: 0, count: batch)
    (terms.presence, terms.depth, terms.scale, terms.shift) = (none, none, none, none)
    (terms.what, terms.boundary, terms.alpha, terms.present) = (none, none, none, none)
    return (terms, gradient, next)
  }

  /// What the background alone makes of images: no object, alpha 0, and the likelihood of ``evaluateBackground(_:_:_:mode:)``.
  ///
  /// While it has its head start this is what has been trained; ``decompose(_:_:latents:)`` would draw objects that nobody taught.
  public func decomposeBackground(
    _ x: Tensor<Scalar>, _ state: State, latents: SceneLatents
  ) -> SceneDecomposition<Scalar> {
    let batch = check(x)
    let noise: Background<Scalar>.Noise =
      switch latents {
      case .samples(let random): backgroundNoise(batch: batch, random: random)
      case .means: .zeros(architecture, batch: batch)
      }
    let behind = background.forward(x, noise, state, mode: .evaluation).output
    let logDensity = GaussianMixture<Scalar>(deviation: settings.backgroundDeviation).forward(
      x, means: behind.components, weights: behind.weights
    ).logDensity
    let nowhere = [Int](repeating: -1, count: architecture.image.area)
    return SceneDecomposition(
      reconstruction: behind.image,
      foreground: (.zeros(x.shape), .zeros([batch, x.shape[1], x.shape[2], 1])),
      masks: behind.weights, appearances: behind.components,
      objects: Array(repeating: [], count: batch), owners: Array(repeating: nowhere, count: batch),
      logLikelihood: (0..<batch).map { doubleSum(logDensity.rows($0..<$0 + 1)) })
  }
}
