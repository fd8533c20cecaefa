import RealModule
import Layers
import TensorCore

/// The slices' weights by gradient ascent instead of the solve: the adversarial form of the same estimator, kept for
/// comparison. The authors' class has such a mode, which cannot run (its weights are never created).
enum GradientSlices {
  /// Adam on both sides' weights, on all rows of `z` and `t`, from fixed pseudo-random starting weights.
  ///
  /// With `δ` of ``SliceObjective``, `d|r|/dw = Fᵀ δ` for centred features `F`.
  static func fit<Scalar: TensorScalar>(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, _ theta: Tensor<Scalar>, _ phi: Tensor<Scalar>,
    steps: Int, learningRate: Double
  ) throws(InfominError) -> SliceObjective<Scalar> {
    require(steps >= 1, "SlicedDependence: the gradient solver wants at least 1 step, got \(steps)")
    func centredFeatures(_ x: Tensor<Scalar>, _ directions: Tensor<Scalar>, _ name: String)
      throws(InfominError) -> Tensor<Scalar>
    {
      let moments = try ColumnMoments.checked(x, name: name, estimator: "SlicedDependence")
      let features = SliceFeatures.matrix(
        moments(x), directions)
      return features - features.mean(along: 0)
    }
    var sides = [
      Ascent(features: try centredFeatures(z, theta, "Z"), stream: "z"),
      Ascent(features: try centredFeatures(t, phi, "T"), stream: "t"),
    ]
    let n = Scalar(z.shape[0])
    for step in 1...steps {
      let projections = sides.map { matmul($0.features, $0.weights) }
      let moments = projections.map { ColumnMoments(of: $0) }
      let standardized = zip(projections, moments).map { p, m in
        m(p)
      }
      let r = (standardized[0] * standardized[1]).sum() / n
      let sign: Scalar = r < 0 ? -1 : 1
      for side in 0..<2 {
        let (own, other) = (standardized[side], standardized[1 - side])
        let delta =
          (other - own * (n * r / (n - 1)))
          * (sign / n * moments[side].inverseDeviation.scalars[0])
        let gradient = -matmul(sides[side].features, delta, transposeA: true)
        sides[side].step(gradient, step: step, learningRate: learningRate)
      }
    }
    func side(_ index: Int, _ directions: Tensor<Scalar>) -> SliceObjective<Scalar>.Side {
      .init(
        directions: directions,
        weights: sides[index].weights.reshaped(to: [3, directions.shape[0]]))
    }
    return SliceObjective(z: side(0, theta), t: side(1, phi))
  }

  /// One side's features, weights and Adam moments.
  private struct Ascent<Scalar: TensorScalar> {
    let features: Tensor<Scalar>
    var weights, first, second: Tensor<Scalar>

    init(features: Tensor<Scalar>, stream: String) {
      self.features = features
      var random = Philox(seed: 0).stream("slices/weights").stream(stream)
      weights = random.uniform(shape: [features.shape[1], 1], in: -1..<1)
      first = .zeros(weights.shape)
      second = .zeros(weights.shape)
    }

    mutating func step(_ gradient: Tensor<Scalar>, step: Int, learningRate: Double) {
      let (beta1, beta2) = (0.9, 0.999)
      let count = weights.count
      let stepSize = learningRate / (1 - Double.pow(beta1, Double(step)))
      let correction = (1 - Double.pow(beta2, Double(step))).squareRoot()
      weights.withUnsafeMutableBufferPointer { w in
        first.withUnsafeMutableBufferPointer { m in
          second.withUnsafeMutableBufferPointer { v in
            gradient.withUnsafeBufferPointer { g in
              Scalar.adamStep(
                w.baseAddress!, m.baseAddress!, v.baseAddress!, g.baseAddress!,
                stepSize: Scalar(stepSize), beta1: Scalar(beta1), beta2: Scalar(beta2),
                correction2: Scalar(correction), epsilon: 1e-8, weightDecay: 0, count)
            }
          }
        }
      }
    }
  }
}
