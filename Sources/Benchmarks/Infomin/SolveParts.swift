import Infomin
import TensorCore

/// Where the time of the large solve goes, part by part: n = 20,000, D = 80, one column of T, S = 100.
enum SolveParts {
  private static let whole = SolveCase.all[2]
  private static var fitRows: Int { whole.rows * 8 / 10 }

  static var cases: [BenchmarkCase] {
    let (f, d, s) = (Double(fitRows), Double(whole.columns), Double(whole.slices))
    let p = 3 * s
    func part(
      _ name: String, _ operations: Double?, _ prepare: @escaping () throws -> () throws -> Void
    )
      -> BenchmarkCase
    {
      BenchmarkCase("\(whole.name)/\(name)", operations: operations, prepare: prepare)
    }
    return [
      part("draw", nil) {
        var draw = 0
        return {
          draw += 1
          let random = Philox(seed: 0).stream("bench", draw)
          let _: Tensor<Float> = try Slices.draw(
            whole.slices, dimension: whole.columns, using: random.stream("slices/z"))
        }
      },
      part("features", 2 * f * d * s) {
        let (z, theta) = try inputs()
        let blocks = (0..<fitRows / 1024).map { z.rows($0 * 1024..<($0 + 1) * 1024) }
        return { for block in blocks { _ = SliceFeatures.matrix(block, theta) } }
      },
      part("covariance", f * p * p + 2 * f * p * 3) {
        let (z, theta) = try inputs()
        let first = SliceFeatures.matrix(z, theta)
        let second = first.slice(0..<3, along: 1)
        return {
          _ = FeatureMoments(rows: fitRows) { (first.rows($0), second.rows($0)) }
        }
      },
      part("factor", p * p * p / 3) {
        let covariance = try ridgedCovariance()
        return { _ = try cholesky(covariance) }
      },
      part("eigen", p * p * 3) {
        let covariance = try ridgedCovariance()
        let side = WhitenedSide.factor(try cholesky(covariance))
        let right = covariance.slice(0..<3, along: 1)
        return { _ = try side.topPair(right) }
      },
      part("evaluations", 2 * Double(whole.rows) * d * s) {
        let (z, t) = whole.data
        let fit = try SlicedDependence<Float>(sliceCount: whole.slices).fit(
          z, t, using: Philox(seed: 0))
        let parts = [0..<fitRows, fitRows..<whole.rows].map { (z.rows($0), t.rows($0)) }
        return { for (z, t) in parts { _ = fit.objective.value(z, t) } }
      },
    ]
  }

  private static func inputs() throws -> (z: Tensor<Float>, theta: Tensor<Float>) {
    (
      whole.data.z.rows(0..<fitRows),
      try Slices.draw(whole.slices, dimension: whole.columns, using: Philox(seed: 0))
    )
  }

  private static func ridgedCovariance() throws -> Tensor<Double> {
    let (z, theta) = try inputs()
    let features = SliceFeatures.matrix(z, theta)
    var covariance = FeatureMoments(rows: fitRows) {
      (features.rows($0), features.rows($0).slice(0..<3, along: 1))
    }.firstCovariance
    covariance += Tensor.identity(covariance.shape[0]) * 1e-3
    return covariance
  }
}
