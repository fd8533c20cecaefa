import Layers
import TensorCore

/// SPACE while it is trained: RMSprop for the foreground, whose rate may rise at first, Adam for the background, and a head start of the
/// background if the settings have one.
public struct SPACETrainer<Scalar: TensorScalar>: SceneTrainer {
  /// The rates (the authors' configuration files; spec §8).
  public struct Rates: Sendable, Hashable {
    /// RMSprop's learning rate for the foreground.
    public var foreground = 1e-5
    /// Steps over which it rises to that, 0 for none: RMSprop's first steps are up to ten times its rate, and of gradients that mostly
    /// shrink boxes to their prior's size.
    public var warmUpSteps = 0
    /// Adam's learning rate for the background.
    public var background = 1e-3
    /// The longest gradient of both together.
    public var clipNorm = 1.0

    /// The authors' rates.
    public init() {}
  }

  /// The model.
  public var model: SPACE<Scalar>
  /// The background's running statistics.
  public var state: SPACE<Scalar>.State
  private var optimizer: SPACEOptimizer<Scalar>
  private let rates: Rates

  /// A model before its first step.
  public init(_ model: SPACE<Scalar>, rates: Rates = Rates()) {
    self.model = model
    self.rates = rates
    state = model.initialState
    optimizer = SPACEOptimizer(
      foregroundRate: rates.foreground, backgroundRate: rates.background, clipNorm: rates.clipNorm)
  }

  /// Counted from the end of the head start.
  public func wholeStep(_ step: Int) -> Int { model.settings.wholeStep(step) }

  /// A step of the whole model, or of the background alone while it has its head start.
  public mutating func step(_ x: Tensor<Scalar>, at step: Int, random: Philox) -> SceneStep {
    wholeStep(step) >= 0
      ? wholeStep(x, at: step, random: random) : backgroundStep(x, at: step, random: random)
  }

  private mutating func wholeStep(_ x: Tensor<Scalar>, at step: Int, random: Philox) -> SceneStep {
    let found = model.evaluate(x, at: step, state, random: random)
    let done = wholeStep(step)
    optimizer.foreground.learningRate =
      rates.foreground
      * (done < rates.warmUpSteps ? Double(done + 1) / Double(rates.warmUpSteps) : 1)
    let norm = optimizer.update(&model, with: found.gradient)
    let taken = SceneStep(
      loss: found.loss, terms: found.terms, norm: norm, gradient: found.gradient)
    if taken.isFinite { state = found.state }
    return taken
  }

  /// With the noise that the background would have in a step of the whole.
  private mutating func backgroundStep(_ x: Tensor<Scalar>, at step: Int, random: Philox)
    -> SceneStep
  {
    let noise = model.backgroundNoise(batch: x.shape[0], random: random.stream("noise", step))
    let found = model.evaluateBackground(x, noise, state)
    let norm = optimizer.update(&model.background, with: found.gradient)
    let taken = SceneStep(
      loss: found.terms.loss, terms: found.terms.means, norm: norm, gradient: found.gradient,
      prefix: "background.")
    if taken.isFinite { state = found.state }
    return taken
  }

  /// What the background alone sees while it has its head start.
  public func decompose(_ x: Tensor<Scalar>, after step: Int, latents: SceneLatents)
    -> SceneDecomposition<Scalar>
  {
    wholeStep(step) >= 0
      ? model.decompose(x, state, latents: latents)
      : model.decomposeBackground(x, state, latents: latents)
  }

  /// RMSprop of the foreground and Adam of the background.
  public var optimizers: [SavedOptimizer<Scalar>] {
    [
      SavedOptimizer(name: "foreground", counter: "steps", state: optimizer.foreground.state),
      SavedOptimizer(
        name: "background", counter: "backgroundSteps", state: optimizer.background.state),
    ]
  }

  /// Continues from saved states; those from before there was a head start have one number of steps for both.
  public mutating func restoreOptimizers(
    steps: [String: Int], tensors: (String) throws -> [String: Tensor<Scalar>]
  ) throws {
    let whole = steps["steps"] ?? 0
    try optimizer.foreground.restore(
      OptimizerState(stepCount: whole, tensors: tensors("foreground")))
    try optimizer.background.restore(
      OptimizerState(stepCount: steps["backgroundSteps"] ?? whole, tensors: tensors("background")))
  }
}
