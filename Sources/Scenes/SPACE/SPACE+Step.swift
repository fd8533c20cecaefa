import Layers
import TensorCore

extension Background.State: SceneModelState {}

extension SPACE: SceneModel {
  /// The running statistics of the background.
  public typealias State = Background<Scalar>.State

  /// Height and width of an image.
  public var image: PlaneSize { architecture.image }
  /// The running statistics before training.
  public var initialState: State { background.initialState }

  /// The loss of a batch at a training step, its terms and its gradient.
  public func evaluate(
    _ x: Tensor<Scalar>, at step: Int, _ state: State, random: Philox
  ) -> Evaluation {
    let noise = noise(batch: x.shape[0], random: random.stream("noise", step))
    let (terms, gradient, next) = evaluate(x, noise, at: settings.stage(at: step), state)
    return Evaluation(loss: terms.loss, terms: terms.means, gradient: gradient, state: next)
  }

  /// What a training step finds.
  public struct Evaluation: Sendable {
    /// The number that is differentiated: a mean over the batch, in nats.
    public let loss: Double
    /// Its parts and what else is worth a curve, as means over the batch, in the order of listings.
    public let terms: [(name: String, value: Double)]
    /// The gradient of the loss.
    public let gradient: Gradient
    /// The state after the step.
    public let state: State
  }

  /// The same for noise from outside and at a stage of one's own, with the terms of each image.
  public func evaluate(
    _ x: Tensor<Scalar>, _ noise: Noise, at stage: SPACEStage, _ state: State,
    mode: BatchNorm<Scalar>.Mode = .training, team: Team = .process
  ) -> (terms: Terms, gradient: Gradient, state: State) {
    let batch = check(x)
    let weight = 1 / Scalar(batch)
    let (behind, tape, next) = background.forward(x, noise.background, state, mode: mode)
    let (front, images): (Foreground<Scalar>.Gradient, [ImagePass]) = team.sum(over: batch) {
      evaluate(image: $0, x, noise.foreground, behind, at: stage, weight: weight)
    }
    let backgroundGradient = background.backward(
      dWeights: .concatenate(images.map(\.dWeights)),
      dComponents: .concatenate(images.map(\.dComponents)), weight: weight,
      through: consume tape)
    var terms = Terms()
    terms.appearanceWeight = stage.appearanceWeight
    for image in images { terms.append(image.terms) }
    terms.masks = behind.maskDivergence
    terms.components = behind.componentDivergence
    let gradient = Gradient(of: self) {
      $0.foreground = front
      $0.background = backgroundGradient
    }
    return (terms, gradient, next)
  }

  /// What an image's pass gives beside the foreground's gradient.
  private struct ImagePass {
    let terms: Terms
    let dWeights, dComponents: Tensor<Scalar>
  }

  /// One image's foreground, forward and backward, against the finished background.
  private func evaluate(
    image index: Int, _ batch: Tensor<Scalar>, _ noise: Foreground<Scalar>.Noise,
    _ behind: Background<Scalar>.Output, at stage: SPACEStage, weight: Scalar
  ) -> (gradient: Foreground<Scalar>.Gradient, value: ImagePass) {
    let x = batch.rows(index..<index + 1)
    let weights = behind.weights.rows(index..<index + 1)
    let components = behind.components.rows(index..<index + 1)
    let (front, tape) = foreground.forward(x, noise.images(index..<index + 1), at: stage)
    let alpha =
      stage.fixedAlpha.map { Tensor(shape: front.alpha.shape, repeating: Scalar($0)) }
      ?? front.alpha
    let likelihood = mixture(
      x, front.image, alpha: alpha, weights: weights, components: components)
    let d = likelihood.gradients(
      Tensor(shape: x.shape, repeating: -weight))
    let gradient = foreground.backward(
      dImage: d.image, dAlpha: stage.fixedAlpha == nil ? d.alpha : .zeros(front.alpha.shape),
      weight: weight, through: tape)
    var terms = Terms()
    terms.logLikelihood = [doubleSum(likelihood.logDensity)]
    terms.presence = front.divergence.presence
    terms.depth = front.divergence.depth
    terms.scale = front.divergence.scale
    terms.shift = front.divergence.shift
    terms.what = front.divergence.what
    terms.boundary = front.boundary
    let mean = (weights * components).sum(along: 1)
    let error = x - (alpha * front.image + (Scalar(1) - alpha) * mean)
    terms.squaredError = [doubleSum(error * error)]
    terms.alpha = [doubleSum(front.alpha) / Double(front.alpha.count)]
    terms.present = [Double(front.objects.presenceLogits.scalars.count { $0 > 0 })]
    terms.backgroundEntropy = [entropy(weights)]
    return (
      gradient, ImagePass(terms: terms, dWeights: d.weights, dComponents: d.components)
    )
  }

  /// The entropy of one image's background weights, mean over the pixels.
  func entropy(_ weights: Tensor<Scalar>) -> Double {
    -doubleSum(weights * log(weights + Scalar(1e-12))) / Double(architecture.image.area)
  }

  /// The noise of a batch: a function of the stream and the sample's place alone.
  public func noise(batch: Int, random: Philox) -> Noise {
    Noise(
      foreground: .init(architecture, batch: batch, random: random.stream("foreground")),
      background: backgroundNoise(batch: batch, random: random))
  }

  /// The background's part of it.
  public func backgroundNoise(batch: Int, random: Philox) -> Background<Scalar>.Noise {
    let (count, size) = (architecture.components, SPACEArchitecture.backgroundSize)
    func normal(_ name: String, _ sample: Int, _ shape: Shape) -> Tensor<Scalar> {
      var stream = random.stream(name, sample)
      return stream.normal(shape: shape)
    }
    let masks = (0..<batch).map { normal("masks", $0, [count, 1, size]) }
    let components = (0..<batch).map { normal("components", $0, [1, count, size]) }
    return .init(
      mask: .concatenate(masks, along: 1), component: .concatenate(components, along: 0))
  }

  func check(_ x: Tensor<Scalar>) -> Int {
    let side = architecture.side
    require(
      x.rank == 4 && x.shape.dimensions.dropFirst() == [side, side, 3] && x.shape[0] > 0,
      "SPACE: x must be [batch, \(side), \(side), 3], got \(x.shape)")
    return x.shape[0]
  }
}

/// The sum in double precision, in the order of the elements.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func doubleSum<Scalar: TensorScalar>(_ x: Tensor<Scalar>) -> Double {
  x.withUnsafeBufferPointer { x in
    var sum = 0.0
    for value in x { sum += Double(value) }
    return sum
  }
}

extension SPACE.Terms {
  /// The mean over the batch of `−log p + KL + boundary`, the divergence of appearance weighted.
  public var loss: Double {
    let images = logLikelihood.indices.map { i in
      -logLikelihood[i] + masks[i] + components[i] + presence[i] + depth[i] + scale[i] + shift[i]
        + appearanceWeight * what[i] + boundary[i]
    }
    return images.reduce(0, +) / Double(images.count)
  }

  /// The means over the batch under the names of curves.
  public var means: [(name: String, value: Double)] {
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
    return [
      ("log-likelihood", mean(logLikelihood)), ("KL/presence", mean(presence)),
      ("KL/depth", mean(depth)), ("KL/scale", mean(scale)),
      ("KL/shift", mean(shift)), ("KL/what", mean(what)),
      ("KL/masks", mean(masks)), ("KL/components", mean(components)),
      ("boundary", mean(boundary)), ("squared error", mean(squaredError)),
      ("scene/mean alpha", mean(alpha)), ("scene/objects", mean(present)),
      ("scene/background entropy", mean(backgroundEntropy)),
    ]
  }

  /// Adds another image's terms, but for those of the background, which come for the whole batch.
  mutating func append(_ image: SPACE.Terms) {
    logLikelihood += image.logLikelihood
    presence += image.presence
    depth += image.depth
    scale += image.scale
    shift += image.shift
    what += image.what
    boundary += image.boundary
    squaredError += image.squaredError
    alpha += image.alpha
    present += image.present
    backgroundEntropy += image.backgroundEntropy
  }
}
