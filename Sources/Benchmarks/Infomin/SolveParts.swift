import Infomin
import Layers
import TensorCore

/// Where the time of a solve goes, part by part, for one column of T and at least as many rows as features.
struct SolveParts {
  private let whole: SolveCase
  private var fitRows: Int { whole.rows * 8 / 10 }

  /// The parts of a mini-batch's solve and of an epoch's: S = 100, D = 80, n = 500 and 20,000.
  static var cases: [BenchmarkCase] {
    [0, 2].flatMap { SolveParts(whole: SolveCase.all[$0]).cases }
  }

  private var cases: [BenchmarkCase] {
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
        let inputs = try Inputs(whole)
        return { inputs.writeFeatures() }
      },
      part("covariance", f * (p + 3) * (p + 3)) {
        let features = try Inputs(whole).features
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
        let covariance = try Inputs(whole).covariance
        return { _ = try WhitenedSide(covariance: covariance, order: covariance.shape[0]) }
      },
      part("eigen", p * p * 3) {
        let covariance = try Inputs(whole).covariance
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
    let whole: SolveCase
    let z: Tensor<Float>
    let moments: ColumnMoments<Float>
    let theta: Tensor<Float>

    init(_ whole: SolveCase) throws {
      self.whole = whole
      let fitRows = whole.rows * 8 / 10
      z = whole.data.z.rows(0..<fitRows)
      moments = ColumnMoments(of: z)
      theta = try Slices.draw(whole.slices, dimension: whole.columns, using: Philox(seed: 0))
    }

    /// The features of all rows, a block at a time in one place, as the solve has them.
    func writeFeatures() {
      let columns = 3 * whole.slices
      let (rows, blockRows) = (z.shape[0], 256)
      let block = Tensor<Float>(shape: [blockRows, columns]) { block in
        for start in stride(from: 0, to: rows, by: blockRows) {
          SliceFeatures.write(
            start..<min(start + blockRows, rows), of: z, moments, theta,
            into: block.baseAddress!, stride: columns)
        }
      }
      withExtendedLifetime(block) {}
    }

    var features: Tensor<Float> { SliceFeatures.matrix(moments(z), theta) }

    var covariance: Tensor<Double> {
      let columns = 3 * whole.slices
      var covariance = FeatureMoments(rows: z.shape[0], features: (columns, 0), of: Float.self) {
        SliceFeatures.write($0, of: z, moments, theta, into: $1, stride: $2)
      }.firstCovariance
      covariance += Tensor.identity(columns) * 1e-3
      return covariance
    }
  }
}
