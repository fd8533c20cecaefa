import Layers
import TensorCore

/// The analytic max-step on the rows of a fit.
struct SliceSolve<Scalar: TensorScalar> {
  let estimator: SlicedDependence<Scalar>
  let z, t: Tensor<Scalar>
  let zMoments, tMoments: ColumnMoments<Scalar>

  init(estimator: SlicedDependence<Scalar>, z: Tensor<Scalar>, t: Tensor<Scalar>)
    throws(InfominError)
  {
    self.estimator = estimator
    self.z = z
    self.t = t
    zMoments = try .checked(z, name: "Z", estimator: "SlicedDependence")
    tMoments = try .checked(t, name: "T", estimator: "SlicedDependence")
  }

  /// The slices and weights of the best functions, and their regularised correlation.
  func solve(_ theta: Tensor<Scalar>, _ phi: Tensor<Scalar>) throws -> (
    SliceObjective<Scalar>, Double
  ) {
    let target = try TargetSide(
      t, moments: tMoments, directions: phi, ridge: estimator.ridge,
      reduces: estimator.reducesTarget)
    switch estimator.form {
    case .joint: return try solveJoint(theta, phi, target)
    case .pair: return try solvePair(theta, phi, target)
    }
  }

  private func solveJoint(
    _ theta: Tensor<Scalar>, _ phi: Tensor<Scalar>, _ target: TargetSide<Scalar>
  ) throws -> (SliceObjective<Scalar>, Double) {
    let rows = z.shape[0]
    let features = 3 * theta.shape[0]
    let pair: (correlation: Double, first: Tensor<Double>, second: Tensor<Double>)
    let whitening: TargetSide<Scalar>.Whitening
    if estimator.usesDual && rows < features {
      let f = SliceFeatures.matrix(zMoments(z), theta)
      let g = target.features(0..<rows)
      let centred = f - f.mean(along: 0)
      let gc = g.converted(to: Double.self)
      let gCentred = gc - gc.mean(along: 0)
      whitening = try target.whitening(
        covariance: gram(gCentred, scaledBy: 1 / Double(rows - 1)), rows: rows)
      // The products are in `Scalar`, as those of the covariances are; what is solved is in double precision.
      var k = rowGram(centred, scaledBy: 1 / Scalar(rows - 1)).converted(to: Double.self)
      k.addToDiagonal(estimator.ridge)
      let fc = centred.converted(to: Double.self)
      let side = WhitenedSide.dual(
        features: fc, factor: try cholesky(k), ridge: estimator.ridge)
      pair = try side.topPair(try whitening.apply(gCentred))
    } else {
      let moments = featureMoments(theta, target)
      var covariance = moments.firstCovariance
      covariance.addToDiagonal(estimator.ridge)
      whitening = try target.whitening(covariance: moments.secondCovariance, rows: rows)
      pair = try WhitenedSide.covariance(covariance).topPair(
        try whitening.apply(moments.crossCovariance))
    }
    let objective = SliceObjective(
      z: .init(
        directions: theta,
        weights: pair.first.reshaped(to: [3, theta.shape[0]]).converted(to: Scalar.self)),
      t: try target.side(of: try whitening.weights(pair.second)))
    return (objective, pair.correlation)
  }

  private func solvePair(
    _ theta: Tensor<Scalar>, _ phi: Tensor<Scalar>, _ target: TargetSide<Scalar>
  ) throws -> (SliceObjective<Scalar>, Double) {
    let moments = featureMoments(theta, target)
    let (second, cross, directions) = target.expanded(
      covariance: moments.secondCovariance, cross: moments.crossCovariance)
    let best = try PairwiseSearch.search(
      first: moments.firstCovariance, second: second, cross: cross,
      ridge: (estimator.ridge, estimator.ridge))
    func side(_ directions: Tensor<Scalar>, _ slice: Int, _ weights: [Double])
      -> SliceObjective<Scalar>.Side
    {
      .init(
        directions: directions.rows(slice..<slice + 1),
        weights: Tensor<Double>(shape: [3, 1], scalars: weights).converted(to: Scalar.self))
    }
    return (
      SliceObjective(
        z: side(theta, best.first, best.firstWeights),
        t: side(directions, best.second, best.secondWeights)),
      best.value
    )
  }

  private func featureMoments(_ theta: Tensor<Scalar>, _ target: TargetSide<Scalar>)
    -> FeatureMoments
  {
    FeatureMoments(rows: z.shape[0]) { range in
      (SliceFeatures.matrix(zMoments(z.rows(range)), theta), target.features(range))
    }
  }
}

extension Tensor {
  /// Adds a number to each entry of the diagonal.
  mutating func addToDiagonal(_ value: Scalar) {
    let n = shape[0]
    withUnsafeMutableBufferPointer { for i in 0..<n { $0[i * n + i] += value } }
  }
}
