import Layers
import TensorCore

/// The analytic max-step on the rows of a fit, the first ones of two arrays.
struct SliceSolve<Scalar: TensorScalar> {
  let estimator: SlicedDependence<Scalar>
  let z, t: Tensor<Scalar>
  let rows: Int
  let zMoments, tMoments: ColumnMoments<Scalar>

  /// What a solve found.
  struct Solution {
    /// The slices and weights of the best functions.
    let objective: SliceObjective<Scalar>
    /// Their regularised correlation `σ`.
    let correlation: Double
    /// The objective on the rows of the fit, where the solve tells it.
    let inSample: Double?
  }

  init(estimator: SlicedDependence<Scalar>, z: Tensor<Scalar>, t: Tensor<Scalar>, rows: Int)
    throws(InfominError)
  {
    self.estimator = estimator
    self.z = z
    self.t = t
    self.rows = rows
    zMoments = try .checked(z, rows: 0..<rows, name: "Z", estimator: "SlicedDependence")
    tMoments = try .checked(t, rows: 0..<rows, name: "T", estimator: "SlicedDependence")
  }

  /// The best functions of these slices.
  func solve(_ theta: Tensor<Scalar>, _ phi: Tensor<Scalar>) throws -> Solution {
    let target = try TargetSide(
      t, rows: rows, moments: tMoments, directions: phi, ridge: estimator.ridge,
      reduces: estimator.reducesTarget)
    let solution =
      switch estimator.form {
      case .joint: try solveJoint(theta, target)
      case .pair: try solvePair(theta, target)
      }
    // Where an array does not vary, rounding is all that correlates.
    let isConstant = [zMoments, tMoments].contains { $0.isConstant.allSatisfy { $0 } }
    return isConstant
      ? Solution(objective: solution.objective, correlation: 0, inSample: 0) : solution
  }

  private func solveJoint(_ theta: Tensor<Scalar>, _ target: TargetSide<Scalar>) throws -> Solution
  {
    let isDual = estimator.usesDual && rows < 3 * theta.shape[0]
    let (correlation, first, second) =
      try isDual ? solveDual(theta, target) : solvePrimal(theta, target)
    return Solution(
      objective: SliceObjective(
        z: .init(
          directions: theta,
          weights: first.reshaped(to: [3, theta.shape[0]]).converted(to: Scalar.self)),
        t: target.side(of: second)),
      correlation: correlation,
      inSample: inSample(
        correlation, first: estimator.ridge * squares(first),
        second: target.ridgeOfFeatures * squares(second)))
  }

  private typealias Pair = (correlation: Double, first: Tensor<Double>, second: Tensor<Double>)

  /// With at least as many rows as features: by iteration, or by the features' covariances.
  private func solvePrimal(_ theta: Tensor<Scalar>, _ target: TargetSide<Scalar>) throws -> Pair {
    if estimator.usesIteration, let pair = try solveIterated(theta, target) { return pair }
    let moments = featureMoments(theta, target)
    let whitening = try target.whitening(
      covariance: moments.secondCovariance, rows: rows)
    let (cross, features) = (moments.crossRows, moments.first)
    // Handed on and not copied: the factor takes the place of the covariance.
    var covariance = (consume moments).upper
    covariance.addToDiagonal(estimator.ridge, upTo: features)
    let pair = try WhitenedSide(covariance: consume covariance, order: features).topPair(
      try whitening.apply(cross))
    return (pair.correlation, pair.first, try whitening.weights(pair.second))
  }

  /// With few coordinates of the target, by iteration where it pays and converges.
  private func solveIterated(_ theta: Tensor<Scalar>, _ target: TargetSide<Scalar>) throws -> Pair?
  {
    guard IteratedSolve.suits(rows: rows, slices: theta.shape[0], target: target) else {
      return nil
    }
    let solve = IteratedSolve(
      z, rows: rows, moments: zMoments, directions: theta, ridge: estimator.ridge, target: target)
    let whitening = try target.whitening(covariance: solve.secondCovariance, rows: rows)
    guard let pair = try solve.topPair(try whitening.apply(solve.crossRows)) else { return nil }
    return (pair.correlation, pair.first, try whitening.weights(pair.second))
  }

  /// With fewer rows than features: by the products of rows. The products are in `Scalar`, as those of the covariances are;
  /// what is solved is in double precision.
  private func solveDual(_ theta: Tensor<Scalar>, _ target: TargetSide<Scalar>) throws -> Pair {
    let features = 3 * theta.shape[0]
    let f = Tensor<Scalar>(shape: [rows, features]) {
      SliceFeatures.write(
        0..<rows, of: z, zMoments, theta, into: $0.baseAddress!, stride: features)
    }
    let g = Tensor<Scalar>(shape: [rows, target.featureCount]) {
      target.write(0..<rows, into: $0.baseAddress!, stride: target.featureCount)
    }.converted(to: Double.self)
    let gRows = (g - g.mean(along: 0)).transposed
    let scale = 1 / Double(rows - 1)
    let whitening = try target.whitening(covariance: rowGram(gRows, scaledBy: scale), rows: rows)
    var products = rowGram(f).converted(to: Double.self)
    centreRowsAndColumns(&products, scaledBy: scale)
    products.addToDiagonal(estimator.ridge, upTo: rows)
    let pair = try WhitenedSide(rowProducts: consume products, ridge: estimator.ridge).topPair(
      try whitening.apply(gRows))
    // w₁ = F_cᵀ v = Fᵀ (v − mean v).
    let v = (pair.first - pair.first.mean()).converted(to: Scalar.self)
    let first = matmul(v.reshaped(to: [1, rows]), f).converted(to: Double.self)
    return (
      pair.correlation, first.reshaped(to: [features]), try whitening.weights(pair.second)
    )
  }

  private func solvePair(_ theta: Tensor<Scalar>, _ target: TargetSide<Scalar>) throws -> Solution {
    let moments = featureMoments(theta, target)
    let (second, cross, directions) = target.expanded(
      covariance: moments.secondCovariance, cross: moments.crossRows.transposed)
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
    return Solution(
      objective: SliceObjective(
        z: side(theta, best.first, best.firstWeights),
        t: side(directions, best.second, best.secondWeights)),
      correlation: best.value,
      inSample: inSample(
        best.value, first: estimator.ridge * squares(Tensor(best.firstWeights)),
        second: estimator.ridge * squares(Tensor(best.secondWeights))))
  }

  private func featureMoments(_ theta: Tensor<Scalar>, _ target: TargetSide<Scalar>)
    -> FeatureMoments
  {
    let features = 3 * theta.shape[0]
    return FeatureMoments(
      rows: rows, features: (features, target.featureCount), of: Scalar.self
    ) { range, x, stride in
      SliceFeatures.write(range, of: z, zMoments, theta, into: x, stride: stride)
      target.write(range, into: x + features, stride: stride)
    }
  }

  /// The objective on the rows of the fit, from `σ = w₁ᵀ Σ₁₂ w₂` and the ridges' parts `r |w|²` of the weights' unit norms.
  ///
  /// `w₁ᵀ Σ₁₁ w₁ = 1 − r |w₁|²` without the ridge, so that the functions' plain correlation is
  /// `σ/√((1 − r |w₁|²)(1 − r |w₂|²))`; the objective is (n−1)/n of it. Where the ridge is nearly all of a norm the
  /// difference has lost its digits, and there is no value.
  private func inSample(_ correlation: Double, first: Double, second: Double) -> Double? {
    let (a, b) = (1 - first, 1 - second)
    guard correlation > 0 && a > 1e-3 && b > 1e-3 else { return nil }
    let n = Double(rows)
    return min(correlation / (a * b).squareRoot(), 1) * (n - 1) / n
  }
}

private func squares(_ x: Tensor<Double>) -> Double { (x * x).sum() }

/// Takes the means of rows and columns out of a symmetric matrix, which centres the vectors whose products it holds, and
/// scales it.
private func centreRowsAndColumns(_ a: inout Tensor<Double>, scaledBy factor: Double) {
  let n = a.shape[0]
  let means = a.mean(along: 0)
  let grand = means.mean()
  a.withUnsafeMutableBufferPointer { a in
    means.withUnsafeBufferPointer { means in
      for i in 0..<n {
        let row = a.baseAddress! + i * n
        let own = means[i] - grand
        for j in 0..<n { row[j] = (row[j] - own - means[j]) * factor }
      }
    }
  }
}

extension Tensor {
  /// Adds a number to the first entries of the diagonal.
  mutating func addToDiagonal(_ value: Scalar, upTo count: Int) {
    let columns = shape[1]
    withUnsafeMutableBufferPointer { for i in 0..<count { $0[i * columns + i] += value } }
  }
}
