import Layers
import TensorCore

/// The two rules by which SPACE is trained: RMSprop for the foreground, Adam for the background, after one clip of the
/// whole gradient.
///
/// Losses are sums over pixels, so that the norm is far above 1 and the clip in effect gives each step's gradient the
/// length 1.
public struct SPACEOptimizer<Scalar: TensorScalar>: Sendable {
  /// Of the foreground.
  public var foreground: RMSprop<Scalar>
  /// Of the background.
  public var background: Adam<Scalar>
  /// The longest gradient of both parts together.
  public var clipNorm: Double

  /// The rules before their first step, with the authors' rates unless others are given.
  public init(
    foregroundRate: Double = 1e-5, backgroundRate: Double = 1e-3, clipNorm: Double = 1
  ) {
    foreground = RMSprop(learningRate: foregroundRate)
    background = Adam(learningRate: backgroundRate)
    self.clipNorm = clipNorm
  }

  /// Takes one step and returns the norm that the gradient had; with a norm that is not finite nothing is changed.
  public mutating func update(_ model: inout SPACE<Scalar>, with gradient: SPACE<Scalar>.Gradient)
    -> Double
  {
    var gradient = gradient
    let norm = model.clip(&gradient, toNorm: clipNorm)
    guard norm.isFinite else { return norm }
    foreground.update(&model.foreground, with: gradient.foreground)
    background.update(&model.background, with: gradient.background)
    return norm
  }

  /// The same for the background alone; the foreground and its moments stay as they are.
  public mutating func update(
    _ background: inout Background<Scalar>, with gradient: Background<Scalar>.Gradient
  ) -> Double {
    var gradient = gradient
    let norm = background.clip(&gradient, toNorm: clipNorm)
    if norm.isFinite { self.background.update(&background, with: gradient) }
    return norm
  }
}
