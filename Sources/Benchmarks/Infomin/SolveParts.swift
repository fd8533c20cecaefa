import Infomin
import Layers
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
        let inputs = try Inputs()
        return { inputs.writeFeatures() }
      },
      part("covariance", f * (p + 3) * (p + 3)) {
        let features = try Inputs().features
        let columns = features.shape[1]
        return {
          _ = FeatureMoments(rows: fitRows, features: (columns, 3), of: Float.self) {
            range, x, stride in
            // Copies rows that are ready, with three columns more, in place of working them out.
            features.withUnsafeBufferPointer { features in
              for (place, row) in range.enumerated() {
                let source = features.baseAddress! + row * columns
                (x + place * stride).update(from: source, count: columns)
                (x + place * stride + columns).update(from: source, count: 3)
              }
            }
          }
        }
      },
      part("factor", p * p * p / 3) {
        let covariance = try Inputs().covariance
        return { _ = try WhitenedSide(covariance: covariance, order: covariance.shape[0]) }
      },
      part("eigen", p * p * 3) {
        let covariance = try Inputs().covariance
        let side = try WhitenedSide(covariance: covariance, order: covariance.shape[0])
        let right = covariance.rows(0..<3)
        return { _ = try side.topPair(right) }
      },
      part("held-out value", 2 * (Double(whole.rows) - f) * d * s) {
        let (z, t) = whole.data
        let fit = try SlicedDependence<Float>(sliceCount: whole.slices).fit(
          z, t, using: Philox(seed: 0))
        let rest = (z.rows(fitRows..<whole.rows), t.rows(fitRows..<whole.rows))
        return { _ = fit.objective.value(rest.0, rest.1) }
      },
    ]
  }

  /// What the parts start from.
  private struct Inputs {
    let z: Tensor<Float>
    let moments: ColumnMoments<Float>
    let theta: Tensor<Float>

    init() throws {
      z = whole.data.z.rows(0..<fitRows)
      moments = ColumnMoments(of: z)
      theta = try Slices.draw(whole.slices, dimension: whole.columns, using: Philox(seed: 0))
    }

    /// The features of all rows, a block at a time in one place, as the solve has them.
    func writeFeatures() {
      let columns = 3 * whole.slices
      let blockRows = 1024
      let block = Tensor<Float>(shape: [blockRows, columns]) { block in
        for start in stride(from: 0, to: fitRows, by: blockRows) {
          SliceFeatures.write(
            start..<min(start + blockRows, fitRows), of: z, moments, theta,
            into: block.baseAddress!, stride: columns)
        }
      }
      withExtendedLifetime(block) {}
    }

    var features: Tensor<Float> { SliceFeatures.matrix(moments(z), theta) }

    var covariance: Tensor<Double> {
      let columns = 3 * whole.slices
      var covariance = FeatureMoments(rows: fitRows, features: (columns, 0), of: Float.self) {
        SliceFeatures.write($0, of: z, moments, theta, into: $1, stride: $2)
      }.firstCovariance
      covariance += Tensor.identity(columns) * 1e-3
      return covariance
    }
  }
}
