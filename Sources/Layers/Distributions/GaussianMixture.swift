import RealModule
import TensorCore

/// The log-density of pixels under a mixture of Gaussians with one deviation, channel by channel:
/// `log Σ_k exp(log N(x; mean_k, deviation²) + log(weight_k + ε))`; a pixel's channels share its weights.
///
/// `x` is `[batch, height, width, channels]`, `means` `[batch, K, height, width, channels]`, `weights`
/// `[batch, K, height, width, 1]`, the result shaped like `x`. The largest term is taken out of the sum of exponentials.
public struct GaussianMixture<Scalar: TensorScalar>: Sendable {
  /// The deviation of every component.
  public let deviation: Double
  /// Added to the weights, so that their logarithm is finite.
  public let epsilon: Double

  /// The inputs, and each component's share `r_k` of the density, shaped like the means.
  public struct Tape: Sendable {
    let x, means, weights, shares: Tensor<Scalar>
  }

  /// A mixture of components of this deviation.
  public init(deviation: Double, epsilon: Double = 1e-5) {
    require(
      deviation > 0 && epsilon >= 0,
      "GaussianMixture: wants a positive deviation and epsilon not negative, got \(deviation) and \(epsilon)"
    )
    self.deviation = deviation
    self.epsilon = epsilon
  }

  /// The log-density of each number of `x`.
  public func forward(_ x: Tensor<Scalar>, means: Tensor<Scalar>, weights: Tensor<Scalar>)
    -> (logDensity: Tensor<Scalar>, tape: Tape)
  {
    let expected =
      x.rank == 4
      ? Shape(
        [x.shape[0], weights.shape.dimensions.dropFirst().first ?? 0]
          + x.shape.dimensions.dropFirst()) : x.shape
    require(
      x.rank == 4 && means.shape == expected && weights.rank == 5 && expected[1] > 0
        && weights.shape == expected.replacing(axis: 4, with: 1),
      "GaussianMixture: wants x [batch, height, width, channels], means [batch, K, height, width, channels] "
        + "and weights [batch, K, height, width, 1], got \(x.shape), \(means.shape) and \(weights.shape)"
    )
    var shares = Tensor<Scalar>.zeros(means.shape)
    let density = Tensor<Scalar>(shape: x.shape) { density in
      guard let start = density.baseAddress, density.count > 0 else { return }
      shares.withUnsafeMutableBufferPointer { shares in
        let (out, shares) = (SharedAddress(start), SharedAddress(shares.baseAddress!))
        let (components, count) = (means.shape[1], x.count / x.shape[0])
        parallel(over: x.shape[0]) { sample in
          x.withUnsafeBufferPointer { x in
            means.withUnsafeBufferPointer { means in
              weights.withUnsafeBufferPointer { weights in
                let pixels = count / expected[4]
                mix(
                  x.baseAddress! + sample * count,
                  means.baseAddress! + sample * components * count,
                  weights.baseAddress! + sample * components * pixels, components, pixels,
                  expected[4], out.address + sample * count,
                  shares.address + sample * components * count)
              }
            }
          }
        }
      }
    }
    return (density, Tape(x: x, means: means, weights: weights, shares: shares))
  }

  /// `dMean_k = dy r_k (x − mean_k)/deviation²` and `dWeight_k = Σ_c dy r_k/(weight_k + ε)` over the channels.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dMeans: Tensor<Scalar>, dWeights: Tensor<Scalar>)
  {
    require(
      dy.shape == tape.x.shape,
      "GaussianMixture.backward: dy must be \(tape.x.shape), got \(dy.shape)")
    let image = Shape([dy.shape[0], 1] + dy.shape.dimensions.dropFirst())
    let g = dy.reshaped(to: image) * tape.shares
    let precision = Scalar(1 / (deviation * deviation))
    let dMeans = g * (tape.x.reshaped(to: image) - tape.means) * precision
    let dWeights = g.sum(along: 4, keepingAxis: true) / (tape.weights + Scalar(epsilon))
    return (dMeans, dWeights)
  }

  /// One sample, pixel line by pixel line of all components.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func mix(
    _ x: UnsafePointer<Scalar>, _ means: UnsafePointer<Scalar>, _ weights: UnsafePointer<Scalar>,
    _ components: Int, _ pixels: Int, _ channels: Int, _ density: UnsafeMutablePointer<Scalar>,
    _ shares: UnsafeMutablePointer<Scalar>
  ) {
    let count = pixels * channels
    let factor = Scalar(-0.5 / (deviation * deviation))
    let constant = Scalar(-Double.log(deviation) - 0.5 * Double.log(2 * Double.pi))
    withScratch(components * pixels + count, of: Scalar.self) { scratch in
      let (logWeights, largest) = (scratch, scratch + components * pixels)
      Scalar.scaleShift(weights, 1, Scalar(epsilon), logWeights, components * pixels)
      Scalar.apply(.log, logWeights, logWeights, components * pixels)
      for i in 0..<count { largest[i] = -.infinity }
      for k in 0..<components {
        let (mean, term) = (means + k * count, shares + k * count)
        for pixel in 0..<pixels {
          let weight = logWeights[k * pixels + pixel] + constant
          for c in pixel * channels..<(pixel + 1) * channels {
            let d = x[c] - mean[c]
            let value = factor * d * d + weight
            term[c] = value
            largest[c] = max(largest[c], value)
          }
        }
      }
      for i in 0..<count { density[i] = 0 }
      for k in 0..<components {
        let term = shares + k * count
        Scalar.combine(.subtract, term, largest, term, count)
        Scalar.apply(.exp, term, term, count)
        Scalar.combine(.add, density, term, density, count)
      }
      for k in 0..<components {
        Scalar.combine(.divide, shares + k * count, density, shares + k * count, count)
      }
      Scalar.apply(.log, density, density, count)
      Scalar.combine(.add, density, largest, density, count)
    }
  }
}
